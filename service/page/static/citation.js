/* One quote with its attribution, as a line to paste into a story or a note. */

import { speakerName, wordsOf } from "./model.js";

function sayer(quote) {
  if (!quote.speaker) return "speaker not stated";
  return [speakerName(quote.speaker), quote.speaker.title].filter(Boolean).join(", ");
}

function giver(quote) {
  if (!quote.outlet) return null;
  const { name, programme, interviewer } = quote.outlet;
  return `to ${name}${programme ? `, “${programme}”` : ""}${interviewer ? ` (${interviewer})` : ""}`;
}

/** Return the line: words in marks only where the article had them, speaker, outlet, platform, and where it was printed. */
export function cite(quote, article) {
  const words = quote.type === "direct" ? `“${wordsOf(quote)}”` : wordsOf(quote);
  const who = [sayer(quote), giver(quote), quote.platform && `on ${quote.platform}`].filter(Boolean).join(", ");
  const manner = quote.type === "direct" ? "" : ` (${quote.type === "mixed" ? "partly" : ""}${quote.type === "mixed" ? " " : ""}reported speech)`;
  const source = [article.publisher, article.published, article.url].filter(Boolean).join(", ");
  return `${words} — ${who}${manner}${source ? `. Source: ${source}` : ""}`;
}
