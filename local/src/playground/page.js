// The playground. Whatever comes from an answer is written as text, never as markup.

const byId = (id) => document.getElementById(id);
const form = byId("form");
const places = new Map([...form.querySelectorAll("[data-at]")].map((at) => [at.dataset.at, at]));
const CONTROLS = "input, select, textarea";

/** What the function and the stand-in are like; filled at the start. */
let about = { standIn: false, settings: {}, contacts: {} };
/** What was sent last, and what came of it. */
let last = null;
let busy = false;

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// ---- The request ----

const READ = {
  text: (at) => at.querySelector(CONTROLS).value || undefined,
  integer: (at) => {
    const text = READ.text(at);
    return /^-?\d{1,15}$/.test(text ?? "") ? Number(text) : text;
  },
  // What is not JSON goes as a string, so that the function says what is wrong with it.
  json: (at) => {
    const text = READ.text(at);
    try {
      return text && JSON.parse(text);
    } catch {
      return text;
    }
  },
  list: (at) => {
    const values = [...at.querySelectorAll(":checked")].map((box) => box.value);
    return values.length ? values : undefined;
  },
};

function bodyOfFields() {
  const body = {};
  for (const [pointer, at] of places) {
    const value = READ[at.dataset.kind]?.(at);
    if (value === undefined) continue;
    const names = pointer.slice(1).split("/");
    const member = names.pop();
    const parent = names.reduce((object, name) => (object[name] ??= {}), body);
    parent[member] = value;
  }
  return body;
}

function request() {
  const headers = { "Content-Type": "application/json" };
  for (const field of form.querySelectorAll("[data-header]")) {
    const value = field.querySelector(CONTROLS).value.replace(/\s+/g, " ").trim();
    if (value) headers[field.dataset.header] = value;
  }
  const byHand = byId("by-hand").checked;
  const body = byHand ? byId("raw").value : JSON.stringify(bodyOfFields());
  return { url: location.origin + form.elements.api.value, headers, body, byHand };
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function curl({ url, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -sS -i ${url}`, ...lines, `--data-raw ${quoted(body)}`].join(" \\\n  ");
}

function showCurl() {
  byId("curl").textContent = curl(request());
}

// ---- Sending ----

async function local(what, method = "GET", body = undefined) {
  const response = await fetch(`/_local/${what}`, { method, body: body && JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Error(`/_local/${what}: ${json.message}`);
  return json;
}

const received = async () => (about.standIn ? local("requests") : []);

/** Sends what the form says. The answer, and what Amazon Connect received meanwhile. */
async function exchange() {
  const sent = request();
  const before = (await received()).length;
  const began = performance.now();
  const { url, headers, body } = sent;
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  const took = Math.round(performance.now() - began);
  const calls = (await received()).slice(before);
  return { sent, status: response.status, headers: [...response.headers], took, calls, ...parsed(text) };
}

function parsed(text) {
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    return { text };
  }
}

/** Runs one sending at a time, and shows what comes of it. */
async function run(name, doing) {
  if (busy) return;
  setBusy(true, "Sending…");
  try {
    last = { name, ...(await doing()) };
    setBusy(false, `${last.status} after ${last.took} ms`);
  } catch (error) {
    last = { name, failure: error.message, calls: [] };
    setBusy(false, "Not sent");
  }
  show(true);
}

function setBusy(now, status) {
  busy = now;
  byId("status").textContent = status;
  for (const button of document.querySelectorAll("#send, #situations button")) {
    button.setAttribute("aria-disabled", String(now));
  }
}

// ---- The answer ----

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

/** Shows `last`. With `move`, the focus goes to it. */
function show(move) {
  const good = last.status === 200;
  const problems = (!good && last.json?.errors) || [];
  mark(last.failure ? [] : problems);
  const outcome = byId("outcome");
  outcome.replaceChildren(good ? make("p", { className: "verdict good" }, verdict()) : summary(problems));
  if (last.status) outcome.append(...details());
  showReceived();
  if (move) (outcome.querySelector(".summary") ?? byId("answer")).focus();
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
  const { control } = placeOf(problem);
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

// ---- Problems at their fields ----

const OTHER_SPELLINGS = { ConnectInstanceId: "InstanceId" };

/** Where a problem is shown: the place, its first control, and what of the pointer lies below the place. */
function placeOf({ pointer, header }) {
  const found = (at, rest = "") => ({ at, rest, control: at?.querySelector(CONTROLS) });
  if (last.sent.byHand) return found(byId("raw-field"), header ?? pointer.slice(1));
  if (header) return found([...form.querySelectorAll("[data-header]")].find((at) => sameName(at.dataset.header, header)));
  const names = pointer.slice(1).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const known = names.map((name) => OTHER_SPELLINGS[name] ?? name);
  for (let length = known.length; length > 0; length -= 1) {
    const at = places.get(`/${known.slice(0, length).join("/")}`);
    if (at) return found(at, names.slice(length).join("/"));
  }
  const below = [...places.keys()].find((at) => pointer && at.startsWith(`${pointer}/`));
  return found(places.get(below));
}

const sameName = (one, other) => one.toLowerCase() === other.toLowerCase();

function mark(problems) {
  for (const old of form.querySelectorAll(".problem")) old.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const problem of problems) {
    const { at, control, rest } = placeOf(problem);
    if (!at) continue;
    const text = rest ? `${rest}: ${problem.detail}` : problem.detail;
    const id = `${control.id}-problem-${form.querySelectorAll(".problem").length}`;
    at.append(make("p", { className: "problem", id }, text));
    control.setAttribute("aria-invalid", "true");
    reveal(control);
  }
  describe();
}

/** Ties each control to its hint and its problems. */
function describe() {
  for (const at of form.querySelectorAll(".field, .member")) {
    const texts = [...at.querySelectorAll(":scope > .hint, :scope > .problem")];
    const described = at.matches(".choices, .member") ? at : at.querySelector(CONTROLS);
    if (texts.length) described.setAttribute("aria-describedby", texts.map((text) => text.id).join(" "));
    else described.removeAttribute("aria-describedby");
  }
}

function reveal(control) {
  const group = control.closest("details");
  if (group) group.open = true;
}

// ---- Situations ----

const ANY_CALL = { always: true };
const refusal = (status, errorType) => ({ kind: "status", status, errorType, on: "StartChatContact", ...ANY_CALL });

const SITUATIONS = [
  { name: "Quota reached", expect: "429", fault: refusal(429, "LimitExceededException") },
  { name: "Throttled", expect: "429", fault: refusal(429, "TooManyRequestsException") },
  { name: "Flow gone", expect: "404", fault: refusal(404, "ResourceNotFoundException") },
  { name: "Connect down", expect: "503", fault: { kind: "reset", ...ANY_CALL } },
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
  byId("by-hand").checked = false;
  byId("raw-field").hidden = true;
  for (const [id, value] of Object.entries(values)) {
    const control = byId(id);
    filled.push([control, control.value, value]);
    control.value = value;
    if (value) reveal(control);
  }
  showCurl();
}

/** Takes back what a situation filled in, unless it was changed since. */
function unfill() {
  for (const [control, before, value] of filled) {
    if (control.value === value) control.value = before;
  }
  filled = [];
  showCurl();
}

async function situation({ fault, past, note, twice }) {
  unfill();
  if (fault) return underFault(fault);
  if (twice) return sendTwice();
  await standPast();
  fill({
    "rehydration-type": past[0],
    "source-contact-id": about.contacts[past[1]],
    "related-contact-id": "",
    "customer-id": "",
    claims: JSON.stringify({ [claimName()]: about.customer }),
  });
  const result = await exchange();
  return { ...result, note: result.status === 200 ? note : undefined };
}

const claimName = () => about.settings.CUSTOMER_ID_CLAIM || about.verifiedClaim || "sub";

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

function showSituations() {
  const buttons = SITUATIONS.map((one) => {
    const button = make("button", { type: "button" }, one.name, make("small", {}, one.expect));
    button.addEventListener("click", () => run(one.name, () => situation(one)));
    return button;
  });
  byId("situations").replaceChildren(...buttons);
}

// ---- The start ----

function showAbout() {
  const { settings, contacts } = about;
  const options = (...ids) => ids.filter(Boolean).map((id) => make("option", { value: id.trim() }));
  byId("instances").append(...options(settings.INSTANCE_ID));
  byId("flows").append(...options(settings.CONTACT_FLOW_ID, ...(settings.ALLOWED_CONTACT_FLOW_IDS ?? "").split(",")));
  byId("contacts").append(...options(...Object.values(contacts)));
  if (settings.CUSTOMER_ID_CLAIM) byId("claims").defaultValue = JSON.stringify({ [claimName()]: about.customer });
  byId("about").textContent = about.standIn ? "Here Amazon Connect is a stand-in on this machine: no account, no cost." : "";
  if (about.standIn) showSituations();
  else byId("situations").append("They need the stand-in: run make serve without CONNECT=aws.");
}

function warn() {
  const origins = about.settings.ALLOWED_ORIGINS ?? "";
  const allowed = !origins || origins.split(",").some((origin) => ["*", location.origin].includes(origin.trim()));
  const warnings = [
    about.standIn ? "" : "Amazon Connect is the real one. Each request that succeeds starts a real chat.",
    allowed ? "" : `ALLOWED_ORIGINS does not have ${location.origin}, so this page is answered 403.`,
    about.settings.CUSTOMER_ID_CLAIM === "" ? "CUSTOMER_ID_CLAIM is empty, so nobody can resume a chat." : "",
  ].filter(Boolean);
  byId("notice").textContent = warnings.join(" ");
  byId("notice").hidden = !warnings.length;
}

function showByHand() {
  const byHand = byId("by-hand").checked;
  if (byHand && byId("raw-field").hidden) byId("raw").value = JSON.stringify(bodyOfFields(), null, 2);
  byId("raw-field").hidden = !byHand;
}

function listen() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run("", exchange);
  });
  form.addEventListener("reset", () => setTimeout(() => {
    filled = [];
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
  byId("secrets").addEventListener("change", () => last && show(false));
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
    about = await local("about");
  } catch (error) {
    byId("notice").textContent = `The local controls do not answer: ${error.message}`;
    byId("notice").hidden = false;
    return;
  }
  showAbout();
  warn();
  showCurl();
}

start();
