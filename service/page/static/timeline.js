/* Everything the archive has of one speaker, by the day it was printed, newest first. */

import { counted, make } from "./dom.js";
import { addressOf } from "./archive.js";
import { wordsOf } from "./model.js";
import { dayWords } from "./words.js";

const dayOf = (quote) => (quote.article.published ?? quote.article.stored ?? "").slice(0, 10);

function entry(quote) {
  const number = quote.id.slice(quote.id.lastIndexOf(".") + 1);
  const [before, after] = quote.type === "direct" ? ["“", "”"] : ["", ""];
  const facts = [quote.type, quote.outlet && `via ${quote.outlet.name}`, quote.platform && `on ${quote.platform}`].filter(Boolean);
  return make("div", {},
    make("blockquote", { dir: "auto" }, before, wordsOf(quote), after),
    make("p", { class: "hint" },
      make("a", { href: addressOf.article(quote.article.id, number) }, quote.article.publisher ?? quote.article.id),
      ` · ${facts.join(", ")}`));
}

function byDay(quotes) {
  const days = new Map();
  for (const quote of quotes) days.set(dayOf(quote), [...(days.get(dayOf(quote)) ?? []), quote]);
  return [...days].map(([day, said]) =>
    make("li", {}, make("h3", {}, make("time", { datetime: day }, dayWords(day) || "Undated")), ...said.map(entry)));
}

function head(person) {
  const others = person.names.map((one) => one.name).filter((name) => name !== person.name);
  return [
    make("h2", { id: "timeline-title", tabindex: -1, dir: "auto" }, person.name ?? person.id),
    make("p", { class: "lede" }, person.titles.map((one) => one.name).join("; ") || person.title || ""),
    others.length ? make("p", { class: "hint" }, "Also printed as ", others.join(", ")) : "",
    make("p", {}, `${counted(person.quotes, "quote")} on ${counted(person.timeline.length, "day")}`),
  ];
}

/** Fill `section` with a person and the first page of their quotes; `fetchPage(cursor)` gives the next, `null` when it fails. */
export function showTimeline(section, person, first, fetchPage) {
  const list = make("ol");
  const more = make("button", { type: "button" }, "Earlier");
  let cursor = null;
  const add = (page) => {
    list.append(...byDay(page.quotes));
    cursor = page.next;
    more.hidden = !cursor;
  };
  more.addEventListener("click", async () => {
    const page = await fetchPage(cursor);
    if (page) add(page);
  });
  add(first);
  section.replaceChildren(...head(person), list, more);
  section.hidden = false;
}
