// Customers who come back to a chat, with clients other than ChatJS: by a key, and by the participant token.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browse, listen, open, serve } from "./support.mjs";

let aws;
let browser;
let shop;
let page;

before(async () => {
  shop = await listen(() => ({
    headers: { "content-type": "text/html" },
    body: '<!doctype html><title>Shop</title><link rel="icon" href="data:,">',
  }));
  aws = await serve({ ALLOWED_ORIGINS: shop.origin }, ["--no-rate-limit", "--chat-pace", "5"]);
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
  shop?.stop();
});

/** Sends what the prebuilt widget sends with `headers`, and keeps the key in the tab. Runs in the page. */
async function requestOfTheWidget(url) {
  const key = sessionStorage.getItem("chat-key") ?? crypto.randomUUID();
  sessionStorage.setItem("chat-key", key);
  const body = JSON.stringify({
    InstanceId: "",
    ContactFlowId: "",
    ParticipantDetails: { DisplayName: "Ana" },
    Attributes: { customerName: "Ana" },
  });
  const answer = await fetch(`${url}/`, { method: "post", headers: { "Idempotency-Key": key }, body });
  return (await answer.json()).data.startChatResult;
}

describe("the prebuilt widget's request with a key that the tab keeps", () => {
  it("brings the chat back after a reload, and starts another one without the key", async () => {
    const opened = await open(browser);
    page = opened.page;
    const chats = async () => (await aws.local("requests")).filter((one) => one.path === "/contact/chat").length;
    await page.goto(shop.origin);
    const first = await page.evaluate(requestOfTheWidget, aws.url);
    await page.reload();
    assert.deepEqual(await page.evaluate(requestOfTheWidget, aws.url), first);
    assert.equal(await chats(), 2);
    await page.evaluate(() => sessionStorage.removeItem("chat-key"));
    assert.notEqual((await page.evaluate(requestOfTheWidget, aws.url)).ContactId, first.ContactId);
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
});

/** Starts a chat as an app does. Returns what it keeps. */
async function startInApp() {
  const body = JSON.stringify({ ParticipantDetails: { DisplayName: "Ana" } });
  const answer = await fetch(`${aws.url}/`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  return (await answer.json()).data.startChatResult;
}

/** Calls the participant service as the SDKs of iOS and Android do. */
async function participant(what, bearer, body) {
  const headers = { "Content-Type": "application/json", "X-Amz-Bearer": bearer };
  const answer = await fetch(`${aws.url}/participant/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, json: await answer.json() };
}

/** Connects with the participant token. The page has the websocket. Returns the connection's token. */
async function connect({ ParticipantToken }) {
  const { status, json } = await participant("connection", ParticipantToken, { Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"] });
  assert.equal(status, 200);
  await page.evaluate((url) => new Promise((ready, failed) => {
    window.socket = new WebSocket(url);
    window.socket.onerror = failed;
    window.socket.onmessage = ready;
    window.socket.onopen = () => window.socket.send('{"topic":"aws/subscribe","content":{"topics":["aws/chat"]}}');
  }), json.Websocket.Url);
  return json.ConnectionCredentials.ConnectionToken;
}

async function transcript(token) {
  const { json } = await participant("transcript", token, { SortOrder: "ASCENDING", MaxResults: 100 });
  return json.Transcript.map((item) => item.Content);
}

describe("an app that keeps the participant token", () => {
  before(async () => {
    ({ page } = await open(browser));
    await page.goto(shop.origin);
  });
  after(() => page.context().close());

  it("finds its chat again after it was closed", async () => {
    const kept = await startInApp();
    const first = await connect(kept);
    await participant("message", first, { ContentType: "text/plain", Content: "before" });
    await page.reload();
    const second = await connect(kept);
    assert.ok((await transcript(second)).includes("before"));
    assert.equal((await participant("message", second, { ContentType: "text/plain", Content: "after" })).status, 200);
    assert.ok((await transcript(second)).includes("after"));
  });

  it("learns that its chat has ended, and starts another one", async () => {
    const kept = await startInApp();
    await connect(kept);
    await aws.local("chats", { method: "POST", body: { ContactId: kept.ContactId, Action: "agentEnds" } });
    const refused = await participant("connection", kept.ParticipantToken, { Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"] });
    assert.equal(refused.status, 403);
    assert.notEqual((await startInApp()).ContactId, kept.ContactId);
  });
});
