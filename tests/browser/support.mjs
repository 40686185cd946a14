// Support for the tests: the function behind `local-aws serve`, and a browser.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import path from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOCAL_AWS = process.env.LOCAL_AWS ?? path.join(ROOT, "target/debug/local-aws");
const FUNCTION = process.env.FUNCTION ?? path.join(ROOT, "target/debug/start-chat-contact");
const CHROMIUM = execFileSync(path.join(ROOT, "tools/chromium"), { encoding: "utf8" }).trim();

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts `local-aws serve` on a free port, with these settings only. */
export async function serve(settings = {}, flags = ["--no-rate-limit"]) {
  const args = ["serve", "--function", FUNCTION, "--port", "0", ...flags];
  // No credentials are requested from outside of this machine.
  // Without the contact table, customers have as many chats as they start.
  const env = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: "true", CONTACT_TABLE: "", ...settings };
  const child = spawn(LOCAL_AWS, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill());
  const said = { out: "", err: "" };
  child.stderr.on("data", (data) => { said.err += data; });
  await new Promise((ready, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`local-aws ended with ${code}: ${said.err}`)));
    child.stdout.on("data", (data) => {
      said.out += data;
      if (said.out.includes("Ctrl-C ends it.")) ready();
    });
  });
  child.removeAllListeners("exit");
  const url = /^Playground.* (http:\/\/127\.0\.0\.1:[0-9]+)\/$/m.exec(said.out)?.[1];
  return {
    url,
    local: (what, options) => local(url, what, options),
    requests: () => loggedRequests(url, said),
    stop: () => stop(child),
  };
}

let marks = 0;

/** Returns the requests that API Gateway has logged since the last call, such as `POST / → 200 OK`. */
async function loggedRequests(url, said) {
  const mark = `/mark-${(marks += 1)}`;
  await fetch(url + mark);
  for (let tries = 0; !said.out.includes(`GET ${mark} `); tries += 1) {
    if (tries > 500) throw new Error(`local-aws does not log ${mark}`);
    await new Promise((soon) => setTimeout(soon, 10));
  }
  const lines = said.out.split("\n");
  said.out = "";
  const requests = lines.filter((line) => /^[A-Z]+ \//.test(line) && !line.includes("/mark-"));
  return requests.map((line) => line.replace(/ \(\d+ ms\)$/, ""));
}

/** Starts a `local-aws serve` and a browser for the tests of a file. Returns them as `aws` and `browser`. */
export function shared() {
  const both = {};
  before(async () => {
    both.aws = await serve();
    both.browser = await browse();
  });
  after(async () => {
    await both.browser?.close();
    await both.aws?.stop();
  });
  return both;
}

async function stop(child) {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** Calls the local controls. */
async function local(url, what, { method = "GET", body } = {}) {
  const response = await fetch(`${url}/_local/${what}`, { method, body: body && JSON.stringify(body) });
  return response.json();
}

/** Starts a headless browser with its own profile and further flags. */
export function browse(flags = []) {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] });
}

/** Opens a page in its own context. `faults` collects its errors. */
export async function open(browser, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  const hosts = new Set();
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("console", (message) => {
    const refusedChat = message.text().startsWith("Failed to load resource") && !message.location().url.includes("/_local/");
    if (["error", "warning"].includes(message.type()) && !refusedChat) faults.push(message.text());
  });
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return { page, faults, hosts, close: () => context.close() };
}

/** Starts a loopback server that answers with `answer(request, body)`: an object of status, headers and body. */
export async function listen(answer) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status = 200, headers = {}, body = "" } = answer(request, Buffer.concat(chunks).toString());
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin, server, stop };
}
