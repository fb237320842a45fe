/* What only a service with an archive can do: keep an article under an address of its own, give it back, show the other
   versions of a quote and everything somebody said. Without an archive nothing of it is offered. */

import { byId, make } from "./dom.js";
import { call } from "./api.js";
import { calm, complain, say } from "./notices.js";
import { makeReading } from "./model.js";
import { showTimeline } from "./timeline.js";
import { showVersions } from "./versions.js";
import { dayWords } from "./words.js";

const NOTHING = { actions: () => [], shown() {}, leave() {}, begin() {} };
const PAGE_QUOTES = 100;

/** Return the id under which to keep a reading: the same words from the same publisher are the same article. */
export function archiveId(reading) {
  const publisher = (reading.article.publisher ?? "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
  return [publisher.slice(0, 60), reading.answer.text_sha256.slice(0, 16)].filter(Boolean).join("-");
}

/** Return the address on this site of a stored article, of one of its quotes, or of a speaker. */
export const addressOf = {
  article: (id, quote = null) => `/?${new URLSearchParams({ article: id })}${quote ? `#${quote}` : ""}`,
  speaker: (id) => `/?${new URLSearchParams({ speaker: id })}`,
};

const stored = (id) => `/v1/articles/${encodeURIComponent(id)}`;

async function fetchJson(path, options) {
  return (await call(path, options)).json();
}

async function fetchReading(id) {
  const answer = await fetchJson(`${stored(id)}?explain=true&text=true`);
  const { url, published, publisher } = answer;
  const article = { url, published, publisher: publisher?.name ?? null };
  const name = [article.publisher, dayWords(published)].filter(Boolean).join(", ") || answer.id;
  const reading = makeReading({ name, text: answer.text, answer, article, stored: answer.id });
  return Object.assign(reading, { fetchAs: (accept) => call(stored(id), { accept }) });
}

class Archive {
  constructor({ show, hideCompose }) {
    this.show = show;
    this.hideCompose = hideCompose;
    byId("archive-actions").hidden = false;
    byId("store").addEventListener("click", () => this.attempt(() => this.store()));
    // A link within the page moves the history too, and must not take the article away.
    addEventListener("popstate", () => location.search !== this.search && this.begin());
  }

  /** Put `address` into the address bar. */
  go(address) {
    history.pushState(null, "", address);
    this.search = location.search;
  }

  /** Return what `action` gives, `null` when it fails: then the page says why. */
  async attempt(action) {
    calm();
    try {
      return await action();
    } catch (error) {
      complain(error, () => this.attempt(action));
      return null;
    }
  }

  /** Show what the address asks for: a stored article, a speaker, or the form. */
  begin() {
    this.search = location.search;
    const asked = new URLSearchParams(this.search);
    byId("timeline").hidden = true;
    if (asked.has("article")) this.attempt(() => this.open(asked.get("article")));
    else if (asked.has("speaker")) this.attempt(() => this.openSpeaker(asked.get("speaker")));
    else {
      byId("result").hidden = true;
      this.hideCompose(false);
    }
  }

  async open(id) {
    const reading = await fetchReading(id);
    this.show(reading, location.hash.slice(1));
  }

  /** A reading is on the page: offer to keep it, or show where it is kept. */
  shown(reading) {
    this.reading = reading;
    byId("timeline").hidden = true;
    byId("archive-actions").hidden = reading.stored !== null;
    byId("permalink").hidden = reading.stored === null;
    if (reading.stored === null) return;
    const address = new URL(addressOf.article(reading.stored), location.href).href;
    byId("permalink").replaceChildren("Kept at ", make("a", { href: address }, addressOf.article(reading.stored)));
  }

  /** The page goes back to articles that are not stored. */
  leave() {
    byId("timeline").hidden = true;
    if (location.search) this.go("/");
  }

  async store() {
    const { reading } = this;
    const id = archiveId(reading);
    await call(stored(id), { method: "PUT", ...reading.sent });
    reading.stored = id;
    if (this.reading !== reading) return;
    this.go(addressOf.article(id));
    this.shown(reading);
    say("Kept in the archive.", { passing: true });
  }

  /** Buttons for the card of a quote. */
  actions(reading, quote) {
    if (reading.stored === null) return [];
    const actions = [{ label: "Other versions", run: () => this.attempt(() => this.openVersions(reading, quote)) }];
    if (quote.speaker?.name) actions.push({ label: "All they said", run: () => this.attempt(() => this.findSpeaker(reading, quote)) });
    return actions;
  }

  fetchVersions(reading, quote) {
    return fetchJson(`/v1/quotes/${encodeURIComponent(`${reading.stored}.${quote.id}`)}/variants`);
  }

  async openVersions(reading, quote) {
    showVersions(byId("versions"), await this.fetchVersions(reading, quote), `${reading.stored}.${quote.id}`);
  }

  /** An article numbers its speakers for itself; the versions of a quote name them as the archive does. */
  async findSpeaker(reading, quote) {
    const { versions } = await this.fetchVersions(reading, quote);
    const own = versions.find((version) => version.quote.id === `${reading.stored}.${quote.id}`);
    this.go(addressOf.speaker(own.quote.speaker.id));
    await this.openSpeaker(own.quote.speaker.id);
  }

  async openSpeaker(id) {
    const person = await fetchJson(`/v1/speakers/${encodeURIComponent(id)}`);
    const more = (cursor) => {
      const query = new URLSearchParams({ speaker: id, limit: PAGE_QUOTES, ...(cursor ? { cursor } : {}) });
      return fetchJson(`/v1/quotes?${query}`);
    };
    const page = await more(null);
    this.hideCompose(true);
    byId("result").hidden = true;
    byId("queue").hidden = true;
    showTimeline(byId("timeline"), person, page, (cursor) => this.attempt(() => more(cursor)));
    byId("timeline-title").focus();
  }
}

/** Return the archive's part of the page; `show(reading, quote)` and `hideCompose(hidden)` are the page's own. */
export function startArchive(page) {
  return document.body.dataset.archive === "on" ? new Archive(page) : NOTHING;
}
