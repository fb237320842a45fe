/* Elements from data. Text only ever becomes a text node, so nothing an article holds can become markup. */

/** Return an element: `attributes` by name (false and null leave one out), `children` are nodes or text. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Return the element with this id. */
export const byId = (id) => document.getElementById(id);

/** Return `count` and its noun: "1 quote", "2 quotes". */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
