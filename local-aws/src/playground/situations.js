// The situations that a page has to handle.

import { about, byId, claims, local } from "./local.js";
import { reveal } from "./problems.js";
import { exchange, showByHand, showCurl } from "./request.js";

const rejection = (status, errorType) => ({ kind: "status", status, errorType, on: "StartChatContact", always: true });

export const SITUATIONS = [
  { name: "Quota reached", expect: "429", fault: rejection(429, "LimitExceededException") },
  { name: "Throttled", expect: "429", fault: rejection(429, "TooManyRequestsException") },
  { name: "Flow gone", expect: "404", fault: rejection(404, "ResourceNotFoundException") },
  { name: "Connect down", expect: "503", fault: { kind: "reset", always: true } },
  { name: "Chat still running", expect: "409", past: ["FROM_SEGMENT", "running"] },
  {
    name: "Resume a whole session",
    expect: "200",
    past: ["ENTIRE_PAST_SESSION", "latest"],
    note: "Any contact of the session can be named. The function looks it up, and names the first one to Amazon Connect, as the API requires.",
  },
  {
    name: "Resume from a segment",
    expect: "200",
    past: ["FROM_SEGMENT", "latest"],
    note: "The chat continues from the contact that was named.",
  },
  { name: "Another customer’s chat", expect: "403", expectNew: "200", past: ["FROM_SEGMENT", "others"] },
  { name: "Sent twice", expect: "200", twice: true },
  { name: "Customer comes back", expect: "200", returns: true, needs: "CONTACT_TABLE" },
];

/** The fields that the last situation filled in: control, earlier value, new value. */
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

/** Notes that the form was reset. */
export function forgetFilled() {
  filled = [];
}

/** Restores the fields that a situation filled in, unless they were changed since. */
function unfill() {
  for (const [control, before, value] of filled) {
    if (control.value === value) control.value = before;
  }
  filled = [];
  showCurl();
}

/** Creates a situation, and sends the request. */
export async function situation({ fault, past, note, twice, returns }) {
  unfill();
  if (fault) return underFault(fault);
  if (twice) return sendTwice();
  if (returns) return comeBack();
  await resetPastChats();
  return continueChat(past[0], about.contacts[past[1]], note);
}

/** Sends the request for a chat that continues the session that began with this contact. */
export async function continuing(initial) {
  unfill();
  await setCustomer(initial);
  const note = `The past chat was assigned to ${about.customer} first, because only the verified customer of a chat can continue it.`;
  return continueChat("ENTIRE_PAST_SESSION", initial, note);
}

async function continueChat(type, contact, note) {
  byId("by-hand").checked = false;
  showByHand();
  fill({
    "rehydration-type": type,
    "source-contact-id": contact,
    "related-contact-id": "",
    "customer-id": "",
    claims: claims(),
    // Otherwise the answer is the customer's running chat, whatever is asked for.
    prefer: about.settings.CONTACT_TABLE ? "new-chat" : "",
  });
  const result = await exchange();
  return { ...result, note: result.status === 200 ? note : undefined };
}

/** Assigns all contacts of a session to the customer. */
async function setCustomer(initial) {
  const contacts = await local("contacts");
  const session = contacts.filter(({ Id, InitialContactId }) => [Id, InitialContactId].includes(initial));
  for (const contact of session) await local("contacts", "POST", { ...contact, CustomerId: about.customer });
}

/** Sends the request while Amazon Connect fails. Faults that were added before are kept. */
async function underFault(fault) {
  const earlier = (await local("faults")).filter((one) => one.times !== 0);
  await local("faults", "DELETE");
  await local("faults", "POST", fault);
  try {
    const result = await exchange();
    const note = result.calls.length ? undefined : "The request was refused before it reached Amazon Connect. Correct it first.";
    return { ...result, note };
  } finally {
    await local("faults", "DELETE");
    if (earlier.length) await local("faults", "POST", earlier);
  }
}

/** Resets the past chats: one is active, the others have ended. */
async function resetPastChats() {
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
    ? "Both answers have the same ContactId. A repeated request with the same Idempotency-Key starts no second chat."
    : undefined;
  return { ...second, note, calls: [...first.calls, ...second.calls] };
}

/** Sends the request of a customer twice, as from two windows. */
async function comeBack() {
  fill({ claims: claims(), "idempotency-key": "", "client-token": "", prefer: "" });
  const first = await exchange();
  const second = await exchange();
  const note = second.json?.data?.chat === "running"
    ? "The customer has a running chat. Its identifiers and token are returned, on whatever device it was started."
    : undefined;
  return { ...second, note, calls: [...first.calls, ...second.calls] };
}
