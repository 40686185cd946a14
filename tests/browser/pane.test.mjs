// The chat pane of the playground.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, open, serve } from "./support.mjs";

let aws;
let browser;
let opened;
let page;

before(async () => {
  aws = await serve({}, ["--no-rate-limit", "--chat-pace", "5"]);
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
});
beforeEach(async () => {
  opened = await open(browser);
  page = opened.page;
  await page.goto(aws.url);
  await page.waitForSelector("#situations button");
});
afterEach(async () => {
  await opened.close();
  assert.deepEqual(opened.faults, [], "nothing in the console, and nothing against the policy");
  assert.deepEqual([...opened.hosts], [new URL(aws.url).host], "nothing comes from elsewhere");
});

const phase = (name) => page.waitForSelector(`#chat[data-phase=${name}]`);
const button = (name) => page.locator("#chat").getByRole("button", { name, exact: true });
const shows = (text) => page.locator("#messages li", { hasText: text }).first().waitFor();
const texts = () => page.locator("#messages .text").allTextContents();

async function start() {
  await page.click("#send");
  await phase("connected");
  await shows("Hello Jane, this is Alex");
}

async function say(text) {
  await page.fill("#message", text);
  await page.keyboard.press("Enter");
}

describe("the chat pane", () => {
  it("waits for a chat", async () => {
    await phase("none");
    assert.ok(await page.locator("#message").isDisabled());
    for (const one of await page.locator("#chat button").all()) assert.ok(await one.isDisabled());
  });

  it("has a conversation", async () => {
    await start();
    assert.deepEqual((await texts()).slice(0, 1), ["Where is my order?"]);
    await page.fill("#message", "Hello");
    await button("Send").click();
    await page.locator("#typing", { hasText: "Alex is typing…" }).waitFor();
    await shows("You wrote: Hello");
    assert.equal(await page.locator("#messages .own", { hasText: "Hello" }).locator(".receipt").textContent(), " Read");
    assert.equal(await page.locator("#typing").textContent(), "");
    const [chat] = (await aws.local("chats")).filter((one) => one.State === "CONNECTED");
    const greeting = chat.Transcript.find((one) => one.Content?.startsWith("Hello Jane"));
    assert.ok(greeting.MessageMetadata.Receipts[0].ReadTimestamp, "the agent sees that it was read");
    await page.locator("#chat summary").click();
    const frames = await page.locator("#frames code").allTextContents();
    assert.deepEqual(frames.slice(0, 2), ["sent aws/subscribe", "received aws/subscribe"]);
    assert.ok(frames.includes("received aws/chat"));
  });

  it("offers what the agent offers", async () => {
    await page.evaluate(() => document.querySelectorAll("form details").forEach((one) => { one.open = true; }));
    for (const box of await page.locator("[data-at='/SupportedMessagingContentTypes'] input").all()) await box.check();
    await start();
    await say("list");
    await button("An invoice").click();
    await shows("You chose An invoice.");
  });

  it("shows text as text", async () => {
    await start();
    await say("<img src=x onerror=window.hit=1>");
    await shows("You wrote: <img");
    assert.equal(await page.locator("#chat img").count(), 0);
    assert.equal(await page.evaluate(() => window.hit), undefined);
  });

  it("comes back after the page was loaded anew", async () => {
    await start();
    await say("before");
    await shows("You wrote: before");
    const before = await texts();
    await page.reload();
    await phase("connected");
    await shows("You wrote: before");
    assert.deepEqual(await texts(), before);
    await say("after");
    await shows("You wrote: after");
  });

  it("comes back after the connection has dropped", async () => {
    await start();
    await button("Connection drops").click();
    await phase("lost");
    await phase("connected");
    await say("after");
    await shows("You wrote: after");
  });

  it("gets another token when its own has expired", async () => {
    await start();
    await button("Token expires").click();
    await say("after");
    await shows("You wrote: after");
  });

  for (const [who, name] of [["the customer", "End chat"], ["the agent", "Agent ends the chat"]]) {
    it(`ends by ${who}, and continues as a past chat`, async () => {
      await start();
      await say("transfer");
      await shows("this is Robin");
      await button(name).click();
      await phase("ended");
      await shows("The chat has ended");
      assert.ok(await page.locator("#message").isDisabled());
      await button("Continue as a past chat").click();
      await page.locator("#outcome .verdict", { hasText: "Continue as a past chat: 200 Chat started" }).waitFor();
      await phase("connected");
      await shows("this is Alex");
      const past = await page.locator("#messages .past .text").allTextContents();
      assert.ok(past.includes("transfer"), past);
      assert.equal(await page.locator("#chat").getAttribute("data-phase"), "connected");
    });
  }

  it("shows the past of the seeded chat", async () => {
    await page.getByRole("button", { name: "Resume a whole session" }).click();
    await phase("connected");
    await shows("It will come tomorrow morning.");
  });

  it("says that a chat is over that it comes back to", async () => {
    await start();
    const kept = await page.evaluate(() => sessionStorage.getItem("chat"));
    await button("Agent ends the chat").click();
    await phase("ended");
    await page.evaluate((kept) => sessionStorage.setItem("chat", kept), kept);
    await page.reload();
    await phase("ended");
    opened.faults.length = 0;
  });
});
