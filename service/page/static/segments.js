/* A text cut where quotes and their parts begin and end, so that each piece is one element, however they overlap. */

import { indexer } from "./offsets.js";

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

function partsOf(quotes, index) {
  const parts = [];
  const add = (quote, role, span, opens = false) => {
    if (span && span.end > span.start) {
      parts.push({ quote: quote.id, role, start: index(span.start), end: index(span.end), opens });
    }
  };
  for (const quote of quotes) {
    quote.spans.forEach((span, place) => add(quote, "words", span, place === 0));
    add(quote, "cue", quote.cue);
    add(quote, "mention", quote.speaker?.mention);
    add(quote, "outlet", quote.outlet?.mention);
  }
  return parts.sort((one, other) => one.start - other.start || other.end - one.end);
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
 * of quotes that cover the piece, the shortest first; `opens` are the quotes whose first words start here.
 */
export function cut(text, quotes) {
  const parts = partsOf(quotes, indexer(text));
  const edges = [...new Set(parts.flatMap((part) => [part.start, part.end]))].sort((one, other) => one - other);
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
      const opens = covering.filter((part) => part.opens && part.start === start);
      pieces.push({ start, end, parts: covering, opens: opens.map((part) => part.quote) });
      start = end;
    }
    return pieces;
  });
}
