// Shows the answer, and the requests that Amazon Connect received.

import { effects } from "./effects.js";
import { about, byId, make } from "./local.js";
import { mark, placeOf, reveal } from "./problems.js";

const SECRET_MEMBERS = new Set(["ParticipantToken", "ConnectionToken", "Url"]);
const SECRET_HEADERS = new Set(["authorization", "x-amz-security-token"]);
const SHOWN_HEADERS = ["x-request-id", "retry-after", "x-ignored-members", "x-past-chat", "allow", "www-authenticate"];

/** The beginning of a secret, at most half of it. */
export const shortened = (text) => (byId("secrets").checked ? text : `${text.slice(0, Math.min(24, text.length / 2))}…`);

export function pretty(json) {
  const hide = (name, value) => (SECRET_MEMBERS.has(name) && typeof value === "string" ? shortened(value) : value);
  return JSON.stringify(json, hide, 2);
}

const ADVICE = {
  ValidationException: "Correct what is listed. Sending the same request again does not help.",
  InvalidRequestException: "Correct the request as Amazon Connect says. Sending the same request again does not help.",
  UnauthorizedException: "Let the customer sign in, and send the request again with the new token.",
  ForbiddenException: "Leave out what this caller is not allowed to request. Sending the same request again does not help.",
  ConflictException: "Rejoin the chat that is active, or end it first.",
  PayloadTooLargeException: "Send a smaller request.",
  ResourceNotFoundException: "The page cannot fix this. Tell the customer that chat is not available, and offer another channel.",
  LimitExceededException: "The quota of concurrent chats is reached. Tell the customer to wait, and send the request again after Retry-After with the same Idempotency-Key.",
  TooManyRequestsException: "Chats are started too fast. Send the request again after Retry-After with the same Idempotency-Key, and wait longer each time.",
  ThrottlingException: "Send the request again after Retry-After with the same Idempotency-Key, and wait longer each time.",
  InternalServiceException: "Send the request again after Retry-After with the same Idempotency-Key; it starts no second chat.",
  ServiceUnavailableException: "Send the request again after Retry-After with the same Idempotency-Key; it starts no second chat.",
  BadGatewayException: "Send the request again with the same Idempotency-Key; the chat may have been started.",
  TimeoutException: "Send the request again with the same Idempotency-Key; the chat may have been started.",
};

/** The result of the last request. */
let last = null;

/** Shows the result of a request, and moves the focus to it. */
export function show(result) {
  last = result;
  write();
  (byId("outcome").querySelector(".summary") ?? byId("answer")).focus();
}

/** Shows the last result again, with or without secrets. */
export function showAgain() {
  if (last) write();
}

function write() {
  const good = last.status === 200;
  const problems = (!good && last.json?.errors) || [];
  mark(problems, last.sent);
  const outcome = byId("outcome");
  outcome.replaceChildren(good ? make("p", { className: "verdict good" }, verdict()) : summary(problems));
  if (good && about.standIn) outcome.append(make("p", {}, make("a", { href: "#chat" }, "Go to the chat")));
  if (last.status) outcome.append(...details());
  showReceived();
}

function verdict() {
  const started = last.json?.data?.chat === "running" ? "Running chat returned" : "Chat started";
  const what = last.status === 200 ? started : (last.json?.code ?? last.json?.message ?? "Not JSON");
  const verdict = last.failure ? "Not sent" : `${last.status} ${what}`;
  return last.name ? `${last.name}: ${verdict}` : verdict;
}

function summary(problems) {
  const box = make("div", { className: "summary", tabIndex: -1 }, make("p", { className: "verdict bad" }, verdict()));
  const message = last.failure ?? last.json?.detail;
  if (message) box.append(make("p", {}, message));
  if (problems.length) box.append(make("ul", {}, ...problems.map(listed)));
  return box;
}

function listed(problem) {
  const { control } = placeOf(problem, last.sent);
  const where = problem.header ?? problem.pointer.slice(1);
  const text = where ? `${where}: ${problem.detail}` : problem.detail;
  if (!control) return make("li", {}, text);
  const link = make("a", { href: `#${control.id}` }, text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    reveal(control);
    control.focus();
  });
  return make("li", {}, link);
}

function details() {
  const advice = last.note ?? ADVICE[last.json?.code];
  const shown = last.headers.filter(([name]) => SHOWN_HEADERS.includes(name));
  const all = make("details", {}, make("summary", {}, "All headers"), terms(last.headers));
  return [
    ...(advice ? [make("p", { className: "advice" }, make("strong", {}, last.note ? "Note: " : "Your page: "), advice)] : []),
    ...effects(last),
    terms(shown),
    make("pre", {}, last.json === undefined ? last.text : pretty(last.json)),
    all,
  ];
}

function terms(pairs) {
  return make("dl", {}, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function showReceived() {
  const calls = last.calls.map((call) => {
    const how = call.error ?? (call.status ? "" : "connection cut");
    const item = make("li", {}, make("code", {}, `${call.method} ${call.path}`), ` → ${call.status || ""} ${how}`);
    if (call.body !== null) item.append(make("pre", {}, pretty(call.body)));
    const headers = call.headers.map(([name, value]) => [name, SECRET_HEADERS.has(name) ? shortened(value) : value]);
    item.append(make("details", {}, make("summary", {}, "Headers"), terms(headers)));
    return item;
  });
  const nothing = about.standIn
    ? "Nothing: the function answered without asking it."
    : "Unknown: this is the real Amazon Connect, not the stand-in.";
  byId("received").replaceChildren(
    calls.length ? make("ol", { className: "calls" }, ...calls) : make("p", { className: "lead" }, nothing),
  );
}
