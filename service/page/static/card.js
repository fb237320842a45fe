/* The card beside the article: one quote, who said it, to whom, how sure and why. */

import { make } from "./dom.js";
import { speakerName } from "./model.js";
import { DECISIONS, FIGURES, OUTLET_BASIS, percent, ruleWords, SPEAKER_BASIS, SPEAKER_KIND } from "./words.js";

function words(quote) {
  const pieces = quote.spans.flatMap((span, place) => [place ? make("span", { class: "gap" }, " […] ") : null, span.text]);
  const [before, after] = quote.type === "direct" ? ["“", "”"] : ["", ""];
  return make("blockquote", { dir: "auto" }, before, ...pieces, after);
}

function speakerFacts({ speaker }) {
  if (!speaker) return ["Speaker", "The text does not say."];
  const found = SPEAKER_BASIS[speaker.basis] ?? speaker.basis;
  const mention = speaker.mention && speaker.mention.text !== speaker.name ? [" “", make("bdi", {}, speaker.mention.text), "”"] : [];
  return ["Speaker", make("strong", { dir: "auto" }, speakerName(speaker)),
    speaker.title && make("span", { class: "line-of", dir: "auto" }, speaker.title),
    make("span", { class: "hint" }, `${SPEAKER_KIND[speaker.kind] ?? speaker.kind}, ${found}`, ...mention)];
}

function outletFacts({ outlet }) {
  if (!outlet) return ["Outlet", "None named."];
  const more = [outlet.programme && `“${outlet.programme}”`, outlet.interviewer && `asked by ${outlet.interviewer}`];
  return ["Outlet", make("strong", { dir: "auto" }, outlet.name),
    more.some(Boolean) && make("span", { class: "line-of", dir: "auto" }, more.filter(Boolean).join(", ")),
    make("span", { class: "hint" }, `${outlet.kind}, ${OUTLET_BASIS[outlet.basis] ?? outlet.basis}`)];
}

function facts(quote) {
  const rows = [speakerFacts(quote), outletFacts(quote)];
  if (quote.platform) rows.push(["Posted on", make("strong", {}, quote.platform)]);
  if (quote.cue) rows.push(["Reported with", make("bdi", { class: "cue" }, quote.cue.text)]);
  const list = make("dl", { class: "facts" });
  for (const [name, ...parts] of rows) list.append(make("dt", {}, name), make("dd", {}, ...parts));
  return list;
}

function confidence(quote) {
  const rows = Object.entries(FIGURES).filter(([key]) => quote.confidence[key] !== null).map(([key, name]) =>
    make("div", {}, make("span", { "aria-hidden": "true" }, name),
      make("meter", { min: 0, max: 1, value: quote.confidence[key], "aria-label": `Confidence: ${name.toLowerCase()}` }),
      make("span", {}, percent(quote.confidence[key]))));
  return make("div", { class: "figures" }, ...rows);
}

function candidate(one) {
  const found = one.rule ? make("span", { class: "hint" }, ` by ${ruleWords(one.rule)}`) : "";
  return make("li", {}, make(one.chosen ? "strong" : "span", { dir: "auto" }, one.name), ` ${percent(one.score)}`, found);
}

function why(quote) {
  const { explanation } = quote;
  if (!explanation) return null;
  const roles = explanation.roles.map((role) =>
    make("li", {}, `${role.role}: `, make("q", { dir: "auto" }, role.text), ` ${percent(role.score)}`));
  const weighed = Object.entries(DECISIONS).flatMap(([decision, words]) => {
    const candidates = explanation.candidates.filter((one) => (one.decision ?? "speaker") === decision);
    return candidates.length ? [make("p", {}, words), make("ul", {}, ...candidates.map(candidate))] : [];
  });
  return make("details", { class: "why" }, make("summary", {}, "Why"),
    make("p", {}, "Rule: ", make("code", {}, ruleWords(explanation.rule))),
    ...weighed,
    roles.length > 0 && make("p", {}, "Read in the text:"), roles.length > 0 && make("ul", {}, ...roles));
}

/** Fill `card` with `quote`; `actions` are buttons {label, run}. */
export function showQuote(card, reading, quote, actions) {
  const person = reading.personOf(quote);
  const place = reading.quotes.indexOf(quote) + 1;
  const open = card.querySelector(".why")?.open ?? false;
  card.replaceChildren(
    make("h2", { id: "card-title" }, make("span", { class: `badge ${person.colour}`, "data-label": person.label, "aria-hidden": "true" }),
      make("span", { class: `line ${quote.type} ${person.colour}` }, quote.type),
      make("span", { class: "hint" }, `quote ${place} of ${reading.quotes.length}`)),
    words(quote), facts(quote), confidence(quote), why(quote) ?? "",
    make("p", { class: "row" }, ...actions.map(({ label, run }) => make("button", { type: "button", onclick: run }, label))),
  );
  if (card.querySelector(".why")) card.querySelector(".why").open = open;
  card.dataset.quote = quote.id;
}

/** Fill `card` with what to do when no quote is chosen. */
export function showNone(card) {
  card.replaceChildren(
    make("h2", { id: "card-title" }, "A quote"),
    make("p", { class: "hint" }, "Point at one, tap it or reach it with the keyboard to see who said it, to whom, and how sure that is."),
  );
  delete card.dataset.quote;
}
