/* The side lists: a choice for each speaker, outlet and type with the number of its quotes. */

import { make } from "./dom.js";
import { count, FACETS } from "./filters.js";
import { NO_OUTLET } from "./model.js";

const TYPES = ["direct", "mixed", "indirect"];
// Speakers as they come up in the text, outlets by their number of quotes with none last, types from the strictest.
const ORDERS = {
  speakers: (keys) => keys,
  outlets: (keys, all) => keys.sort((one, other) => (one === NO_OUTLET) - (other === NO_OUTLET) || all.get(other) - all.get(one)),
  types: (keys) => keys.sort((one, other) => TYPES.indexOf(one) - TYPES.indexOf(other)),
};

function labelOf(facet, key, reading) {
  if (facet === "speakers") {
    const person = reading.people.get(key);
    return [
      make("span", { class: `badge ${person.colour}`, "data-label": person.label, "aria-hidden": "true" }),
      make("span", { class: "who", dir: "auto" }, person.name, person.title && make("small", { dir: "auto" }, person.title)),
    ];
  }
  if (facet === "outlets") return [make("span", { class: "who", dir: "auto" }, key === NO_OUTLET ? "No outlet named" : key)];
  return [make("span", { class: "who" }, make("span", { class: `line ${key}` }, key))];
}

/** Fills one list and reports the choice that was pressed. */
export class ChoiceList {
  constructor(list, facet, reading, onToggle) {
    this.facet = facet;
    this.reading = reading;
    this.rows = new Map();
    const all = count(reading.quotes, { speakers: new Set(), outlets: new Set(), types: new Set(), confidence: 0 }, facet);
    const keys = ORDERS[facet]([...all.keys()], all);
    list.replaceChildren(...keys.map((key) => make("li", {}, this.makeRow(key, onToggle))));
  }

  makeRow(key, onToggle) {
    const number = make("span", { class: "count" });
    const button = make(
      "button",
      { type: "button", class: "choice-row", "aria-pressed": "false", onclick: () => onToggle(this.facet, key) },
      ...labelOf(this.facet, key, this.reading),
      number,
    );
    this.rows.set(key, { button, number });
    return button;
  }

  /** Bring counts and pressed choices in step with `filter`. */
  update(filter) {
    const counts = count(this.reading.quotes, filter, this.facet);
    for (const [key, { button, number }] of this.rows) {
      const pressed = String(filter[this.facet].has(key));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
      const words = String(counts.get(key) ?? 0);
      if (number.textContent !== words) number.textContent = words;
    }
  }
}

export const LISTS = Object.keys(FACETS);
