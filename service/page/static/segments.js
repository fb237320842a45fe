/* A text cut where quotes and their parts begin and end, so that each piece is one element, however they overlap. */

import { indexer } from "./offsets.js";

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;
const OPENING_MARK = /[“„«‘"'([]/;

function partsOf(quotes, index) {
  const parts = [];
  const add = (quote, role, span) => {
    if (span && span.end > span.start) {
      parts.push({ quote: quote.id, role, start: index(span.start), end: index(span.end) });
    }
  };
  for (const quote of quotes) {
    for (const span of quote.spans) add(quote, "words", span);
    add(quote, "cue", quote.cue);
    add(quote, "mention", quote.speaker?.mention);
    add(quote, "outlet", quote.outlet?.mention);
  }
  return parts.sort((one, other) => one.start - other.start || other.end - one.end);
}

/** Where each quote begins, its opening mark included, so that a sign for it does not come between mark and words. */
function openingsOf(text, quotes, index) {
  const openings = new Map();
  for (const quote of quotes) {
    let at = index(quote.spans[0].start);
    while (at > 0 && OPENING_MARK.test(text[at - 1])) at -= 1;
    openings.set(at, [...(openings.get(at) ?? []), quote.id]);
  }
  return openings;
}

function linesOf(text) {
  const lines = [];
  let start = 0;
  for (const match of text.matchAll(LINE_END)) {
    lines.push({ start, end: match.index });
    start = match.index + match[0].length;
  }
  lines.push({ start, end: text.length });
  return lines.filter((line) => line.end > line.start);
}

/**
 * Return the lines of `text` that are not empty, each a list of pieces {start, end, parts, opens}: `parts` are the parts
 * of quotes that cover the piece, the shortest first; `opens` are the quotes that begin here.
 */
export function cut(text, quotes) {
  const index = indexer(text);
  const parts = partsOf(quotes, index);
  const openings = openingsOf(text, quotes, index);
  const bounds = [...parts.flatMap((part) => [part.start, part.end]), ...openings.keys()];
  const edges = [...new Set(bounds)].sort((one, other) => one - other);
  let next = 0;
  let edge = 0;
  let open = [];
  return linesOf(text).map((line) => {
    const pieces = [];
    for (let start = line.start; start < line.end; ) {
      while (edge < edges.length && edges[edge] <= start) edge += 1;
      const end = Math.min(line.end, edges[edge] ?? line.end);
      while (next < parts.length && parts[next].start <= start) open.push(parts[next++]);
      open = open.filter((part) => part.end > start);
      const covering = [...open].sort((one, other) => one.end - one.start - (other.end - other.start));
      pieces.push({ start, end, parts: covering, opens: openings.get(start) ?? [] });
      start = end;
    }
    return pieces;
  });
}
