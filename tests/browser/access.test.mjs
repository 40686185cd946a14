// What a web page gets from `local-aws serve` if it is not the server's own: a page of another
// origin, and a page under a host name that resolves to this machine (DNS rebinding).

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, listen, open, serve } from "./support.mjs";

const REBOUND = "evil.example";
const INVOKE = "/2015-03-31/functions/start-chat-contact/invocations";
const REQUEST = '{"ParticipantDetails":{"DisplayName":"Jane"}}';
const CHAT = { ContactId: "c", ParticipantId: "p", ParticipantToken: "secret-token" };
const LOCAL = ["/_local/requests", "/_local/contacts", "/_local/faults", "/_local/about", "/_local/page/page.js", INVOKE];
const APIS = ["/", "/chat", "/v1/", "/rest/"];
const PAGE = { headers: { "content-type": "text/html" }, body: '<!doctype html><link rel="icon" href="data:,">' };

let browser;
let evil;
let shop;
let connect;
let started;
let opened;

before(async () => {
  [evil, shop] = [await listen(() => PAGE), await listen(() => PAGE)];
  connect = await listen(({ method, url }) => {
    started.push(`${method} ${url}`);
    return { headers: { "content-type": "application/json" }, body: JSON.stringify(CHAT) };
  });
  browser = await browse([`--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`]);
});
after(async () => {
  await browser?.close();
  for (const server of [evil, shop, connect]) server?.stop();
});
beforeEach(() => { started = []; });
afterEach(() => opened?.close());

/** A server that takes `connect` for the real Amazon Connect. */
const serveReal = (settings = {}) => serve({
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL_CONNECT: connect.origin,
  INSTANCE_ID: "a1b2c3d4-5678-90ab-cdef-111111111111",
  CONTACT_FLOW_ID: "a1b2c3d4-5678-90ab-cdef-222222222222",
  ...settings,
}, ["--connect", "aws"]);

async function visit(url) {
  opened = await open(browser);
  const response = await opened.page.goto(url);
  return { page: opened.page, response };
}

/** What a page can read of each path, by GET and by POST, with and without CORS. */
function attack(page, origin, paths) {
  return page.evaluate(async ({ origin, paths, body }) => {
    const read = [];
    const attempts = [
      { method: "GET" },
      { method: "POST", body, headers: { "Content-Type": "text/plain" } },
      { method: "POST", body, headers: { "Content-Type": "application/json", "X-Local-Claims": '{"sub":"customer-4711"}' } },
      { method: "POST", body, headers: { "Content-Type": "text/plain" }, mode: "no-cors" },
      { method: "DELETE" },
    ];
    for (const path of paths) {
      for (const attempt of attempts) {
        const response = await fetch(origin + path, attempt).catch(() => null);
        const text = await response?.text();
        if (text) read.push([attempt.method, path, response.status, text]);
      }
    }
    return read;
  }, { origin, paths, body: REQUEST });
}

/** Submits a form to a path in a frame, which is a simple request that needs no permission. */
async function submit(page, url) {
  await page.evaluate((url) => new Promise((loaded) => {
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    document.body.replaceChildren(make("iframe", { name: "target" }), make("form", { action: url, method: "post", target: "target", enctype: "text/plain" }));
    const [frame, form] = document.body.children;
    form.append(make("input", { name: '{"ParticipantDetails":{"DisplayName":"', value: 'Jane"}}' }));
    frame.addEventListener("load", loaded);
    form.submit();
  }), url);
}

/** Expects that everything that was read is the server's refusal. */
function assertRefused(read) {
  for (const [method, path, status, text] of read) {
    assert.equal(status, 403, `${method} ${path}`);
    assert.match(text, /only programs on this machine/, `${method} ${path}`);
  }
}

describe("with the real Amazon Connect", () => {
  let aws;
  before(async () => { aws = await serveReal(); });
  after(() => aws?.stop());

  it("a page of another origin gets nothing", async () => {
    const { page } = await visit(evil.origin);
    assert.deepEqual(await attack(page, aws.url, [...APIS, ...LOCAL]), []);
    for (const path of [...APIS, INVOKE]) await submit(page, aws.url + path);
    assert.deepEqual(started, []);
  });

  it("a page under a rebound host name gets nothing", async () => {
    const rebound = aws.url.replace("127.0.0.1", REBOUND);
    const { page, response } = await visit(rebound);
    assert.equal(response.status(), 403);
    const read = await attack(page, "", [...APIS, ...LOCAL]);
    assert.equal(read.length, 5 * (APIS.length + LOCAL.length), "a rebound page can read its answers");
    assertRefused(read);
    assert.deepEqual(started, []);
  });

  it("the playground starts chats", async () => {
    const { page } = await visit(aws.url);
    await page.waitForFunction(() => document.querySelector("#situations").childNodes.length > 0);
    await page.click("#send");
    await page.waitForSelector("#outcome .verdict");
    assert.equal(await page.locator("#outcome .verdict").textContent(), "200 Chat started");
    assert.deepEqual(started, ["PUT /contact/chat"]);
  });

  it("a page of a listed origin reaches the function only", async () => {
    const own = await serveReal({ ALLOWED_ORIGINS: shop.origin });
    try {
      const { page } = await visit(shop.origin);
      assert.deepEqual(await attack(page, own.url, LOCAL), []);
      assert.deepEqual(started, []);
      const token = await page.evaluate(async ({ url, body }) => {
        const headers = { "Content-Type": "application/json" };
        const response = await fetch(url, { method: "POST", headers, body });
        return (await response.json()).data.startChatResult.ParticipantToken;
      }, { url: own.url, body: REQUEST });
      assert.equal(token, CHAT.ParticipantToken);
      assert.deepEqual(started, ["PUT /contact/chat"]);
    } finally {
      await own.stop();
    }
  });
});

describe("with the stand-in", () => {
  let aws;
  before(async () => { aws = await serve(); });
  after(() => aws?.stop());

  it("a page of another origin gets nothing of the Invoke API and the local controls", async () => {
    const { page } = await visit(evil.origin);
    assert.deepEqual(await attack(page, aws.url, LOCAL), []);
    await submit(page, aws.url + INVOKE);
    assert.deepEqual(await aws.local("requests"), []);
    assert.deepEqual(await aws.local("faults"), []);
  });

  it("a page under a rebound host name gets nothing of them either", async () => {
    const { page } = await visit(aws.url.replace("127.0.0.1", REBOUND) + "/_local/about");
    const read = await attack(page, "", LOCAL);
    assert.equal(read.length, 5 * LOCAL.length, "a rebound page can read its answers");
    assertRefused(read);
    assert.deepEqual(await aws.local("requests"), []);
  });

  it("a page of another origin cannot say which claims were verified", async () => {
    const { page } = await visit(evil.origin);
    const outcome = await page.evaluate(({ url, body }) => {
      const headers = { "Content-Type": "application/json", "X-Local-Claims": '{"sub":"customer-4711"}' };
      return fetch(url, { method: "POST", headers, body }).then(() => "answered", () => "blocked");
    }, { url: aws.url, body: REQUEST });
    assert.equal(outcome, "blocked");
    assert.deepEqual(await aws.local("requests"), []);
  });
});
