/* One quote with its attribution, as a line to paste into a story or a note. */

import { speakerName, wordsOf } from "./model.js";

function sayer(quote) {
  if (!quote.speaker) return "speaker not stated";
  return [speakerName(quote.speaker), quote.speaker.title].filter(Boolean).join(", ");
}

// The outlet got the words or carried them; "via" is true of both.
function carrier(quote) {
  if (!quote.outlet) return null;
  const { name, programme, interviewer } = quote.outlet;
  return `via ${name}${programme ? `, “${programme}”` : ""}${interviewer ? ` (${interviewer})` : ""}`;
}

const MANNERS = { direct: "", mixed: " (partly reported speech)", indirect: " (reported speech)" };

/** Return the line: words in marks only where the article had them, speaker, outlet, platform, and where it was printed. */
export function cite(quote, article) {
  const words = quote.type === "direct" ? `“${wordsOf(quote)}”` : wordsOf(quote);
  const who = [sayer(quote), carrier(quote), quote.platform && `on ${quote.platform}`].filter(Boolean).join(", ");
  const source = [article.publisher, article.published, article.url].filter(Boolean).join(", ");
  return `${words} — ${who}${MANNERS[quote.type]}${source ? `. Source: ${source}` : ""}`;
}
