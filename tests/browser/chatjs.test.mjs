// The published ChatJS on a page of another origin, as on a web site.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, listen, open, serve } from "./support.mjs";

const CHATJS = await readFile(createRequire(import.meta.url).resolve("amazon-connect-chatjs"), "utf8");
const SHOP = '<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/chatjs.js"></script>';
const REQUEST = { ParticipantDetails: { DisplayName: "Jane" }, Attributes: { page: "/orders/4711" } };

let browser;
let shop;
let otherSite;
let participantService;
let bearers;
let aws;
let opened;
let page;

/** Starts a web site with ChatJS. */
const site = () => listen(({ url }) => {
  if (url === "/chatjs.js") return { headers: { "content-type": "text/javascript" }, body: CHATJS };
  return { headers: { "content-type": "text/html" }, body: SHOP };
});

/** Stands in for the Participant Service: records the tokens of requests, and refuses them. */
function noteBearer(request, body) {
  const headers = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
    "content-type": "application/json",
  };
  if (request.method === "OPTIONS") return { status: 204, headers };
  bearers.push({ method: request.method, url: request.url, bearer: request.headers["x-amz-bearer"], body });
  return { status: 403, headers, body: '{"message":"nobody is connected here"}' };
}

before(async () => {
  [shop, otherSite, participantService] = [await site(), await site(), await listen(noteBearer)];
  aws = await serve({ ALLOWED_ORIGINS: shop.origin });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
  for (const server of [shop, otherSite, participantService]) server?.stop();
});
beforeEach(async () => {
  bearers = [];
  await aws.local("requests", { method: "DELETE" });
  await aws.requests();
  await visit(shop.origin);
});
afterEach(() => opened.close());

async function visit(origin) {
  opened = await open(browser);
  page = opened.page;
  await page.goto(origin);
}

/** Returns what the page's fetch reads from the endpoint's answer. */
function ask({ path = "/", body = JSON.stringify(REQUEST), headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() } } = {}) {
  return page.evaluate(async ({ url, body, headers }) => {
    try {
      const response = await fetch(url, { method: "POST", headers, body });
      return { status: response.status, headers: Object.fromEntries(response.headers), json: await response.json() };
    } catch (error) {
      return { blocked: `${error}` };
    }
  }, { url: aws.url + path, body, headers });
}

/** Creates a session from an unchanged reply. Returns the details that ChatJS has. */
function session(startChatResult) {
  return page.evaluate(({ startChatResult, region, endpoint }) => {
    const { ChatSession } = window.connect;
    ChatSession.setGlobalConfig({ region, endpoint, loggerConfig: { useDefaultLogger: false } });
    window.session = ChatSession.create({ chatDetails: startChatResult, type: ChatSession.SessionTypes.CUSTOMER, disableCSM: true });
    return window.session.getChatDetails();
  }, { startChatResult, region: "us-east-1", endpoint: participantService.origin });
}

describe("ChatJS", () => {
  for (const path of ["/", "/v1/", "/rest/"]) {
    it(`creates its session from the reply of ${path}`, async () => {
      const { status, json } = await ask({ path });
      assert.equal(status, 200);
      assert.deepEqual(await aws.requests(), [`OPTIONS ${path} → 204 No Content`, `POST ${path} → 200 OK`]);
      const { startChatResult } = json.data;
      const [received] = await aws.local("requests");
      assert.equal(startChatResult.ContactId, received.contactId);
      const details = await session(startChatResult);
      assert.equal(details.contactId, startChatResult.ContactId);
      assert.equal(details.participantId, startChatResult.ParticipantId);
      assert.equal(details.participantToken, startChatResult.ParticipantToken);
      assert.ok(startChatResult.ParticipantToken.length > 100);
    });
  }

  it("sends the token of the reply to the Participant Service", async () => {
    const { json } = await ask();
    const { startChatResult } = json.data;
    await session(startChatResult);
    const refused = await page.evaluate(() => window.session.connect().then(() => "connected", () => "refused"));
    assert.equal(refused, "refused");
    const { method, url, bearer, body } = bearers[0];
    assert.deepEqual([method, url], ["POST", "/participant/connection"]);
    assert.equal(bearer, startChatResult.ParticipantToken);
    assert.ok(JSON.parse(body).Type.includes("WEBSOCKET"));
  });

  it("sends the token of a chat that continues a past one", async () => {
    const own = await serve({ ALLOWED_ORIGINS: shop.origin, ALLOW_UNVERIFIED_PERSISTENT_CHAT: "true" });
    try {
      const past = { RehydrationType: "ENTIRE_PAST_SESSION", SourceContactId: "a1b2c3d4-5678-90ab-cdef-aaaaaaaaaaa1" };
      const result = await page.evaluate(async ({ url, body }) => {
        const headers = { "Content-Type": "application/json" };
        return (await fetch(url, { method: "POST", headers, body })).json();
      }, { url: own.url, body: JSON.stringify({ ...REQUEST, PersistentChat: past }) });
      const { startChatResult } = result.data;
      assert.ok(startChatResult.ContinuedFromContactId);
      assert.equal((await session(startChatResult)).contactId, startChatResult.ContactId);
    } finally {
      await own.stop();
    }
  });
});

describe("a page of an allowed origin", () => {
  it("gets the same chat for the same key", async () => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": "one chat" };
    const [first, again] = [await ask({ headers }), await ask({ headers })];
    assert.deepEqual(again.json, first.json);
    assert.equal((await ask()).json.data.startChatResult.ContactId === first.json.data.startChatResult.ContactId, false);
  });

  it("can read the headers that it needs, and no others", async () => {
    const { headers } = await ask({ body: JSON.stringify({ ...REQUEST, locale: "de" }) });
    assert.match(headers["x-request-id"], /^[0-9a-f-]{36}$/);
    assert.equal(headers["x-ignored-members"], "locale");
    assert.deepEqual(Object.keys(headers).filter((name) => name.includes("apigw") || name.startsWith("access-control")), []);
  });

  it("can read Retry-After", async () => {
    await aws.local("faults", { method: "POST", body: { kind: "status", status: 429, errorType: "LimitExceededException", times: 3 } });
    const { status, headers, json } = await ask();
    assert.equal(status, 429);
    assert.equal(headers["retry-after"], "30");
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(json.code, "LimitExceededException");
    assert.equal(json.requestId, headers["x-request-id"]);
    assert.equal(json.data.Error.message, json.detail);
  });

  it("can read the pointers of field errors", async () => {
    const { status, json } = await ask({ body: '{"Attributes": {"a b": "1"}' });
    assert.equal(status, 400);
    assert.equal(json.code, "ValidationException");
    const listed = await ask({ body: '{"Attributes": {"a b": "1"}}' });
    assert.deepEqual(listed.json.errors.map((problem) => problem.pointer), ["/Attributes/a b"]);
  });

  it("needs no preflight for JSON sent as text", async () => {
    assert.equal((await ask({ headers: { "Content-Type": "text/plain" } })).status, 200);
    assert.deepEqual(await aws.requests(), ["POST / → 200 OK"]);
  });
});

describe("a page of another origin", () => {
  beforeEach(async () => {
    await opened.close();
    await visit(otherSite.origin);
  });

  it("is stopped by the browser at the preflight", async () => {
    assert.match((await ask()).blocked, /TypeError/);
    assert.deepEqual(await aws.requests(), ["OPTIONS / → 403 Forbidden"]);
    assert.deepEqual(await aws.local("requests"), []);
  });

  it("starts no chat without a preflight either", async () => {
    assert.match((await ask({ headers: { "Content-Type": "text/plain" } })).blocked, /TypeError/);
    assert.deepEqual(await aws.local("requests"), []);
  });

  it("cannot use the local controls", async () => {
    const outcome = await page.evaluate(async (url) => {
      const read = await fetch(url).then(() => "read", () => "blocked");
      await fetch(url, { method: "POST", mode: "no-cors", body: '{"kind":"reset"}' }).catch(() => {});
      return read;
    }, `${aws.url}/_local/faults`);
    assert.equal(outcome, "blocked");
    assert.deepEqual(await aws.local("faults"), []);
  });
});
