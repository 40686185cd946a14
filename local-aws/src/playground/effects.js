// Shows what the function's settings have changed about a request.

import { about, make } from "./local.js";

/** The effect of each setting: its text, if this request has it. */
const EFFECTS = {
  DISPLAY_NAME_CLAIM: ({ value, received }) =>
    `the display name is ${received.ParticipantDetails.DisplayName}: the verified claim ${value}, or the default name without it. The name in the request is not used.`,
  MARK_AUTHENTICATED: ({ received }) =>
    received.SegmentAttributes?.["connect:CustomerAuthentication"] && "the chat is marked AUTHENTICATED, because the customer is verified.",
  FIXED_ATTRIBUTES: ({ value }) => `the chat has the attributes ${value}. A request cannot set them.`,
  DISCONNECT_ON_CUSTOMER_EXIT: ({ value, received }) =>
    value === "true" && received.DisconnectOnCustomerExit && "the agent is disconnected when the customer ends the chat.",
  START_NEW_IF_NOT_CONTINUED: ({ headers }) =>
    headers.get("x-past-chat") === "not-continued" && "this caller may not continue the past chat, so a chat without it was started.",
};

/** The effects of the settings on the chat that was started, as elements. */
export function effects({ calls, headers }) {
  const received = calls.findLast((call) => call.path === "/contact/chat")?.body;
  if (!received) return [];
  const texts = Object.entries(EFFECTS).flatMap(([setting, effect]) => {
    const value = about.settings[setting];
    const text = value && effect({ value, received, headers: new Map(headers) });
    return text ? [make("li", {}, make("code", {}, setting), `: ${text}`)] : [];
  });
  return texts.length ? [make("ul", { className: "effects" }, ...texts)] : [];
}
