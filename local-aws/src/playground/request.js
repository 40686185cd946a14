// Builds the request from the form, and sends it.

import { CONTROLS, byId, form, received } from "./local.js";

/** The element of each member on the form, by JSON Pointer. */
export const places = new Map([...form.querySelectorAll("[data-at]")].map((at) => [at.dataset.at, at]));

const READ = {
  text: (at) => at.querySelector(CONTROLS).value || undefined,
  integer: (at) => {
    const text = READ.text(at);
    return /^-?\d{1,15}$/.test(text ?? "") ? Number(text) : text;
  },
  // Invalid JSON is sent as a string, so that the function says what is wrong with it.
  json: (at) => {
    const text = READ.text(at);
    try {
      return text && JSON.parse(text);
    } catch {
      return text;
    }
  },
  list: (at) => {
    const values = [...at.querySelectorAll(":checked")].map((box) => box.value);
    return values.length ? values : undefined;
  },
};

function bodyOfFields() {
  const body = {};
  for (const [pointer, at] of places) {
    const value = READ[at.dataset.kind]?.(at);
    if (value === undefined) continue;
    const names = pointer.slice(1).split("/");
    const member = names.pop();
    const parent = names.reduce((object, name) => (object[name] ??= {}), body);
    parent[member] = value;
  }
  return body;
}

function request() {
  const headers = { "Content-Type": "application/json" };
  for (const field of form.querySelectorAll("[data-header]")) {
    const value = field.querySelector(CONTROLS).value.replace(/\s+/g, " ").trim();
    if (value) headers[field.dataset.header] = value;
  }
  const byHand = byId("by-hand").checked;
  const body = byHand ? byId("raw").value : JSON.stringify(bodyOfFields());
  return { url: location.origin + form.elements.api.value, headers, body, byHand };
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function curl({ url, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -sS -i ${url}`, ...lines, `--data-raw ${quoted(body)}`].join(" \\\n  ");
}

export function showCurl() {
  byId("curl").textContent = curl(request());
}

/** Shows or hides the field for a body written by hand. At first it has the request of the form. */
export function showByHand() {
  const byHand = byId("by-hand").checked;
  if (byHand && byId("raw-field").hidden) byId("raw").value = JSON.stringify(bodyOfFields(), null, 2);
  byId("raw-field").hidden = !byHand;
}

/** Sends the request of the form. Returns the answer, and the requests that Amazon Connect received. */
export async function exchange() {
  const sent = request();
  const before = (await received()).length;
  const began = performance.now();
  const { url, headers, body } = sent;
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  const took = Math.round(performance.now() - began);
  const calls = (await received()).slice(before);
  return { sent, status: response.status, headers: [...response.headers], took, calls, ...parsed(text) };
}

function parsed(text) {
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    return { text };
  }
}
