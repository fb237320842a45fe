/* An answer of the API made ready to show: the people numbered and coloured, the quotes by id. */

const COLOURS = 8;
export const NOBODY = "nobody";
export const NO_OUTLET = "";

/** Return the key by which a quote's speaker is filtered, the same for all of that person's quotes. */
export const speakerKey = (quote) => quote.speaker?.id ?? NOBODY;

/** Return the key by which a quote's outlet is filtered. */
export const outletKey = (quote) => quote.outlet?.name ?? NO_OUTLET;

/** Return what to call a speaker: the name, else the words at the quote. */
export function speakerName(speaker) {
  if (!speaker) return "Speaker not stated";
  return speaker.name ?? speaker.mention?.text ?? "Name not clear";
}

/** Return the words of a quote in one string, its pieces joined as the API's tables join them. */
export const wordsOf = (quote) => quote.spans.map((span) => span.text).join(" […] ");

function numberPeople(answer) {
  const people = new Map();
  for (const quote of answer.quotes) {
    const key = speakerKey(quote);
    if (people.has(key)) continue;
    const number = people.size - (people.has(NOBODY) ? 1 : 0) + 1;
    const person = answer.speakers.find((one) => one.id === key);
    const known = key !== NOBODY;
    people.set(key, {
      key,
      label: known ? String(number) : "?",
      colour: known ? `c${((number - 1) % COLOURS) + 1}` : "c0",
      name: known ? speakerName({ ...quote.speaker, name: person?.name ?? quote.speaker.name }) : speakerName(null),
      title: person?.title ?? quote.speaker?.title ?? null,
    });
  }
  return people;
}

/** Return the reading of one article. `text` is what the offsets refer to, `article` what was said about it. */
export function makeReading({ name, text, answer, article = {}, stored = null }) {
  const people = numberPeople(answer);
  const quotes = answer.quotes;
  return {
    name,
    text,
    answer,
    article: { ...article, publisher: article.publisher ?? answer.publisher?.name ?? null },
    stored,
    quotes,
    people,
    byId: new Map(quotes.map((quote) => [quote.id, quote])),
    personOf: (quote) => people.get(speakerKey(quote)),
  };
}
