// The playground with settings that change what Amazon Connect receives.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browse, open, serve } from "./support.mjs";

const SETTINGS = {
  CUSTOMER_ID_CLAIM: "sub",
  DISPLAY_NAME_CLAIM: "name",
  MARK_AUTHENTICATED: "true",
  FIXED_ATTRIBUTES: "channel=web",
  DISCONNECT_ON_CUSTOMER_EXIT: "true",
  START_NEW_IF_NOT_CONTINUED: "true",
};

let browser;
let servers;
let opened;
let page;

before(async () => {
  servers = { set: await serve(SETTINGS), unset: await serve() };
  browser = await browse();
});
after(async () => {
  await browser?.close();
  for (const aws of Object.values(servers)) await aws.stop();
});
beforeEach(() => visit(servers.set));
afterEach(async () => {
  await opened.close();
  assert.deepEqual(opened.faults, [], "nothing in the console, and nothing against the policy");
});

async function visit(aws) {
  await opened?.close();
  opened = await open(browser);
  page = opened.page;
  await aws.local("requests", { method: "DELETE" });
  await page.goto(aws.url);
  await page.waitForSelector("#situations button");
}

/** Clicks, and returns the verdict. */
async function outcome(button) {
  await button.click();
  return page.locator("#outcome .verdict").textContent();
}
const send = () => outcome(page.locator("#send"));
const another = () => page.getByRole("button", { name: "Another customer’s chat" });

/** Returns the effects by setting. */
async function effects() {
  const texts = await page.locator("#outcome .effects li").allTextContents();
  return Object.fromEntries(texts.map((text) => text.split(": ", 1).concat(text.slice(text.indexOf(": ") + 2))));
}

/** Returns the last request for a chat that Amazon Connect received. */
async function received() {
  const requests = await servers.set.local("requests");
  return requests.findLast((one) => one.path === "/contact/chat").body;
}

describe("the effect of a setting", () => {
  it("is shown for the name, the mark, the attributes and the exit", async () => {
    assert.equal(await send(), "200 Chat started");
    const shown = await effects();
    assert.deepEqual(Object.keys(shown), ["DISPLAY_NAME_CLAIM", "MARK_AUTHENTICATED", "FIXED_ATTRIBUTES", "DISCONNECT_ON_CUSTOMER_EXIT"]);
    assert.match(shown.DISPLAY_NAME_CLAIM, /Jane Doe: the verified claim name/);
    assert.match(shown.FIXED_ATTRIBUTES, /channel=web/);
    const body = await received();
    assert.equal(body.ParticipantDetails.DisplayName, "Jane Doe");
    assert.equal(body.CustomerId, "customer-4711");
    assert.deepEqual(body.SegmentAttributes["connect:CustomerAuthentication"], { ValueMap: { Status: { ValueString: "AUTHENTICATED" } } });
    assert.equal(body.Attributes.channel, "web");
    assert.deepEqual(body.DisconnectOnCustomerExit, ["AGENT"]);
  });

  it("is shown for a past chat that was not continued", async () => {
    assert.equal(await another().locator("small").textContent(), "200");
    assert.equal(await outcome(another()), "Another customer’s chat: 200 Chat started");
    assert.match((await effects()).START_NEW_IF_NOT_CONTINUED, /a chat without it was started/);
    assert.match(await page.locator("#outcome dl").first().textContent(), /x-past-chatnot-continued/);
    assert.equal((await received()).PersistentChat, undefined);
  });

  it("is absent where the setting is", async () => {
    await visit(servers.unset);
    assert.equal(await another().locator("small").textContent(), "403");
    assert.equal(await send(), "200 Chat started");
    assert.equal(await page.locator("#outcome .effects").count(), 0);
  });
});
