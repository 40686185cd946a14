// The playground: its buttons and its start.

import { show, showAgain } from "./answer.js";
import { follow, listenToChat, returnToChat } from "./chat.js";
import { about, byId, claims, form, learn, make } from "./local.js";
import { describe, mark } from "./problems.js";
import { exchange, showByHand, showCurl } from "./request.js";
import { SITUATIONS, continuing, forgetFilled, situation } from "./situations.js";
import { showStored } from "./stored.js";

let busy = false;

/** Sends a request, unless another one is being sent, and shows the result. */
async function run(name, send) {
  if (busy) return;
  setBusy(true, "Sending…");
  try {
    const result = await send();
    setBusy(false, `${result.status} after ${result.took} ms`);
    show({ name, ...result });
    showStored();
    const started = result.json?.data?.startChatResult;
    if (started && about.standIn) follow(started);
  } catch (error) {
    setBusy(false, "Not sent");
    show({ name, failure: error.message, calls: [] });
  }
}

function setBusy(now, status) {
  busy = now;
  byId("status").textContent = status;
  for (const button of document.querySelectorAll("#send, #situations button")) {
    button.setAttribute("aria-disabled", String(now));
  }
}

/** The status of a situation, which one of the settings changes. */
function expected({ expect, expectNew }) {
  return expectNew && about.settings.START_NEW_IF_NOT_CONTINUED === "true" ? expectNew : expect;
}

function showSituations() {
  const possible = SITUATIONS.filter(({ needs }) => !needs || about.settings[needs]);
  const buttons = possible.map((one) => {
    const button = make("button", { type: "button" }, one.name, make("small", {}, expected(one)));
    button.addEventListener("click", () => run(one.name, () => situation(one)));
    return button;
  });
  byId("situations").replaceChildren(...buttons);
}

function showAbout() {
  const { settings, contacts } = about;
  const options = (...ids) => ids.filter(Boolean).map((id) => make("option", { value: id.trim() }));
  byId("instances").append(...options(settings.INSTANCE_ID));
  byId("flows").append(...options(settings.CONTACT_FLOW_ID, ...(settings.ALLOWED_CONTACT_FLOW_IDS ?? "").split(",")));
  byId("contacts").append(...options(...Object.values(contacts)));
  if (settings.CUSTOMER_ID_CLAIM) byId("claims").defaultValue = claims();
  byId("about").textContent = about.standIn ? "Amazon Connect is a stand-in on this machine: no account, no cost." : "";
  if (about.standIn) showSituations();
  else byId("situations").append("Not available with the real Amazon Connect: run make serve without CONNECT=aws.");
  byId("chat").hidden = !about.standIn;
}

function warn() {
  const origins = about.settings.ALLOWED_ORIGINS ?? "";
  const allowed = !origins || origins.split(",").some((origin) => ["*", location.origin].includes(origin.trim()));
  const warnings = [
    about.standIn ? "" : "This is the real Amazon Connect: each successful request starts a real chat.",
    allowed ? "" : `ALLOWED_ORIGINS does not have ${location.origin}, so this page gets a 403.`,
    about.settings.CUSTOMER_ID_CLAIM === "" ? "CUSTOMER_ID_CLAIM is empty, so no chat can be resumed." : "",
  ].filter(Boolean);
  byId("notice").textContent = warnings.join(" ");
  byId("notice").hidden = !warnings.length;
}

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run("", exchange);
  });
  form.addEventListener("reset", () => setTimeout(() => {
    forgetFilled();
    mark([]);
    showByHand();
    showCurl();
  }));
  form.addEventListener("input", () => {
    showByHand();
    showCurl();
  });
  byId("new-key").addEventListener("click", () => {
    byId("idempotency-key").value = crypto.randomUUID();
    showCurl();
  });
  byId("secrets").addEventListener("change", () => {
    showAgain();
    showStored();
  });
  byId("refresh").addEventListener("click", showStored);
  listenToChat((contact) => run("Continue as a past chat", () => continuing(contact)));
  byId("copy").addEventListener("click", copy);
}

async function copy() {
  const done = await navigator.clipboard.writeText(byId("curl").textContent).then(() => true, () => false);
  byId("copy").textContent = done ? "Copied" : "Cannot copy";
  setTimeout(() => { byId("copy").textContent = "Copy"; }, 2000);
}

async function start() {
  for (const [number, hint] of form.querySelectorAll(".hint").entries()) hint.id = `hint-${number}`;
  describe();
  listen();
  showCurl();
  try {
    await learn();
  } catch (error) {
    byId("notice").textContent = `The local controls do not answer: ${error.message}`;
    byId("notice").hidden = false;
    return;
  }
  showAbout();
  warn();
  showCurl();
  showStored();
  returnToChat();
}

start();
