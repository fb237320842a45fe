/* The versions of one statement: the earliest beside each other one, word by word. */

import { make } from "./dom.js";
import { dayWords, percent } from "./words.js";
import { addressOf } from "./archive.js";
import { speakerName } from "./model.js";

/** Return the words of one side of a comparison: "earlier" with what went, "later" with what came. */
function side(changes, name) {
  const mark = { earlier: "del", later: "ins" }[name];
  return changes.filter((change) => change[name]).flatMap((change, place) => [
    place ? " " : null,
    change.operation === "equal" ? change[name] : make(mark, {}, change[name]),
  ]);
}

function place({ article, id, speaker }) {
  const number = id.slice(id.lastIndexOf(".") + 1);
  const words = [article.publisher ?? article.id, dayWords(article.published)].filter(Boolean).join(", ");
  return [make("a", { href: addressOf.article(article.id, number), dir: "auto" }, words), ` · ${speakerName(speaker)}`];
}

function pair(earliest, version) {
  return make("section", { class: "pair" },
    make("header", {}, make("strong", {}, version.label), version.changed ? `, ${percent(version.changed)} of the words changed` : ""),
    make("div", {}, make("p", { class: "hint" }, ...place(earliest.quote)), make("blockquote", { dir: "auto" }, ...side(version.changes, "earlier"))),
    make("div", {}, make("p", { class: "hint" }, ...place(version.quote)), make("blockquote", { dir: "auto" }, ...side(version.changes, "later"))));
}

/** Fill and open `dialog` with a statement as the archive answers it; `own` is the id of the quote that was asked about. */
export function showVersions(dialog, statement, own) {
  const earliest = statement.versions.find((version) => version.quote.id === statement.earliest);
  const others = statement.versions.filter((version) => version !== earliest);
  const close = make("button", { type: "button", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(
    make("h2", { id: "versions-title" }, others.length ? `Printed ${others.length + 1} times` : "Printed once"),
    others.length
      ? make("p", { class: "hint" }, `Left the earliest version${own === statement.earliest ? ", this one" : ""}; right what another article made of it.`)
      : make("p", {}, "No other article in the archive prints this statement."),
    ...others.map((version) => pair(earliest, version)),
    make("p", { class: "row" }, close),
  );
  dialog.showModal();
}
