// The playground, used as by a developer.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { open, serve, shared } from "./support.mjs";

const FLOW = "a1b2c3d4-5678-90ab-cdef-222222222222";
const SECOND_FLOW = "a1b2c3d4-5678-90ab-cdef-333333333333";
const INSTANCE = "a1b2c3d4-5678-90ab-cdef-111111111111";
const FIRST_CONTACT = "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa1";
const LATEST_CONTACT = "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa2";

const both = shared();
let opened;
let page;

beforeEach(async () => {
  await both.aws.local("requests", { method: "DELETE" });
  await both.aws.requests();
  await visit(both.aws.url);
});
afterEach(async () => {
  await opened.close();
  assert.deepEqual(opened.faults, [], "nothing in the console, and nothing against the policy");
  assert.deepEqual([...opened.hosts], [new URL(opened.url).host], "nothing comes from elsewhere");
});

async function visit(url) {
  opened = { ...(await open(both.browser)), url };
  page = opened.page;
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector("#situations").childNodes.length > 0);
}

async function another(url) {
  await opened.close();
  await visit(url);
}

/** Clicks, and waits for the answer. */
async function sent(click) {
  await page.evaluate(() => document.querySelector("#outcome").replaceChildren());
  await click();
  await page.waitForSelector("#outcome .verdict");
  return page.locator("#outcome .verdict").textContent();
}
const send = () => sent(() => page.click("#send"));
const situation = (name) => sent(() => page.getByRole("button", { name }).click());
const openAll = () => page.evaluate(() => document.querySelectorAll("form details").forEach((one) => { one.open = true; }));
const answer = async () => JSON.parse(await page.locator("#outcome pre").textContent());
const calls = () => page.locator("#received li").evaluateAll((items) => items.map((item) => item.firstChild.textContent + item.childNodes[1].textContent));
const starts = async () => (await both.aws.local("requests")).filter((one) => one.path === "/contact/chat").map((one) => one.body);
const problemAt = (id) => page.locator(`#${id}`).evaluate((control) => {
  const described = control.closest(".choices, .member:not(:has(.field > #" + control.id + "))") ?? control;
  const ids = (described.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  const texts = ids.map((one) => document.getElementById(one)).filter((one) => one.matches(".problem"));
  return control.getAttribute("aria-invalid") === "true" ? texts.map((text) => text.textContent) : null;
});
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);

describe("a chat", () => {
  for (const [label, path] of [["HTTP API, payload 2.0", "/"], ["HTTP API, payload 1.0", "/v1/"], ["REST API", "/rest/"]]) {
    it(`is started through the ${label}`, async () => {
      await openAll();
      await page.getByLabel(label).check();
      assert.equal(await send(), "200 Chat started");
      assert.equal(await focused(), "answer");
      assert.deepEqual((await both.aws.requests()).filter((line) => !line.startsWith("GET")), [`POST ${path} → 200 OK`]);
      const [received] = await both.aws.local("requests");
      const { data: { startChatResult } } = await answer();
      assert.equal(startChatResult.ContactId, received.contactId);
      assert.deepEqual(await calls(), ["PUT /contact/chat → 200 "]);
      assert.deepEqual(JSON.parse(await page.locator("#received pre").textContent()), received.body);
      assert.equal(received.body.InitialMessage.Content, "Where is my order?");
    });
  }

  it("may have every member", async () => {
    await openAll();
    for (const [id, value] of Object.entries({
      "display-name": "Zoë 🦀",
      attributes: '{"tier": "gold", "items": 3}',
      content: "**Hello**\nthere",
      "instance-id": INSTANCE,
      "flow-id": SECOND_FLOW,
      duration: "60",
      "source-contact-id": LATEST_CONTACT,
      "customer-id": "customer-4711",
      "segment-attributes": '{"connect:Subtype": {"ValueString": "connect:Guide"}, "orderPriority": "high"}',
      claims: '{"sub": "customer-4711"}',
      "client-token": "once",
    })) await page.fill(`#${id}`, value);
    await page.selectOption("#content-type", "text/markdown");
    await page.selectOption("#response-mode", "COMPLETE");
    await page.selectOption("#rehydration-type", "ENTIRE_PAST_SESSION");
    for (const box of await page.locator("form .choices[data-at] input").all()) await box.check();
    assert.equal(await send(), "200 Chat started");
    const [{ ClientToken, ...body }] = await starts();
    assert.match(ClientToken, /^[0-9a-f]{64}$/);
    assert.deepEqual(body, {
      InstanceId: INSTANCE,
      ContactFlowId: SECOND_FLOW,
      ParticipantDetails: { DisplayName: "Zoë 🦀" },
      Attributes: { tier: "gold", items: "3", customerName: "Zoë 🦀" },
      InitialMessage: { Content: "**Hello**\nthere", ContentType: "text/markdown" },
      ChatDurationInMinutes: 60,
      SupportedMessagingContentTypes: [
        "text/plain",
        "text/markdown",
        "application/json",
        "application/vnd.amazonaws.connect.message.interactive",
        "application/vnd.amazonaws.connect.message.interactive.response",
      ],
      PersistentChat: { RehydrationType: "ENTIRE_PAST_SESSION", SourceContactId: FIRST_CONTACT },
      SegmentAttributes: { "connect:Subtype": { ValueString: "connect:Guide" }, orderPriority: { ValueString: "high" } },
      CustomerId: "customer-4711",
      ParticipantConfiguration: { ResponseMode: "COMPLETE" },
      DisconnectOnCustomerExit: ["AGENT"],
      ConnectionTypes: ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
    });
    await page.selectOption("#rehydration-type", "");
    await page.fill("#source-contact-id", "");
    await page.fill("#related-contact-id", LATEST_CONTACT);
    assert.equal(await send(), "200 Chat started");
    assert.equal((await starts())[1].RelatedContactId, LATEST_CONTACT);
    await page.fill("#streaming-arn", "arn:aws:sns:us-east-1:123456789012:chats");
    assert.equal(await send(), "403 ForbiddenException");
    assert.deepEqual(await problemAt("streaming-arn"), ["is not available to HTTP callers"]);
  });

  it("omits empty fields", async () => {
    await page.fill("#display-name", "");
    await page.fill("#attributes", "");
    await page.fill("#content", "");
    await page.selectOption("#content-type", "");
    assert.equal(await send(), "200 Chat started");
    assert.match(await page.locator("#curl").textContent(), /--data-raw '\{\}'$/);
    assert.equal((await starts())[0].ParticipantDetails.DisplayName, "Customer");
  });

  it("shows secrets on request only", async () => {
    await openAll();
    for (const box of await page.locator("[data-at='/ConnectionTypes'] input").all()) await box.check();
    await send();
    const hidden = await answer();
    const { ParticipantToken, ConnectionCredentials, Websocket } = hidden.data.startChatResult;
    for (const secret of [ParticipantToken, ConnectionCredentials.ConnectionToken, Websocket.Url]) {
      assert.ok(secret.length === 25 && secret.endsWith("…"), secret);
    }
    assert.ok(!(await page.content()).includes("Signature=") && !(await page.content()).includes("local-session-token"));
    await page.getByLabel("Show secrets").check();
    const shown = (await answer()).data.startChatResult;
    assert.ok(shown.ParticipantToken.length > 100 && shown.ParticipantToken.startsWith(ParticipantToken.slice(0, 24)));
    assert.ok(shown.Websocket.Url.length > 100);
    await page.getByLabel("Show secrets").uncheck();
    assert.deepEqual(await answer(), hidden);
  });

  it("is the same with curl", async () => {
    await openAll();
    const name = `O'Brien $HOME "x" \\ \`id\` é`;
    await page.fill("#display-name", name);
    await page.fill("#claims", `{"sub":\n"it's me"}`);
    await page.fill("#idempotency-key", "it's one");
    await send();
    const line = await page.locator("#curl").textContent();
    const { stdout } = await promisify(execFile)("bash", ["-c", line]);
    assert.match(stdout, /^HTTP\/1.1 200 OK/);
    const [mine, curls] = await starts();
    assert.equal(mine.ParticipantDetails.DisplayName, name);
    assert.equal(mine.CustomerId, "it's me");
    assert.deepEqual(curls, mine, "the idempotency key makes the token the same too");
  });

  it("can be started with the keyboard alone", async () => {
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "skip");
    await page.focus("#display-name");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Keys");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#outcome .verdict");
    assert.equal((await starts())[0].ParticipantDetails.DisplayName, "Keys");
    assert.equal(await page.getByRole("status").textContent().then((text) => /^200 after \d+ ms$/.test(text)), true);
  });
});

describe("field errors", () => {
  it("are shown at their fields, and in a summary with the focus", async () => {
    await page.fill("#display-name", "x".repeat(257));
    await page.fill("#attributes", '{"a b": "1", "c": []}');
    await page.selectOption("#content-type", "");
    await openAll();
    await page.fill("#duration", "abc");
    await page.fill("#related-contact-id", "x".repeat(257));
    await page.fill("#segment-attributes", "{no JSON");
    await page.fill("#idempotency-key", "k".repeat(256));
    await page.fill("#streaming-arn", "arn:aws:s3:::bucket");
    await page.locator("[data-at='/SupportedMessagingContentTypes'] input").nth(1).check();
    await page.evaluate(() => document.querySelectorAll("form details").forEach((one) => { one.open = false; }));
    assert.equal(await send(), "400 ValidationException");
    assert.equal(await focused(), "summary");
    const expected = {
      "display-name": ["must have 1 to 256 characters, not 257"],
      attributes: ["a b: its name must consist of letters, digits, dashes and underscores", "c: must be a string, not a list"],
      duration: ["must be an integer from 60 to 10080"],
      "segment-attributes": ["must be an object, not a string"],
      "idempotency-key": ["must have 1 to 255 printable characters"],
      "streaming-arn": ["must be the ARN of a standard SNS topic"],
    };
    for (const [id, problems] of Object.entries(expected)) assert.deepEqual(await problemAt(id), problems, id);
    assert.equal(await page.locator("[data-at='/InitialMessage'] > .problem").textContent(), "ContentType is required");
    assert.equal(await page.locator("[data-at='/SupportedMessagingContentTypes'] > .problem").textContent(), "must contain text/plain");
    assert.equal(await page.locator("[data-at='/RelatedContactId'] > .problem").count(), 1);
    const { errors } = await answer();
    assert.equal(await page.locator(".summary li a").count(), errors.length, "each problem has a field");
    assert.ok(await page.locator("#duration").isVisible(), "what has problems is open");
    await page.locator(".summary a", { hasText: "ChatDurationInMinutes" }).click();
    assert.equal(await focused(), "duration");
    assert.deepEqual(await page.locator("#received").textContent(), "Nothing: the function answered without asking it.");
    await page.getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction(() => !document.querySelector("form [aria-invalid], form .problem"));
    assert.equal(await send(), "200 Chat started");
  });

  it("without a field are shown in the summary only", async () => {
    await openAll();
    await page.getByLabel("Write the body by hand").check();
    await page.fill("#raw", '{"nothing": "of the API"}');
    assert.equal(await send(), "400 ValidationException");
    await page.fill("#claims", "no JSON");
    assert.match(await send(), /^400 x-local-claims is not JSON/);
    assert.equal(await focused(), "summary");
    assert.equal(await page.locator("form .problem").count(), 0);
    await page.fill("#claims", "☃");
    assert.equal(await send(), "Not sent");
    assert.equal(await focused(), "summary");
  });

  it("of a hand-written body are shown at the body", async () => {
    await openAll();
    await page.getByLabel("Write the body by hand").check();
    assert.deepEqual(JSON.parse(await page.inputValue("#raw")).ParticipantDetails, { DisplayName: "Jane" });
    await page.fill("#raw", '{"participantDetails": {"displayName": 1}, "locale": "de"}');
    assert.equal(await send(), "400 ValidationException");
    assert.deepEqual(await problemAt("raw"), ["participantDetails/displayName: must be a string, not a number"]);
    assert.match(await page.locator("#outcome dl").first().textContent(), /x-ignored-members\s*locale/);
    await page.fill("#raw", '{"participantDetails": {"displayName": "Bo"}}');
    assert.equal(await send(), "200 Chat started");
    assert.equal((await starts())[0].ParticipantDetails.DisplayName, "Bo");
  });

  it("are shown as text, never as markup", async () => {
    const evil = `<img src=x onerror=window.hit=1>`;
    await page.fill("#attributes", JSON.stringify({ [evil]: "1", [`"'&lt;${evil}~/`]: "2" }));
    assert.equal(await send(), "400 ValidationException");
    const problems = await problemAt("attributes");
    assert.ok(problems.every((problem) => problem.includes(evil)) && problems.length === 2, problems);
    await page.fill("#attributes", "");
    await page.fill("#display-name", evil);
    assert.equal(await send(), "200 Chat started");
    await both.aws.local("faults", { method: "POST", body: { kind: "status", status: 400, errorType: "InvalidRequestException", message: evil } });
    assert.equal(await send(), "400 InvalidRequestException");
    assert.ok((await page.locator(".summary").textContent()).includes(evil));
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.evaluate(() => window.hit), undefined);
  });
});

describe("a situation", () => {
  const put = (status, error = "") => `PUT /contact/chat → ${status} ${error}`;
  const get = (last) => `GET /contacts/${INSTANCE}/a1b2c3d4-5678-90ab-cdef-${last} → 200 `;
  for (const [name, verdict, received, headers = /./] of [
    ["Quota reached", "429 LimitExceededException", Array(3).fill(put(429, "LimitExceededException")), /retry-after\s*30/],
    ["Throttled", "429 TooManyRequestsException", Array(3).fill(put(429, "TooManyRequestsException")), /retry-after\s*1/],
    ["Flow gone", "404 ResourceNotFoundException", [put(404, "ResourceNotFoundException")]],
    ["Connect down", "503 ServiceUnavailableException", Array(3).fill("PUT /contact/chat →  connection cut"), /retry-after\s*1/],
    ["Chat still running", "409 ConflictException", [get("bbbbbbbbbbb1")]],
    ["Resume a whole session", "200 Chat started", [get("aaaaaaaaaaa2"), get("aaaaaaaaaaa1"), put(200)]],
    ["Resume from a segment", "200 Chat started", [get("aaaaaaaaaaa2"), put(200)]],
    ["Another customer’s chat", "403 ForbiddenException", [get("ccccccccccc1")]],
    ["Sent twice", "200 Chat started", [put(200), put(200)]],
  ]) {
    it(`has the result that it names: ${name}`, async () => {
      assert.equal(await situation(name), `${name}: ${verdict}`);
      assert.deepEqual(await calls(), received);
      assert.match(await page.locator("#outcome dl").first().textContent(), headers);
      assert.ok((await page.locator(".advice").textContent()).length > 30);
      assert.equal(await focused(), verdict.startsWith("200") ? "answer" : "summary");
      assert.deepEqual(await both.aws.local("faults"), [], "no fault is left behind");
      const expects = await page.getByRole("button", { name }).locator("small").textContent();
      assert.ok(verdict.startsWith(expects), "the button says which status to expect");
    });
  }

  it("resumes the chat that it names", async () => {
    await situation("Resume a whole session");
    assert.equal((await answer()).data.startChatResult.ContinuedFromContactId, LATEST_CONTACT);
    await situation("Resume from a segment");
    const [session, segment] = await starts();
    assert.deepEqual(session.PersistentChat, { RehydrationType: "ENTIRE_PAST_SESSION", SourceContactId: FIRST_CONTACT });
    assert.deepEqual(segment.PersistentChat, { RehydrationType: "FROM_SEGMENT", SourceContactId: LATEST_CONTACT });
    assert.equal(segment.CustomerId, "customer-4711");
  });

  it("starts one chat for a request sent twice", async () => {
    await situation("Sent twice");
    const [one, other] = await both.aws.local("requests");
    assert.equal(one.contactId, other.contactId);
    assert.equal((await answer()).data.startChatResult.ContactId, one.contactId);
    assert.match(await page.locator(".advice").textContent(), /no second chat/);
    await openAll();
    await page.getByLabel("Write the body by hand").check();
    await page.fill("#raw", '{"Username": "By hand"}');
    await situation("Sent twice");
    assert.deepEqual((await starts()).slice(2).map((body) => body.ParticipantDetails.DisplayName), ["By hand", "By hand"]);
  });

  it("can follow any other, and leaves the form unchanged", async () => {
    await situation("Chat still running");
    assert.equal(await situation("Quota reached"), "Quota reached: 429 LimitExceededException");
    assert.equal(await page.inputValue("#source-contact-id"), "");
    assert.equal(await page.inputValue("#claims"), "");
    assert.equal(await send(), "200 Chat started");
    assert.equal((await starts()).at(-1).CustomerId, undefined);
  });

  it("works after the active chat has ended", async () => {
    await both.aws.local("contacts", { method: "POST", body: { End: "a1b2c3d4-5678-90ab-cdef-bbbbbbbbbbb1" } });
    assert.equal(await situation("Chat still running"), "Chat still running: 409 ConflictException");
  });

  it("keeps earlier faults", async () => {
    const body = { kind: "status", status: 500, errorType: "Mine", on: "StopContact", times: 2 };
    const before = await both.aws.local("faults", { method: "POST", body });
    await situation("Throttled");
    assert.deepEqual(await both.aws.local("faults"), before);
    await both.aws.local("faults", { method: "DELETE" });
  });

  it("reports a request that does not reach Amazon Connect", async () => {
    await page.fill("#attributes", "[]x");
    assert.equal(await situation("Throttled"), "Throttled: 400 ValidationException");
    assert.match(await page.locator(".advice").textContent(), /refused before it reached Amazon Connect/);
    assert.deepEqual(await both.aws.local("faults"), []);
  });
});

describe("other settings", () => {
  it("are shown", async () => {
    const own = await serve({ CUSTOMER_ID_CLAIM: "email", ALLOWED_ORIGINS: "https://shop.example" });
    try {
      await another(own.url);
      assert.match(await page.locator("#notice").textContent(), /^ALLOWED_ORIGINS does not have http:\/\/127/);
      assert.equal(await send(), "403 ForbiddenException");
    } finally {
      await own.stop();
    }
  });

  it("of the customer's claim are followed", async () => {
    const own = await serve({ CUSTOMER_ID_CLAIM: "email" });
    try {
      await another(own.url);
      assert.equal(await page.inputValue("#claims"), '{"email":"customer-4711","email_verified":true}');
      assert.equal(await send(), "200 Chat started");
      assert.equal(await situation("Resume from a segment"), "Resume from a segment: 200 Chat started");
      assert.ok((await own.local("requests")).filter((one) => one.body).every((one) => one.body.CustomerId === "customer-4711"));
    } finally {
      await own.stop();
    }
  });

  it("disable the situations with the real Amazon Connect, and say so", async () => {
    const own = await serve({
      INSTANCE_ID: INSTANCE,
      CONTACT_FLOW_ID: FLOW,
      AWS_ENDPOINT_URL_CONNECT: "http://127.0.0.1:9",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }, ["--connect", "aws"]);
    try {
      await another(own.url);
      assert.match(await page.locator("#notice").textContent(), /starts a real chat/);
      assert.equal(await page.locator("#situations button").count(), 0);
    } finally {
      await own.stop();
    }
  });

  it("are not needed after the function has ended", async () => {
    const own = await serve();
    await another(own.url);
    await own.stop();
    assert.equal(await send(), "Not sent");
    assert.equal(await focused(), "summary");
    opened.faults.length = 0;
  });
});
