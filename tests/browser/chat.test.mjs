// Whole chats with the published ChatJS, on a page of another origin than the endpoint.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, listen, open, serve } from "./support.mjs";

const CHATJS = await readFile(createRequire(import.meta.url).resolve("amazon-connect-chatjs"), "utf8");
const EVENT = "application/vnd.amazonaws.connect.event.";
const INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive";

let aws;
let browser;
let shop;
let opened;
let page;

before(async () => {
  shop = await listen(({ url }) => {
    const script = url === "/chatjs.js" ? CHATJS : url === "/shop.js" ? `(${install})();` : null;
    if (script) return { headers: { "content-type": "text/javascript" }, body: script };
    const body = '<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/chatjs.js"></script><script src="/shop.js"></script>';
    return { headers: { "content-type": "text/html" }, body };
  });
  const settings = { ALLOWED_ORIGINS: shop.origin, ALLOW_UNVERIFIED_PERSISTENT_CHAT: "true" };
  aws = await serve(settings, ["--no-rate-limit", "--chat-pace", "5"]);
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
  shop?.stop();
});
beforeEach(async () => {
  opened = await open(browser);
  page = opened.page;
  await page.goto(shop.origin);
});
afterEach(() => opened.close());

/** The script of the shop's page. It keeps the answer to return to the chat, and records all events. */
function install() {
  window.seen = [];
  const note = (what) => (event) => window.seen.push({ what, ...event?.data });

  /** Starts a chat through the endpoint. */
  window.start = async (url, body) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    const answer = await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
    if (!answer.data?.startChatResult) throw new Error(JSON.stringify(answer));
    sessionStorage.setItem("chat", JSON.stringify(answer.data.startChatResult));
    return answer.data.startChatResult;
  };

  /** Connects to the chat that the session keeps. */
  window.join = async (endpoint) => {
    const { ChatSession } = window.connect;
    ChatSession.setGlobalConfig({ region: "us-east-1", endpoint, loggerConfig: { useDefaultLogger: false }, throttleTime: 100 });
    const chatDetails = JSON.parse(sessionStorage.getItem("chat"));
    const session = ChatSession.create({ chatDetails, type: ChatSession.SessionTypes.CUSTOMER, disableCSM: true });
    for (const name of ["Message", "Typing", "ReadReceipt", "DeliveredReceipt", "Ended", "ConnectionEstablished", "ConnectionLost", "ConnectionBroken"]) {
      session[`on${name}`](note(name));
    }
    window.session = session;
    await session.connect();
  };
}

async function start(more = {}) {
  const body = { ParticipantDetails: { DisplayName: "Jane" }, ...more };
  return page.evaluate(([url, body]) => window.start(url, body), [`${aws.url}/`, body]);
}

const join = (on = page) => on.evaluate((endpoint) => window.join(endpoint), aws.url);
const say = (message, contentType = "text/plain", on = page) =>
  on.evaluate((args) => window.session.sendMessage(args).then(({ data }) => data), { message, contentType });

/** Waits for an event. */
async function sees(what, expected = {}, on = page) {
  const found = await on.waitForFunction(
    ([what, expected]) => window.seen.find((one) => one.what === what && Object.entries(expected).every(([name, value]) => one[name] === value)),
    [what, expected],
    { timeout: 15000 },
  );
  return found.jsonValue();
}

const agentSays = (Content, on = page) => sees("Message", { ParticipantRole: "AGENT", Content }, on);
const greeted = (on = page) => sees("Message", { ParticipantRole: "AGENT", ContentType: "text/plain" }, on);
const transcript = async (more = {}) => page.evaluate(
  (more) => window.session.getTranscript({ sortOrder: "ASCENDING", maxResults: 100, ...more }).then(({ data }) => data),
  more,
);
const texts = ({ Transcript }) => Transcript.filter((item) => item.Type === "MESSAGE").map((item) => item.Content);
const chatOf = async ({ ContactId }) => (await aws.local("chats")).find((chat) => chat.InitialContactId === ContactId);
const act = (chat, Action) => aws.local("chats", { method: "POST", body: { ContactId: chat.ContactId, Action } });

describe("a chat with ChatJS", () => {
  it("goes both ways, with typing and receipts", async () => {
    const chat = await start({ InitialMessage: { ContentType: "text/plain", Content: "Where is my order?" } });
    await join();
    await sees("ConnectionEstablished");
    await sees("Typing", { ParticipantRole: "AGENT" });
    const greeting = await greeted();
    assert.match(greeting.Content, /^Hello Jane, this is Alex/);
    await agentSays("You wrote: Where is my order?");
    await page.evaluate(() => { window.seen.length = 0; });
    const sent = await say("Hello");
    await sees("Message", { Id: sent.Id, ParticipantRole: "CUSTOMER", ParticipantId: chat.ParticipantId });
    await sees("DeliveredReceipt");
    assert.equal((await sees("ReadReceipt")).MessageMetadata.MessageId, sent.Id);
    await agentSays("You wrote: Hello");
    const typing = await page.evaluate((contentType) => window.session.sendEvent({ contentType }), `${EVENT}typing`);
    assert.match(typing.data.Id, /^[0-9a-f-]{36}$/);
    await page.evaluate(([contentType, messageId]) => window.session.sendEvent({ contentType, content: JSON.stringify({ messageId }) }), [`${EVENT}message.read`, greeting.Id]);
    const read = (await chatOf(chat)).Transcript.find((item) => item.Id === greeting.Id);
    assert.equal(read.MessageMetadata.Receipts[0].RecipientParticipantId, chat.ParticipantId);
    assert.deepEqual(texts(await transcript()), ["Where is my order?", greeting.Content, "You wrote: Where is my order?", "Hello", "You wrote: Hello"]);
    assert.deepEqual(opened.faults, []);
  });

  it("has its transcript page by page", async () => {
    await start();
    await join();
    await greeted();
    for (const text of ["1", "2", "3"]) await say(text);
    await agentSays("You wrote: 3");
    const pages = [];
    let next;
    do {
      const { Transcript, NextToken } = await transcript({ maxResults: 4, ...(next && { nextToken: next }) });
      pages.unshift(...Transcript);
      next = NextToken;
    } while (next);
    assert.deepEqual(pages, (await transcript()).Transcript);
  });

  it("goes on after the page was loaded anew", async () => {
    await start();
    await join();
    await greeted();
    await say("before");
    await agentSays("You wrote: before");
    await page.reload();
    await join();
    await sees("ConnectionEstablished");
    assert.ok(texts(await transcript()).includes("You wrote: before"));
    await say("after");
    await agentSays("You wrote: after");
  });

  it("is in two tabs at once", async () => {
    const chat = await start();
    await join();
    await greeted();
    const tab = await page.context().newPage();
    await tab.goto(shop.origin);
    await tab.evaluate((chat) => sessionStorage.setItem("chat", JSON.stringify(chat)), chat);
    await join(tab);
    await sees("ConnectionEstablished", {}, tab);
    await until(async () => (await chatOf(chat)).Websockets === 2);
    await say("from the first");
    await agentSays("You wrote: from the first", tab);
    await say("from the second", "text/plain", tab);
    await agentSays("You wrote: from the second");
    await sees("Message", { Content: "from the second", ParticipantRole: "CUSTOMER" });
  });

  it("goes on with another agent and another contact", async () => {
    const chat = await start();
    await join();
    await greeted();
    await say("transfer");
    await agentSays("Hello Jane, this is Robin. I will help you from here.");
    await say("and now?");
    const reply = await agentSays("You wrote: and now?");
    assert.equal(reply.InitialContactId, chat.ContactId);
    assert.notEqual(reply.ContactId, chat.ContactId);
  });

  it("has lists and formatting where it was started with them", async () => {
    await start({ SupportedMessagingContentTypes: ["text/plain", "text/markdown", INTERACTIVE, `${INTERACTIVE}.response`] });
    await join();
    await greeted();
    await say("list");
    const list = JSON.parse((await sees("Message", { ContentType: INTERACTIVE })).Content);
    assert.equal(list.templateType, "ListPicker");
    await say(list.data.content.elements[0].title, `${INTERACTIVE}.response`);
    await agentSays("You chose My order.");
    await say("*Hello*", "text/markdown");
    await sees("Message", { ContentType: "text/markdown", ParticipantRole: "AGENT" });
  });
});

describe("a chat's end", () => {
  it("is the agent's", async () => {
    const chat = await start();
    await join();
    await greeted();
    await act(chat, "agentEnds");
    await sees("Message", { ContentType: `${EVENT}participant.left`, ParticipantRole: "AGENT" });
    await sees("Ended");
    await assert.rejects(say("late"), /participant is disconnected|No active connection/i);
    await page.reload();
    const refused = await page.evaluate((endpoint) => window.join(endpoint).catch((error) => error), aws.url);
    assert.equal(refused._debug._debug.type, "AccessDeniedException");
    assert.equal(refused._debug._debug.statusCode, 403);
  });

  it("is the customer's", async () => {
    const chat = await start();
    await join();
    await greeted();
    await page.evaluate(() => window.session.disconnectParticipant());
    await sees("Message", { ContentType: `${EVENT}participant.left`, ParticipantRole: "CUSTOMER" });
    await sees("Ended");
    assert.equal((await chatOf(chat)).DisconnectReason, "CUSTOMER_DISCONNECT");
  });

  it("is noticed after a lost connection, too", async () => {
    const chat = await start();
    await join();
    await greeted();
    const fault = { kind: "status", status: 403, errorType: "AccessDeniedException", on: "CreateParticipantConnection" };
    await aws.local("faults", { method: "POST", body: fault });
    await act(chat, "dropConnection");
    await sees("ConnectionLost");
    await sees("Ended");
    assert.deepEqual(await aws.local("faults").then((faults) => faults.filter((one) => one.times !== 0)), []);
  });
});

describe("a connection that drops", () => {
  it("comes back, and nothing is lost", async () => {
    const chat = await start();
    await join();
    await greeted();
    await page.evaluate(() => { window.seen.length = 0; });
    await act(chat, "dropConnection");
    await sees("ConnectionLost");
    const meanwhile = await say("meanwhile");
    await sees("ConnectionEstablished");
    await say("afterwards");
    await agentSays("You wrote: afterwards");
    const all = await transcript();
    assert.ok(all.Transcript.some((item) => item.Id === meanwhile.Id));
    assert.ok(texts(all).includes("You wrote: meanwhile"));
  });
});

describe("a chat that continues", () => {
  for (const [RehydrationType, source] of [["ENTIRE_PAST_SESSION", "initial"], ["FROM_SEGMENT", "latest"]]) {
    it(`shows the past: ${RehydrationType}`, async () => {
      const first = await start();
      await join();
      await greeted();
      await say("transfer");
      await agentSays("Hello Jane, this is Robin. I will help you from here.");
      await act(first, "agentEnds");
      await sees("Ended");
      const ids = { initial: first.ContactId, latest: (await chatOf(first)).ContactId };
      await page.reload();
      const again = await start({ PersistentChat: { RehydrationType, SourceContactId: ids[source] } });
      assert.equal(again.ContinuedFromContactId, ids.latest);
      await join();
      await greeted();
      const { Transcript } = await transcript();
      const past = Transcript.filter((item) => item.RelatedContactId);
      assert.deepEqual([...new Set(past.map((item) => item.RelatedContactId))], [ids.initial, ids.latest]);
      assert.ok(texts({ Transcript: past }).includes("transfer"));
      assert.ok(Transcript.filter((item) => !item.RelatedContactId).every((item) => item.ContactId === again.ContactId));
    });
  }
});

async function until(holds) {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 100) throw new Error(`never: ${holds}`);
    await new Promise((soon) => setTimeout(soon, 50));
  }
}
