// One chat per customer, wherever the customer starts it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, open, serve } from "./support.mjs";

const CLAIMS = '{"sub": "ana"}';

let aws;
let browser;
let opened;

before(async () => {
  aws = await serve({ CONTACT_TABLE: "chat-contacts" }, ["--no-rate-limit", "--chat-pace", "5"]);
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
});
beforeEach(async () => {
  await aws.local("requests", { method: "DELETE" });
  await aws.local("table", { method: "DELETE" });
  opened = [];
});
afterEach(async () => {
  for (const one of opened) {
    await one.close();
    assert.deepEqual(one.faults, [], "nothing in the console, and nothing against the policy");
  }
});

/** Opens the page in a profile of its own. */
async function profile() {
  const one = await open(browser);
  opened.push(one);
  await ready(one.page);
  return one.page;
}

/** Loads the page, whose form has the claims of the customer. */
async function ready(page) {
  await page.goto(aws.url);
  await page.waitForSelector("#situations button");
  await page.evaluate(() => document.querySelectorAll("form details, #stored details").forEach((one) => { one.open = true; }));
  await page.fill("#claims", CLAIMS);
}

/** Sends the request of the form. Returns the verdict, the answer's data and its X-Past-Chat header. */
async function start(page) {
  await page.evaluate(() => document.querySelector("#outcome").replaceChildren());
  await page.click("#send");
  const verdict = await page.locator("#outcome .verdict").textContent();
  const { data } = JSON.parse(await page.locator("#outcome pre").textContent());
  const headers = page.locator("#outcome dl").first();
  const [past] = await headers.locator("dt", { hasText: "x-past-chat" }).locator("+ dd").allTextContents();
  return { verdict, ...data, ...data.startChatResult, past };
}

const phase = (page, name) => page.waitForSelector(`#chat[data-phase=${name}]`);
const shows = (page, text) => page.locator("#messages li", { hasText: text }).first().waitFor();

async function say(page, text) {
  await phase(page, "connected");
  await page.fill("#message", text);
  await page.keyboard.press("Enter");
  await shows(page, `You wrote: ${text}`);
}

const chats = async () => (await aws.local("requests")).filter((one) => one.path === "/contact/chat").length;

/** The places in which the customer of `page` starts a chat again. */
const PLACES = {
  "a reload": async (page) => {
    await page.evaluate(() => sessionStorage.clear());
    await ready(page);
    return page;
  },
  "a second window": async (page) => {
    const second = await page.context().newPage();
    await ready(second);
    return second;
  },
  "a second profile": profile,
};

describe("a customer who has a chat", () => {
  for (const [place, again] of Object.entries(PLACES)) {
    it(`returns to it after ${place}`, async () => {
      const page = await profile();
      const first = await start(page);
      assert.deepEqual([first.verdict, first.chat, first.past], ["200 Chat started", undefined, undefined]);
      await say(page, "before");
      const other = await again(page);
      const second = await start(other);
      assert.deepEqual([second.verdict, second.chat, second.past], ["200 Running chat returned", "running", "running"]);
      assert.equal(second.ContactId, first.ContactId);
      await shows(other, "You wrote: before");
      await say(other, "after");
      assert.equal(await chats(), 1);
      if (other !== page) await shows(page, "You wrote: after");
    });
  }

  it("gets another one with Prefer: new-chat, and returns to that", async () => {
    const page = await profile();
    const first = await start(page);
    await page.selectOption("#prefer", "new-chat");
    const second = await start(page);
    assert.equal(second.verdict, "200 Chat started");
    assert.notEqual(second.ContactId, first.ContactId);
    await page.selectOption("#prefer", "");
    assert.equal((await start(page)).ContactId, second.ContactId);
  });

  it("continues it after its end, in whichever window", async () => {
    const page = await profile();
    const first = await start(page);
    await say(page, "before");
    await page.getByRole("button", { name: "Agent ends the chat" }).click();
    await phase(page, "ended");
    const other = await profile();
    await other.selectOption("#rehydration-type", "ENTIRE_PAST_SESSION");
    const second = await start(other);
    assert.deepEqual([second.verdict, second.past], ["200 Chat started", undefined]);
    assert.equal(second.ContinuedFromContactId, first.ContactId);
    await phase(other, "connected");
    await other.locator("#messages .past", { hasText: "You wrote: before" }).waitFor();
  });

  it("is told if there is no chat to continue", async () => {
    const page = await profile();
    await page.selectOption("#rehydration-type", "FROM_SEGMENT");
    const first = await start(page);
    assert.deepEqual([first.verdict, first.past], ["200 Chat started", "none"]);
  });
});

describe("a situation", () => {
  const situation = async (page, name) => {
    await page.evaluate(() => document.querySelector("#outcome").replaceChildren());
    await page.locator("#situations").getByRole("button", { name }).click();
    return page.locator("#outcome .verdict").textContent();
  };

  it("shows that the customer comes back", async () => {
    const page = await profile();
    assert.equal(await situation(page, "Customer comes back"), "Customer comes back: 200 Running chat returned");
    assert.match(await page.locator("#outcome .advice").textContent(), /has a running chat/);
    assert.equal(await chats(), 1);
  });

  it("has the result that it names while the customer has a chat", async () => {
    const page = await profile();
    await situation(page, "Customer comes back");
    for (const button of await page.locator("#situations button").all()) {
      const [name, expected] = [await button.evaluate((one) => one.firstChild.textContent), await button.locator("small").textContent()];
      assert.ok((await situation(page, name)).startsWith(`${name}: ${expected} `), name);
    }
  });
});

describe("the pane", () => {
  const rows = (page, list) => page.locator(`#${list} li`);

  it("shows the items of the table, without tokens unless asked", async () => {
    const page = await profile();
    const { ContactId } = await start(page);
    await rows(page, "table").nth(1).waitFor();
    const running = rows(page, "table").filter({ hasText: "running chat" });
    const item = JSON.parse(await running.locator("pre").textContent());
    assert.equal(item.contact, ContactId);
    assert.match(item.token, /^.{24}…$/);
    assert.equal(await rows(page, "table").filter({ hasText: "latest contact" }).count(), 1);
    await page.getByLabel("Show secrets").check();
    await page.waitForFunction(() => !document.querySelector("#table").textContent.includes("…"));
  });

  it("shows what was published of an event", async () => {
    const page = await profile();
    const event = { id: "1", source: "shop", "detail-type": "Help wanted", detail: { ParticipantDetails: { DisplayName: "Ana" } } };
    const invoke = `${aws.url}/2015-03-31/functions/start-chat-contact/invocations`;
    const { ContactId } = await (await fetch(invoke, { method: "POST", body: JSON.stringify(event) })).json();
    await page.getByRole("button", { name: "Refresh" }).click();
    const row = rows(page, "published");
    assert.equal(await row.locator("code").textContent(), "Chat Started");
    const { result, cause } = JSON.parse(await row.locator("pre").textContent());
    assert.deepEqual([result.ContactId, cause.id], [ContactId, "1"]);
    assert.match(result.ParticipantToken, /…$/);
  });
});
