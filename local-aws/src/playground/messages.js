// The list of messages.

import { byId, make } from "./local.js";

const EVENT = "application/vnd.amazonaws.connect.event.";
const INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive";
const SAID = {
  "participant.joined": (item) => `${item.DisplayName} joined`,
  "participant.left": (item) => `${item.DisplayName} left`,
  "transfer.succeeded": () => "The chat was transferred",
  "chat.ended": () => "The chat has ended",
};

/** The items in the list, oldest first, with their elements. */
let shown = [];

export const isEvent = (item, kind) => item.ContentType === EVENT + kind;
export const eventType = (kind) => EVENT + kind;

export function clear() {
  shown = [];
  byId("messages").replaceChildren();
}

/** Adds an item in order of time, unless it is there. `choose(title, type)` is called for a choice from a list. */
export function add(item, choose) {
  if (item.MessageMetadata) receipt(item.MessageMetadata);
  if (shown.some(({ Id }) => Id === item.Id)) return;
  const element = isMessage(item) ? message(item, choose) : event(item);
  if (!element) return;
  const { Id, AbsoluteTime } = item;
  const later = shown.findIndex((one) => one.AbsoluteTime > AbsoluteTime);
  const at = later < 0 ? shown.length : later;
  byId("messages").insertBefore(element, shown[at]?.element ?? null);
  shown.splice(at, 0, { Id, AbsoluteTime, element });
  if (item.MessageMetadata) receipt(item.MessageMetadata);
  byId("log").scrollTop = byId("log").scrollHeight;
}

export const isMessage = (item) => item.Type === "MESSAGE";

function event(item) {
  const text = SAID[item.ContentType.replace(EVENT, "")]?.(item);
  return text && make("li", { className: "event" }, text);
}

function message(item, choose) {
  const own = item.ParticipantRole === "CUSTOMER";
  const past = item.RelatedContactId ? " past" : "";
  const time = new Date(item.AbsoluteTime);
  const when = make("time", { dateTime: item.AbsoluteTime }, item.RelatedContactId ? time.toLocaleDateString() : time.toLocaleTimeString());
  const who = make("p", { className: "who" }, make("strong", {}, item.DisplayName), " ", when, make("span", { className: "receipt" }));
  return make("li", { className: (own ? "own" : "other") + past }, who, ...content(item, choose));
}

function content({ ContentType, Content }, choose) {
  if (ContentType === "text/markdown") return [make("p", { className: "text" }, ...formatted(Content))];
  if (ContentType !== INTERACTIVE) return [make("p", { className: "text" }, Content)];
  const { title, elements } = JSON.parse(Content).data.content;
  const buttons = elements.map((element) => {
    const button = make("button", { type: "button" }, element.title);
    button.addEventListener("click", () => choose(element.title, `${INTERACTIVE}.response`));
    return button;
  });
  return [make("p", { className: "text" }, title), make("div", { className: "choices-of-agent" }, ...buttons)];
}

/** The only Markdown that the agent uses: **strong**. */
const formatted = (text) => text.split("**").map((part, index) => (index % 2 ? make("strong", {}, part) : part));

function receipt({ MessageId, Receipts: [last] = [] }) {
  const found = shown.find(({ Id }) => Id === MessageId);
  if (!last || !found?.element.classList.contains("own")) return;
  found.element.querySelector(".receipt").textContent = last.ReadTimestamp ? " Read" : " Delivered";
}
