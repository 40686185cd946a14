// Shows what was published on the event bus, and what the contact table has.

import { pretty, shortened } from "./answer.js";
import { about, byId, local, make } from "./local.js";

/** Fetches both, and shows them. */
export async function showStored() {
  byId("stored").hidden = !about.standIn;
  if (!about.standIn) return;
  const [entries, items] = [await local("published"), await local("table")];
  fill("published", entries.map((entry) => [entry.DetailType, entry.Detail]));
  fill("table", items.map((item) => [kind(item), plain(item)]));
}

/** The kind of an item: a customer has one of each. */
function kind(item) {
  if (item.token) return "running chat";
  return item.attempt_id ? "chat being started" : "latest contact";
}

/** An item without the types of DynamoDB's JSON. */
function plain(item) {
  const values = Object.entries(item).map(([name, value]) => [name, Object.values(value)[0]]);
  const shown = Object.fromEntries(values);
  return { ...shown, ...(shown.token && { token: shortened(shown.token) }) };
}

function fill(id, rows) {
  byId(`${id}-count`).textContent = rows.length;
  byId(id).replaceChildren(...rows.map(([title, json]) => make("li", {}, make("code", {}, title), make("pre", {}, pretty(json)))));
}
