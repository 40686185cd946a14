// The page of docs/events.md, which joins a chat that an event has started.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, it } from "node:test";
import { browse, listen, open, serve } from "./support.mjs";

const ROOT = new URL("../../", import.meta.url);
const CHATJS = await readFile(createRequire(import.meta.url).resolve("amazon-connect-chatjs"), "utf8");
const EVENT = await readFile(new URL("events/eventbridge-rule.json", ROOT), "utf8");
const GUIDE = await readFile(new URL("docs/events.md", ROOT), "utf8");
const [, SCRIPT] = /## Reaching the customer\n[^]*?```js\n([^]*?)```/.exec(GUIDE);

let aws;
let browser;
let shop;
const invitations = new Map();

before(async () => {
  aws = await serve({ RESULT_BUS: "chat-results" }, ["--no-rate-limit", "--chat-pace", "5"]);
  // The guide names the region's endpoint.
  const script = SCRIPT.replace('region: "us-east-1"', `region: "us-east-1", endpoint: ${JSON.stringify(aws.url)}`);
  const page = `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/chatjs.js"></script>
    <script>window.shown = []; window.show = (message) => shown.push(message);</script>
    <script type="module">try { ${script} document.title = "joined"; } catch (error) { document.title = String(error.message); }</script>`;
  shop = await listen(({ url, method }) => {
    if (url === "/chatjs.js") return { headers: { "content-type": "text/javascript" }, body: CHATJS };
    const code = url.split("/invitations/")[1];
    if (code === undefined) return { headers: { "content-type": "text/html" }, body: page };
    const result = invitations.get(code);
    if (method !== "POST" || !invitations.delete(code)) return { status: 404 };
    return { headers: { "content-type": "application/json" }, body: JSON.stringify(result) };
  });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await aws?.stop();
  shop?.stop();
});

it("joins by an invitation, once", async () => {
  const answer = await fetch(`${aws.url}/2015-03-31/functions/start-chat-contact/invocations`, { method: "POST", body: EVENT });
  assert.equal(answer.status, 200);
  const [published] = await aws.local("published");
  assert.equal(published.DetailType, "Chat Started");
  invitations.set("code", published.Detail.result);

  const first = await open(browser);
  await first.page.goto(`${shop.origin}/chat#code`);
  await first.page.waitForFunction(() => document.title !== "Shop");
  assert.equal(await first.page.title(), "joined");
  await first.page.waitForFunction(() => window.shown.some((message) => message.ParticipantRole === "AGENT"));
  await first.close();

  const second = await open(browser);
  await second.page.goto(`${shop.origin}/chat#code`);
  await second.page.waitForFunction(() => document.title !== "Shop");
  assert.equal(await second.page.title(), "The invitation has expired.");
  await second.close();
});
