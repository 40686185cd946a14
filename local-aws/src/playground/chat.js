// The pane in which a chat takes place.

import { about, byId, local, make } from "./local.js";
import { add, clear, eventType, isEvent, isMessage } from "./messages.js";
import { join } from "./participant.js";

const KEPT = "chat";
const FRAMES = 40;
const TYPING_SHOWN = 4_000;
const TYPING_SENT = 3_000;

/** The chat on this page: what it was started with, and the customer's side of it. */
let chat = null;
let typingUntil = 0;
let typingSent = 0;

/** Shows the chat that an answer has started, in the place of the one before. */
export function follow(started) {
  if (chat?.started.ContactId === started.ContactId && chat.phase !== "ended") return;
  chat?.customer.close();
  clear();
  byId("frames").replaceChildren();
  // As a web page would, to come back after a reload.
  sessionStorage.setItem(KEPT, JSON.stringify(started));
  chat = { started, phase: "connecting" };
  const mine = chat;
  const still = (doing) => (...args) => mine === chat && doing(...args);
  chat.customer = join(started, {
    connected: still(() => quietly(connected())),
    lost: still(() => setPhase("lost")),
    refused: still(() => setPhase("ended")),
    item: still(item),
    frame: still(frame),
  });
  setPhase("connecting");
}

/** Comes back to the chat that was on this page before it was loaded anew. */
export function comeBack() {
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
  // What was said before, and while there was no connection.
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
    quietly(chat.customer.signal(eventType("message.read"), { messageId: one.Id }));
  }
}

const show = (one) => add(one, (text, type) => quietly(chat.customer.send(text, type)));

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

/** What goes wrong here is said in the pane. */
async function quietly(doing) {
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
  await quietly(chat.customer.send(text));
}

function typed() {
  if (chat?.phase !== "connected" || Date.now() - typingSent < TYPING_SENT) return;
  typingSent = Date.now();
  quietly(chat.customer.signal(eventType("typing")));
}

const act = (Action) => quietly(local("chats", "POST", { ContactId: chat.started.ContactId, Action }));

/** `again(contact)` sends the request once more, as one that continues this contact's session. */
export function listenToChat(again) {
  byId("talk").addEventListener("submit", send);
  byId("message").addEventListener("input", typed);
  byId("leave").addEventListener("click", () => quietly(chat.customer.disconnect()));
  byId("continue").addEventListener("click", () => again(chat.started.ContactId));
  for (const button of byId("chat").querySelectorAll("[data-action]")) {
    button.addEventListener("click", () => act(button.dataset.action));
  }
  setPhase("none");
}
