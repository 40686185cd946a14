// The situations that a page has to handle.

import { about, byId, claimName, local } from "./local.js";
import { reveal } from "./problems.js";
import { exchange, showByHand, showCurl } from "./request.js";

const refusal = (status, errorType) => ({ kind: "status", status, errorType, on: "StartChatContact", always: true });

export const SITUATIONS = [
  { name: "Quota reached", expect: "429", fault: refusal(429, "LimitExceededException") },
  { name: "Throttled", expect: "429", fault: refusal(429, "TooManyRequestsException") },
  { name: "Flow gone", expect: "404", fault: refusal(404, "ResourceNotFoundException") },
  { name: "Connect down", expect: "503", fault: { kind: "reset", always: true } },
  { name: "Chat still running", expect: "409", past: ["FROM_SEGMENT", "running"] },
  {
    name: "Resume a whole session",
    expect: "200",
    past: ["ENTIRE_PAST_SESSION", "latest"],
    note: "Any contact of the session will do. The function looks it up, and names the first one to Amazon Connect, as the API wants.",
  },
  {
    name: "Resume from a segment",
    expect: "200",
    past: ["FROM_SEGMENT", "latest"],
    note: "The chat goes on from the very contact that was named.",
  },
  { name: "Another customer’s chat", expect: "403", past: ["FROM_SEGMENT", "others"] },
  { name: "Sent twice", expect: "200", twice: true },
];

/** What the last situation filled in: control, value before, value filled in. */
let filled = [];

function fill(values) {
  for (const [id, value] of Object.entries(values)) {
    const control = byId(id);
    filled.push([control, control.value, value]);
    control.value = value;
    if (value) reveal(control);
  }
  showCurl();
}

/** The form is as it was at first. */
export function forgetFilled() {
  filled = [];
}

/** Takes back what a situation filled in, unless it was changed since. */
function unfill() {
  for (const [control, before, value] of filled) {
    if (control.value === value) control.value = before;
  }
  filled = [];
  showCurl();
}

/** Brings a situation about, and sends. */
export async function situation({ fault, past, note, twice }) {
  unfill();
  if (fault) return underFault(fault);
  if (twice) return sendTwice();
  await standPast();
  return goOn(past[0], about.contacts[past[1]], note);
}

/** Sends the request for a chat that continues the session of this contact. */
export async function continuing(contact) {
  unfill();
  await claim(contact);
  const note = `The past chat was given to ${about.customer} first: a chat is continued by the verified customer who had it.`;
  return goOn("ENTIRE_PAST_SESSION", contact, note);
}

async function goOn(type, contact, note) {
  byId("by-hand").checked = false;
  showByHand();
  fill({
    "rehydration-type": type,
    "source-contact-id": contact,
    "related-contact-id": "",
    "customer-id": "",
    claims: JSON.stringify({ [claimName()]: about.customer }),
  });
  const result = await exchange();
  return { ...result, note: result.status === 200 ? note : undefined };
}

/** Makes the customer the owner of all contacts of a session. */
async function claim(initial) {
  const contacts = await local("contacts");
  const session = contacts.filter(({ Id, InitialContactId }) => [Id, InitialContactId].includes(initial));
  for (const contact of session) await local("contacts", "POST", { ...contact, CustomerId: about.customer });
}

/** Sends while Amazon Connect fails. The faults that were asked for before stay. */
async function underFault(fault) {
  const earlier = (await local("faults")).filter((one) => one.times !== 0);
  await local("faults", "DELETE");
  await local("faults", "POST", fault);
  try {
    const result = await exchange();
    const note = result.calls.length ? undefined : "The request was refused before it reached Amazon Connect. Mend it first.";
    return { ...result, note };
  } finally {
    await local("faults", "DELETE");
    if (earlier.length) await local("faults", "POST", earlier);
  }
}

/** Makes the past chats what the situations need: one runs, the others have ended. */
async function standPast() {
  const { running, initial, latest } = about.contacts;
  await local("contacts", "POST", { Id: running, CustomerId: about.customer });
  await local("contacts", "POST", { End: initial });
  await local("contacts", "POST", { End: latest });
}

async function sendTwice() {
  fill({ "idempotency-key": crypto.randomUUID() });
  const [first, second] = [await exchange(), await exchange()];
  const ids = [first, second].map((answer) => answer.json?.data?.startChatResult?.ContactId);
  const note = ids[0] && ids[0] === ids[1]
    ? "Both answers have the same ContactId. A request that is sent again with its Idempotency-Key starts no second chat."
    : undefined;
  return { ...second, note, calls: [...first.calls, ...second.calls] };
}
