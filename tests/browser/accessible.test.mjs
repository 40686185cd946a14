// Accessibility of the playground: axe's rules, in both color schemes, on a desktop and a phone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { open, shared } from "./support.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

const both = shared();

const send = async (page) => {
  await page.click("#send");
  await page.waitForSelector("#outcome .verdict");
};

const STATES = {
  "at first": async () => {},
  "with all its fields": async (page) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
    await page.getByLabel("Write the body by hand").check();
  },
  "with an answer": async (page) => {
    await send(page);
    await page.evaluate(() => document.querySelectorAll("section details").forEach((one) => { one.open = true; }));
  },
  "in a chat": async (page) => {
    await page.evaluate(() => document.querySelectorAll("form details").forEach((one) => { one.open = true; }));
    for (const box of await page.locator("[data-at='/SupportedMessagingContentTypes'] input").all()) await box.check();
    await send(page);
    await page.waitForSelector("#chat[data-phase=connected]");
    await page.fill("#message", "list");
    await page.click("#talk button");
    await page.waitForSelector(".choices-of-agent button");
    await page.evaluate(() => document.querySelectorAll("section details").forEach((one) => { one.open = true; }));
  },
  "with problems": async (page) => {
    await page.evaluate(() => document.querySelectorAll("form details").forEach((one) => { one.open = true; }));
    await page.fill("#display-name", "x".repeat(300));
    await page.fill("#attributes", JSON.stringify({ [`${"long".repeat(60)} `]: "1" }));
    await page.fill("#duration", "1");
    await page.selectOption("#content-type", "");
    await page.locator("[data-at='/SupportedMessagingContentTypes'] input").nth(2).check();
    await send(page);
  },
  "after a situation": async (page) => {
    await page.getByRole("button", { name: "Resume a whole session" }).click();
    await page.waitForSelector("#outcome .verdict");
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    describe(`the page on a ${colorScheme} ${device}`, () => {
      for (const [state, reach] of Object.entries(STATES)) {
        it(`is accessible ${state}`, async () => {
          const { page, faults, close } = await open(both.browser, { colorScheme, viewport, reducedMotion: "reduce" });
          await page.goto(both.aws.url);
          await page.waitForSelector("#situations button");
          await reach(page);
          const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
          assert.equal(widths[0], widths[1], "nothing to scroll sideways");
          assert.deepEqual(await violations(page), []);
          assert.deepEqual(faults, []);
          await close();
        });
      }
    });
  }
}

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.ok(found.passes.length > 20, "axe has looked");
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`);
}
