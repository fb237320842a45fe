/* The page: articles come in, are read by the service, and are shown. */

import { byId, counted } from "./dom.js";
import { readQuotes } from "./api.js";
import { patiently } from "./patience.js";
import { makeReading } from "./model.js";
import { runQueue } from "./queue.js";
import { listenToInput } from "./compose.js";
import { download } from "./downloads.js";
import { calm, complain, faultWords, say } from "./notices.js";
import { Reader } from "./reader.js";
import { Worklist } from "./worklist.js";
import { startArchive } from "./archive.js";

const reader = new Reader((reading, quote) => archive.actions(reading, quote));
const archive = startArchive({ show, hideCompose });
let stop = new AbortController();
let list = null;

function hideCompose(hidden) {
  byId("compose").hidden = hidden;
  byId("again").hidden = !hidden;
}

function show(reading, quote = "") {
  hideCompose(true);
  reader.open(reading);
  archive.shown(reading);
  if (reading.byId.has(quote)) reader.view.focus(quote);
  else byId("result-title").focus();
}

async function readJob(job, signal) {
  if (job.error) throw job.error;
  const response = await patiently(() => readQuotes(job.sent, { signal }), {
    signal,
    onWait: (seconds) => {
      const words = seconds && `The service is busy; trying again in ${counted(seconds, "second")}.`;
      list.update(job, words);
      say(words ?? "Reading the article.");
    },
  });
  const answer = await response.json();
  const reading = makeReading({ ...job, text: answer.text ?? job.text, answer });
  return Object.assign(reading, { sent: job.sent, fetchAs: (accept) => readQuotes(job.sent, { accept }) });
}

function open(job) {
  calm();
  archive.leave();
  show(job.reading);
  list.point(job);
}

/** Say how it ended; a single article that was not read leaves the form as it was, for another try. */
function finish(jobs, again) {
  const failed = jobs.filter((job) => job.state === "failed");
  const read = jobs.filter((job) => job.state === "done");
  if (jobs.some((job) => job.state === "cancelled")) say(`Cancelled. ${counted(read.length, "article")} read.`, { passing: true });
  else if (jobs.length > 1) say(`${counted(read.length, "article")} read${failed.length ? `, ${failed.length} not` : ""}.`, { passing: true });
  else say();
  if (jobs.length === 1 && failed.length) {
    complain(failed[0].error, again);
    if (failed[0].error.slug === "unauthorized") {
      byId("key-box").open = true;
      byId("key").focus();
    }
  }
  if (!read.length) hideCompose(false);
  if (jobs.length > 1 && !read.length && failed.length) complain(new Error(faultWords(failed[0].error)), again);
}

async function take(articles) {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const jobs = articles.map((article) => ({ ...article, state: "waiting" }));
  calm();
  archive.leave();
  byId("result").hidden = true;
  say(jobs.length > 1 ? `Reading ${jobs.length} articles.` : "Reading the article.");
  const mine = new Worklist(jobs, open);
  list = mine;
  await runQueue(jobs, readJob, {
    signal,
    onChange: (job) => {
      if (list !== mine) return;
      mine.update(job);
      if (job.state === "done" && byId("result").hidden) open(job);
    },
  });
  if (list === mine) finish(jobs, () => take(articles));
}

listenToInput({ onArticles: take, onError: complain });
byId("cancel").addEventListener("click", () => stop.abort(new DOMException("Cancelled", "AbortError")));
byId("again").addEventListener("click", () => {
  byId("result").hidden = true;
  byId("queue").hidden = true;
  archive.leave();
  hideCompose(false);
  say();
  byId("text").focus();
});
for (const button of document.querySelectorAll("[data-download]")) {
  button.addEventListener("click", async () => {
    calm();
    try {
      await download(reader.reading, button.dataset.download, reader.view.shown);
    } catch (error) {
      complain(error, () => button.click());
    }
  });
}
// Where there is room the filters are always there: the line that opens them is hidden then.
const narrow = matchMedia("(width < 72rem)");
const fit = () => {
  byId("filter-box").open = !narrow.matches;
};
narrow.addEventListener("change", fit);
fit();
archive.begin();
