/* What the page tells its reader: the quiet status line and the alert. */

import { byId, make } from "./dom.js";
import { Refusal } from "./api.js";

const PASSING_MILLISECONDS = 8000;

const ADVICE = {
  "text-too-long": "Send it in parts, or ask whoever runs this service to raise the limit.",
  "body-too-large": "Send it in parts, or ask whoever runs this service to raise the limit.",
  "empty-text": "Paste the words of an article first.",
  unauthorized: "Enter the key under “API key” and try again.",
  "queue-full": "Others are being read. Try again shortly.",
  "out-of-time": "Try again when the service has less to do, or send a shorter article.",
};

/** Say `words` in the status line; nothing clears it. With `passing` it clears itself after a while. */
export function say(words = "", { passing = false } = {}) {
  clearTimeout(say.timer);
  byId("status").textContent = words;
  if (passing) say.timer = setTimeout(() => byId("status").replaceChildren(), PASSING_MILLISECONDS);
}

/** Return in one line what went wrong. */
export function faultWords(error) {
  // "Some fields are not as they must be" helps nobody when there is one fault to name.
  if (error instanceof Refusal) return error.faults.length === 1 ? error.faults[0].detail : error.title;
  if (error instanceof TypeError) return "The service cannot be reached.";
  return error.message;
}

/** Show what went wrong, what to do about it and, with `retry`, a button that does it again. */
export function complain(error, retry = null) {
  const refused = error instanceof Refusal;
  const details = refused
    ? [!error.faults.length && error.message, ...error.faults.map((fault) => fault.detail), ADVICE[error.slug]]
    : [error instanceof TypeError && "Look at the connection and try again."];
  byId("alert").replaceChildren(
    make("p", {}, make("strong", {}, faultWords(error))),
    ...[...new Set(details.filter((line) => line && line !== faultWords(error)))].map((line) => make("p", {}, line)),
    retry ? make("button", { type: "button", onclick: retry }, "Try again") : "",
  );
}

/** Take the alert away. */
export const calm = () => byId("alert").replaceChildren();
