/* The list of articles under way: what became of each, how many are left, and a way to stop. */

import { byId, counted, make } from "./dom.js";
import { faultWords } from "./notices.js";

function stateWords(job) {
  const quotes = job.reading && counted(job.reading.quotes.length, "quote");
  return { waiting: "waiting", reading: "reading", done: quotes, cancelled: "cancelled" }[job.state]
    ?? `not read: ${faultWords(job.error)}`;
}

/** Draws `jobs`; `onOpen(job)` is told which one its reader wants to see. */
export class Worklist {
  constructor(jobs, onOpen) {
    this.jobs = jobs;
    this.rows = new Map(jobs.map((job) => [job, this.makeRow(job, onOpen)]));
    const many = jobs.length > 1;
    byId("queue-list").replaceChildren(...(many ? [...this.rows.values()].map((row) => row.item) : []));
    byId("progress").max = jobs.length;
    byId("queue").hidden = false;
    byId("queue-title").textContent = many ? "Articles" : "Reading";
    for (const job of jobs) this.update(job);
  }

  makeRow(job, onOpen) {
    const words = make("span", { class: "state" });
    const button = make("button", { type: "button", class: "choice-row", disabled: true, onclick: () => onOpen(job) },
      make("span", { class: "who", dir: "auto" }, job.name), words);
    return { item: make("li", {}, button), button, words };
  }

  update(job, note = null) {
    const { button, words } = this.rows.get(job);
    words.textContent = note ?? stateWords(job);
    button.disabled = !job.reading;
    button.dataset.state = job.state;
    const finished = this.jobs.filter((one) => !["waiting", "reading"].includes(one.state)).length;
    // Of a single article nobody knows how far it is: a bar without a value says just that.
    if (this.jobs.length > 1) byId("progress").value = finished;
    else byId("progress").removeAttribute("value");
    byId("progress-words").textContent = this.jobs.length > 1 ? `${finished} of ${this.jobs.length}` : note ?? "";
    byId("cancel").hidden = finished === this.jobs.length;
    byId("progress").hidden = finished === this.jobs.length;
    if (finished === this.jobs.length && this.jobs.length === 1) byId("queue").hidden = true;
  }

  /** Mark the article that is on the page. */
  point(shown) {
    for (const [job, { button }] of this.rows) {
      if (job === shown) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}
