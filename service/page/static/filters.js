/* Which quotes are shown. Every facet that has a choice must accept; within one any of its choices does. */

import { outletKey, speakerKey } from "./model.js";

export const FACETS = { speakers: speakerKey, outlets: outletKey, types: (quote) => quote.type };

/** Return the filter that accepts every quote. */
export const acceptAll = () => ({ speakers: new Set(), outlets: new Set(), types: new Set(), confidence: 0 });

/** True when `filter` accepts every quote. */
export const isOpen = (filter) => !filter.confidence && Object.keys(FACETS).every((facet) => !filter[facet].size);

/** True when `filter`, its facet `except` left aside, accepts `quote`. As in the API every confidence figure counts. */
export function accepts(quote, filter, except = null) {
  const figures = Object.values(quote.confidence).filter((figure) => figure !== null);
  if (figures.some((figure) => figure < filter.confidence)) return false;
  return Object.entries(FACETS).every(
    ([facet, key]) => facet === except || !filter[facet].size || filter[facet].has(key(quote)),
  );
}

/** Return how many quotes each choice of `facet` would show beside the other facets' choices. */
export function count(quotes, filter, facet) {
  const counts = new Map();
  for (const quote of quotes) {
    const key = FACETS[facet](quote);
    counts.set(key, (counts.get(key) ?? 0) + (accepts(quote, filter, facet) ? 1 : 0));
  }
  return counts;
}

/** Return `filter` with `key` of `facet` chosen, or not chosen any more. */
export function toggle(filter, facet, key) {
  const chosen = new Set(filter[facet]);
  if (!chosen.delete(key)) chosen.add(key);
  return { ...filter, [facet]: chosen };
}
