/* One reading on the page: the article, its card and its lists kept in step with what is chosen. */

import { ArticleView, describe } from "./article.js";
import { byId, counted } from "./dom.js";
import { acceptAll, accepts, isOpen, toggle } from "./filters.js";
import { ChoiceList, LISTS } from "./lists.js";
import { cite } from "./citation.js";
import { copy } from "./clipboard.js";
import { listenToKeys } from "./keyboard.js";
import { NOBODY, speakerKey } from "./model.js";
import { say } from "./notices.js";
import { showNone, showQuote } from "./card.js";

// On narrow screens the card covers part of the text, so it comes up when asked for only.
const HOVERS = matchMedia("(hover: hover) and (width >= 48rem)");

/** The page's only reader: `open` shows a reading in place of the one before. */
export class Reader {
  /** `moreActions(reading, quote)` gives further buttons for the card. */
  constructor(moreActions) {
    this.moreActions = moreActions;
    this.article = byId("article");
    this.card = byId("card");
    this.pinned = false;
    this.listen();
  }

  open(reading) {
    this.reading = reading;
    this.view = new ArticleView(this.article, reading);
    this.lists = LISTS.map((facet) => new ChoiceList(byId(facet), facet, reading, (...choice) => this.choose(...choice)));
    byId("result-title").textContent = reading.name;
    byId("result").hidden = false;
    this.release();
    this.filter(acceptAll());
  }

  listen() {
    const at = (event) => this.view?.quoteAt(event.target) ?? null;
    // Moving, not lying over it: text that comes up under a resting pointer must not choose a quote.
    this.article.addEventListener("pointermove", (event) => {
      if (event.target === this.pointed) return;
      this.pointed = event.target;
      const id = this.pinned || !HOVERS.matches ? null : at(event);
      if (id) this.activate(id);
    });
    this.article.addEventListener("click", (event) => {
      const id = at(event);
      if (id) this.pin(id);
      else if (!String(getSelection())) this.release();
    });
    this.article.addEventListener("focusin", (event) => {
      if (event.target.dataset.quote) this.pin(event.target.dataset.quote);
    });
    byId("confidence").addEventListener("input", (event) => {
      this.filter({ ...this.chosen, confidence: event.target.valueAsNumber });
    });
    byId("clear").addEventListener("click", () => {
      this.filter(acceptAll());
      byId("result-title").focus();
    });
    listenToKeys(this.article, this.card, {
      order: () => this.view.order(),
      current: () => this.view.active,
      go: (id) => this.view.focus(id),
      open: (id) => {
        this.pin(id);
        this.card.focus();
      },
      close: () => this.release(),
      back: () => (this.view.active ? this.view.focus(this.view.active) : byId("result-title").focus()),
      copy: (id) => this.copy(id),
      only: (id) => this.choose("speakers", speakerKey(this.reading.byId.get(id))),
    });
  }

  choose(facet, key) {
    this.filter(toggle(this.chosen, facet, key));
  }

  filter(chosen) {
    this.chosen = chosen;
    const shown = this.reading.quotes.filter((quote) => accepts(quote, chosen));
    this.view.show(new Set(shown.map((quote) => quote.id)));
    if (this.view.active && !this.view.shown.has(this.view.active)) this.release();
    for (const list of this.lists) list.update(chosen);
    byId("confidence").value = chosen.confidence;
    const least = chosen.confidence ? `${Math.round(chosen.confidence * 100)}%` : "any";
    byId("confidence-value").textContent = least;
    byId("confidence").setAttribute("aria-valuetext", least);
    byId("clear").hidden = isOpen(chosen);
    this.summarise(shown);
  }

  summarise(shown) {
    const speakers = new Set(shown.map(speakerKey).filter((key) => key !== NOBODY)).size;
    const all = this.reading.quotes.length;
    const count = shown.length === all ? counted(all, "quote") : `${shown.length} of ${counted(all, "quote")}`;
    byId("summary").textContent = all ? `${count} by ${counted(speakers, "speaker")}` : "No attributed quote found.";
    byId("take-count").textContent = counted(shown.length, "quote");
    for (const button of document.querySelectorAll("[data-download]")) button.disabled = !shown.length;
  }

  activate(id) {
    if (this.view.active === id) return;
    this.view.activate(id);
    const quote = this.reading.byId.get(id);
    showQuote(this.card, this.reading, quote, [
      { label: "Copy with attribution", run: () => this.copy(id) },
      ...this.moreActions(this.reading, quote),
      { label: "Close", run: () => this.leave() },
    ]);
    this.card.setAttribute("aria-description", describe(this.reading, quote));
  }

  pin(id) {
    this.activate(id);
    this.view.enter(id);
    if (!HOVERS.matches) this.view.reveal(id);
    this.pinned = true;
  }

  leave() {
    const id = this.view.active;
    this.view.focus(id);
    this.release();
  }

  release() {
    this.pinned = false;
    this.view.activate(null);
    this.card.removeAttribute("aria-description");
    showNone(this.card);
  }

  async copy(id) {
    const copied = await copy(cite(this.reading.byId.get(id), this.reading.article));
    say(copied ? "Copied with its attribution." : "This browser did not allow copying.", { passing: true });
  }
}
