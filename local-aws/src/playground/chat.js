// The chat pane.

import { about, byId, local, make } from "./local.js";
import { add, clear, eventType, isEvent, isMessage } from "./messages.js";
import { join } from "./participant.js";

const KEPT = "chat";
const FRAMES = 40;
const TYPING_SHOWN = 4_000;
const TYPING_SENT = 3_000;

/** The current chat: the answer that started it, and the customer's connection. */
let chat = null;
let typingUntil = 0;
let typingSent = 0;

/** Shows the chat that an answer has started. */
export function follow(started) {
  if (chat?.started.ContactId === started.ContactId && chat.phase !== "ended") return;
  chat?.customer.close();
  clear();
  byId("frames").replaceChildren();
  // To return to the chat after a reload, as a web page would.
  sessionStorage.setItem(KEPT, JSON.stringify(started));
  chat = { started, phase: "connecting" };
  const mine = chat;
  const still = (doing) => (...args) => mine === chat && doing(...args);
  chat.customer = join(started, {
    connected: still(() => showErrors(connected())),
    lost: still(() => setPhase("lost")),
    refused: still(() => setPhase("ended")),
    item: still(item),
    frame: still(frame),
  });
  setPhase("connecting");
}

/** Returns to the chat of this page after a reload. */
export function returnToChat() {
  const kept = sessionStorage.getItem(KEPT);
  if (kept && about.standIn) follow(JSON.parse(kept));
}

const SAID = {
  none: "Start a chat: the agent at the other end is a script.",
  connecting: "Connecting…",
  connected: "Connected.",
  lost: "The connection is lost. Connecting again…",
  ended: "The chat has ended.",
};

function setPhase(phase) {
  if (chat) chat.phase = phase;
  byId("chat").dataset.phase = phase;
  byId("chat-status").textContent = SAID[phase];
  const talks = phase === "connected";
  byId("message").disabled = !chat || phase === "ended";
  for (const button of byId("chat").querySelectorAll("[data-while]")) {
    button.disabled = !(button.dataset.while === "ended" ? phase === "ended" : talks);
  }
  byId("typing").textContent = "";
  if (phase === "ended") sessionStorage.removeItem(KEPT);
}

async function connected() {
  setPhase("connected");
  // The messages from before, and from while there was no connection.
  for (const one of await chat.customer.transcript()) show(one);
}

function item(one) {
  if (isEvent(one, "typing") && one.ParticipantRole !== "CUSTOMER") return typing(one);
  show(one);
  if (isEvent(one, "chat.ended")) {
    chat.customer.close();
    setPhase("ended");
  } else if (isMessage(one) && one.ParticipantRole !== "CUSTOMER") {
    byId("typing").textContent = "";
    showErrors(chat.customer.signal(eventType("message.read"), { messageId: one.Id }));
  }
}

const show = (one) => add(one, (text, type) => showErrors(chat.customer.send(text, type)));

function typing({ DisplayName }) {
  byId("typing").textContent = `${DisplayName} is typing…`;
  typingUntil = Date.now() + TYPING_SHOWN;
  setTimeout(() => {
    if (Date.now() >= typingUntil) byId("typing").textContent = "";
  }, TYPING_SHOWN + 50);
}

function frame(way, json) {
  const shown = json.topic === "aws/chat" ? { ...json, content: JSON.parse(json.content) } : json;
  const frames = byId("frames");
  frames.append(make("li", {}, make("code", {}, `${way} ${json.topic}`), make("pre", {}, JSON.stringify(shown, null, 2))));
  if (frames.children.length > FRAMES) frames.firstChild.remove();
}

/** Shows an error in the pane. */
async function showErrors(doing) {
  try {
    await doing;
  } catch (error) {
    byId("chat-status").textContent = error.message;
  }
}

async function send(event) {
  event.preventDefault();
  const text = byId("message").value.trim();
  if (!text || !chat) return;
  byId("message").value = "";
  await showErrors(chat.customer.send(text));
}

function typed() {
  if (chat?.phase !== "connected" || Date.now() - typingSent < TYPING_SENT) return;
  typingSent = Date.now();
  showErrors(chat.customer.signal(eventType("typing")));
}

const act = (Action) => showErrors(local("chats", "POST", { ContactId: chat.started.ContactId, Action }));

/** Starts listening. `again(contact)` repeats the request, to continue the session of this contact. */
export function listenToChat(again) {
  byId("talk").addEventListener("submit", send);
  byId("message").addEventListener("input", typed);
  byId("leave").addEventListener("click", () => showErrors(chat.customer.disconnect()));
  byId("continue").addEventListener("click", () => again(chat.started.ContactId));
  for (const button of byId("chat").querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => act(button.dataset.action));
  }
  setPhase("none");
}
