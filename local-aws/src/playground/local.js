// The elements of the page, and the local controls of the stand-in.

export const CONTROLS = "input, select, textarea";
export const byId = (id) => document.getElementById(id);
export const form = byId("form");

/** An element with these properties. Whatever comes from an answer becomes text by this, never markup. */
export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** What the function and the stand-in are like; known once `learn` is done. */
export const about = { standIn: false, settings: {}, contacts: {} };

export async function learn() {
  Object.assign(about, await local("about"));
}

/** The claim that names the customer. */
export const claimName = () => about.settings.CUSTOMER_ID_CLAIM || about.verifiedClaim || "sub";

export async function local(what, method = "GET", body = undefined) {
  const response = await fetch(`/_local/${what}`, { method, body: body && JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Error(`/_local/${what}: ${json.message}`);
  return json;
}

/** What Amazon Connect has received so far, if that is known. */
export const received = async () => (about.standIn ? local("requests") : []);
