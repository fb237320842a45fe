/* The article with its quotes marked. Built once; afterwards only class names change. */

import { make } from "./dom.js";
import { cut } from "./segments.js";
import { speakerName } from "./model.js";

const HEADLINE_CHARACTERS = 140;

/** Return what a screen reader says for a quote. */
export function describe(reading, quote) {
  const place = reading.quotes.indexOf(quote) + 1;
  const outlet = quote.outlet ? `, via ${quote.outlet.name}` : "";
  return `Quote ${place} of ${reading.quotes.length}, ${quote.type}, ${speakerName(quote.speaker)}${outlet}`;
}

function looksLikeHeadline(reading, first, lines) {
  return lines.length > 2 && first.length === 1 && !first[0].parts.length
    && first[0].end - first[0].start <= HEADLINE_CHARACTERS
    && !/[.!?:;,…”"]\s*$/.test(reading.text.slice(first[0].start, first[0].end));
}

/** Class names of a piece: the innermost shown quote gives the colour, the roles of all shown ones their marks. */
function look(piece, reading, shown, active) {
  const names = [];
  const visible = piece.parts.filter((part) => shown.has(part.quote));
  const words = visible.find((part) => part.role === "words");
  const coloured = words ?? visible.find((part) => part.role === "mention") ?? visible[0];
  if (words) names.push("q", reading.byId.get(words.quote).type);
  for (const role of ["cue", "mention", "outlet"]) if (visible.some((part) => part.role === role)) names.push(role);
  if (coloured) names.push(reading.personOf(reading.byId.get(coloured.quote)).colour);
  if (visible.some((part) => part.quote === active)) names.push("on");
  return names.join(" ");
}

function makeBadge(reading, quote) {
  const person = reading.personOf(quote);
  return make("button", {
    type: "button", class: `badge ${person.colour}`, "data-quote": quote.id, tabindex: -1,
    "aria-label": describe(reading, quote), "data-label": person.label,
  });
}

/** Draws one reading into `container` and keeps its class names in step with what is shown and active. */
export class ArticleView {
  constructor(container, reading) {
    this.container = container;
    this.reading = reading;
    this.badges = new Map();
    this.pieces = [];
    this.pieceOf = new Map();
    this.ofQuote = new Map(reading.quotes.map((quote) => [quote.id, []]));
    this.shown = new Set(this.ofQuote.keys());
    this.active = null;
    this.draw();
  }

  draw() {
    const page = document.createDocumentFragment();
    const lines = cut(this.reading.text, this.reading.quotes);
    lines.forEach((line, place) => {
      const headline = place === 0 && looksLikeHeadline(this.reading, line, lines);
      const paragraph = make("p", { dir: "auto", class: headline ? "headline" : false });
      for (const piece of line) this.drawPiece(paragraph, piece);
      page.append(paragraph);
    });
    this.container.replaceChildren(page);
    this.enter(this.reading.quotes[0]?.id);
  }

  drawPiece(paragraph, piece) {
    // A quote whose first character is the end of a line begins with its first words instead.
    const begun = piece.parts.filter((part) => part.role === "words" && !this.badges.has(part.quote));
    for (const id of new Set([...piece.opens, ...begun.map((part) => part.quote)])) {
      const badge = makeBadge(this.reading, this.reading.byId.get(id));
      this.badges.set(id, badge);
      paragraph.append(badge);
    }
    const words = this.reading.text.slice(piece.start, piece.end);
    if (!piece.parts.length) {
      paragraph.append(words);
      return;
    }
    const quoted = piece.parts.some((part) => part.role === "words");
    const element = make(quoted ? "mark" : "span", { "data-quote": piece.parts[0].quote }, words);
    element.className = look(piece, this.reading, this.shown, null);
    const drawn = { ...piece, element };
    this.pieces.push(drawn);
    this.pieceOf.set(element, drawn);
    for (const id of new Set(piece.parts.map((part) => part.quote))) this.ofQuote.get(id).push(drawn);
    paragraph.append(element);
  }

  /** Show the quotes with these ids and leave the others as plain text. */
  show(ids) {
    this.shown = ids;
    for (const [id, badge] of this.badges) badge.hidden = !ids.has(id);
    this.paint(this.pieces);
    const entry = this.container.querySelector(".badge[tabindex='0']");
    if (!entry || entry.hidden) this.enter(this.order()[0]);
  }

  /** Mark all parts of one quote, of none with `null`. */
  activate(id) {
    if (id === this.active) return;
    const before = this.active;
    this.active = id;
    this.paint([...(this.ofQuote.get(before) ?? []), ...(this.ofQuote.get(id) ?? [])]);
    this.badges.get(before)?.classList.remove("on");
    this.badges.get(id)?.classList.add("on");
  }

  paint(pieces) {
    for (const piece of pieces) {
      const names = look(piece, this.reading, this.shown, this.active);
      if (piece.element.className !== names) piece.element.className = names;
    }
  }

  /** Ids of the quotes shown, in text order. */
  order() {
    return this.reading.quotes.map((quote) => quote.id).filter((id) => this.shown.has(id) && this.badges.has(id));
  }

  /** Make this quote the one that Tab reaches. */
  enter(id) {
    this.container.querySelector(".badge[tabindex='0']")?.setAttribute("tabindex", "-1");
    this.badges.get(id)?.setAttribute("tabindex", "0");
  }

  /** Move the focus to a quote. */
  focus(id) {
    this.enter(id);
    this.badges.get(id)?.focus();
  }

  /** Bring a quote into the part of the window that the card leaves free. */
  reveal(id) {
    this.badges.get(id)?.scrollIntoView({ block: "nearest" });
  }

  /** The shown quote that an event's target belongs to, `null` when to none. */
  quoteAt(target) {
    const element = target.closest?.("[data-quote]");
    if (!element || !this.container.contains(element)) return null;
    const piece = this.pieceOf.get(element);
    const ids = piece ? piece.parts.map((part) => part.quote) : [element.dataset.quote];
    return ids.find((id) => this.shown.has(id)) ?? null;
  }
}
