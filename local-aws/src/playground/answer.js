// The answer, and what Amazon Connect received.

import { about, byId, make } from "./local.js";
import { mark, placeOf, reveal } from "./problems.js";

const SECRET_MEMBERS = new Set(["ParticipantToken", "ConnectionToken", "Url"]);
const SECRET_HEADERS = new Set(["authorization", "x-amz-security-token"]);
const TOLD_HEADERS = ["x-request-id", "retry-after", "x-ignored-members", "allow", "www-authenticate"];

/** The beginning of a secret, at most half of it. */
const shortened = (text) => (byId("secrets").checked ? text : `${text.slice(0, Math.min(24, text.length / 2))}…`);

function pretty(json) {
  const hide = (name, value) => (SECRET_MEMBERS.has(name) && typeof value === "string" ? shortened(value) : value);
  return JSON.stringify(json, hide, 2);
}

const ADVICE = {
  ValidationException: "Mend what is listed. Sending the same again is no use.",
  InvalidRequestException: "Mend the request as Amazon Connect says. Sending the same again is no use.",
  UnauthorizedException: "The customer has to sign in. Then send again with the new token.",
  ForbiddenException: "Leave out what this caller may not ask for. Sending the same again is no use.",
  ConflictException: "Go on in the chat that is running, or end it first.",
  PayloadTooLargeException: "Send less.",
  ResourceNotFoundException: "Nothing that the page could mend. Tell the customer that chat is not available, and offer another way.",
  LimitExceededException: "As many chats run as the instance may have. Tell the customer to wait; send again after Retry-After with the same Idempotency-Key.",
  TooManyRequestsException: "Chats are started too fast. Send again after Retry-After, and wait longer each time, with the same Idempotency-Key.",
  ThrottlingException: "Send again after Retry-After, and wait longer each time, with the same Idempotency-Key.",
  InternalServiceException: "Send again after Retry-After with the same Idempotency-Key: no second chat is started.",
  ServiceUnavailableException: "Send again after Retry-After with the same Idempotency-Key: no second chat is started.",
  BadGatewayException: "Send again with the same Idempotency-Key: the chat may have been started.",
  TimeoutException: "Send again with the same Idempotency-Key: the chat may have been started.",
};

/** What came of the last request. */
let last = null;

/** Shows what came of a request, and moves the focus there. */
export function show(result) {
  last = result;
  write();
  (byId("outcome").querySelector(".summary") ?? byId("answer")).focus();
}

/** Shows the same again, with or without secrets. */
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
  const what = last.status === 200 ? "Chat started" : (last.json?.code ?? last.json?.message ?? "Not JSON");
  const verdict = last.failure ? "Not sent" : `${last.status} ${what}`;
  return last.name ? `${last.name}: ${verdict}` : verdict;
}

function summary(problems) {
  const box = make("div", { className: "summary", tabIndex: -1 }, make("p", { className: "verdict bad" }, verdict()));
  const said = last.failure ?? last.json?.detail;
  if (said) box.append(make("p", {}, said));
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
  const told = last.headers.filter(([name]) => TOLD_HEADERS.includes(name));
  const all = make("details", {}, make("summary", {}, "All headers"), terms(last.headers));
  return [
    ...(advice ? [make("p", { className: "advice" }, make("strong", {}, last.note ? "Note: " : "Your page: "), advice)] : []),
    terms(told),
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
    : "Only the stand-in tells. This is the real one.";
  byId("received").replaceChildren(
    calls.length ? make("ol", { className: "calls" }, ...calls) : make("p", { className: "lead" }, nothing),
  );
}
