// The elements of the page, and the local controls.

export const CONTROLS = "input, select, textarea";
export const byId = (id) => document.getElementById(id);
export const form = byId("form");

/** Creates an element. Strings among the children become text, never markup, whatever an answer contains. */
export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** The settings of the function and the fixtures; set by `learn`. */
export const about = { standIn: false, settings: {}, contacts: {} };

export async function learn() {
  Object.assign(about, await local("about"));
}

/** The claims of the customer, as JSON. An address counts only if it is verified. */
export function claims() {
  const name = about.settings.CUSTOMER_ID_CLAIM || about.verifiedClaim || "sub";
  const displayName = about.settings.DISPLAY_NAME_CLAIM;
  const values = { ...(displayName && { [displayName]: "Jane Doe" }), [name]: about.customer };
  for (const address of ["email", "phone_number"]) {
    if (address in values) values[`${address}_verified`] = true;
  }
  return JSON.stringify(values);
}

export async function local(what, method = "GET", body = undefined) {
  const response = await fetch(`/_local/${what}`, { method, body: body && JSON.stringify(body) });
  const json = await response.json();
  if (!response.ok) throw new Error(`/_local/${what}: ${json.message}`);
  return json;
}

/** The requests that the stand-in of Amazon Connect has received so far. */
export const received = async () => {
  const requests = about.standIn ? await local("requests") : [];
  return requests.filter(({ operation }) => !["PutEvents", "GetItem", "PutItem", "UpdateItem"].includes(operation));
};
