// Shows each error of an answer at the field that caused it.

import { CONTROLS, byId, form, make } from "./local.js";
import { places } from "./request.js";

/** The place of an error: the element, its first control, and the rest of the pointer below it. */
export function placeOf({ pointer, header }, sent) {
  const found = (at, rest = "") => ({ at, rest, control: at?.querySelector(CONTROLS) });
  if (sent.byHand) return found(byId("raw-field"), header ?? pointer.slice(1));
  if (header) return found([...form.querySelectorAll("[data-header]")].find((at) => sameName(at.dataset.header, header)));
  const names = pointer.slice(1).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  for (let length = names.length; length > 0; length -= 1) {
    const at = places.get(`/${names.slice(0, length).join("/")}`);
    if (at) return found(at, names.slice(length).join("/"));
  }
  const below = [...places.keys()].find((at) => pointer && at.startsWith(`${pointer}/`));
  return found(places.get(below));
}

const sameName = (one, other) => one.toLowerCase() === other.toLowerCase();

/** Shows the errors of a request in place of earlier ones. */
export function mark(problems, sent) {
  for (const old of form.querySelectorAll(".problem")) old.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const problem of problems) {
    const { at, control, rest } = placeOf(problem, sent);
    if (!at) continue;
    const text = rest ? `${rest}: ${problem.detail}` : problem.detail;
    const id = `${control.id}-problem-${form.querySelectorAll(".problem").length}`;
    at.append(make("p", { className: "problem", id }, text));
    control.setAttribute("aria-invalid", "true");
    reveal(control);
  }
  describe();
}

/** Connects each control with its hint and its errors, for screen readers. */
export function describe() {
  for (const at of form.querySelectorAll(".field, .member")) {
    const texts = [...at.querySelectorAll(":scope > .hint, :scope > .problem")];
    const described = at.matches(".choices, .member") ? at : at.querySelector(CONTROLS);
    if (texts.length) described.setAttribute("aria-describedby", texts.map((text) => text.id).join(" "));
    else described.removeAttribute("aria-describedby");
  }
}

/** Opens the group of a control. */
export function reveal(control) {
  const group = control.closest("details");
  if (group) group.open = true;
}
