/* The quotes shown, as files. The service itself writes CSV and JSON-LD; what is not shown is left out of them here. */

import { make } from "./dom.js";

const FORMATS = {
  json: { accept: "application/json", end: "json", keep: keepJson },
  csv: { accept: "text/csv", end: "csv", keep: keepRecords },
  jsonld: { accept: "application/ld+json", end: "jsonld", keep: keepGraph },
};

function keepJson(text, ids) {
  const answer = JSON.parse(text);
  const quotes = answer.quotes.filter((quote) => ids.has(quote.id)).map(({ explanation, ...quote }) => quote);
  const said = new Set(quotes.map((quote) => quote.speaker?.id));
  const speakers = answer.speakers.filter((person) => said.has(person.id));
  return `${JSON.stringify({ ...answer, quotes, speakers }, null, 2)}\n`;
}

/** Return the records of a CSV, each with its line end: a line end within quotation marks ends none. */
export function splitRecords(text) {
  return text.match(/(?:"[^"]*"|[^"\n])*\n?/g).filter(Boolean);
}

function keepRecords(text, ids) {
  const [head, ...records] = splitRecords(text);
  return head + records.filter((record) => ids.has(record.slice(0, record.indexOf(",")))).join("");
}

function keepGraph(text, ids) {
  const linked = JSON.parse(text);
  const graph = linked["@graph"].filter((node) => ids.has(node["@id"].split("#").pop()));
  return `${JSON.stringify({ ...linked, "@graph": graph }, null, 2)}\n`;
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Save the quotes with these ids in `format`; what the service wrote once for a reading is not asked for again. */
export async function download(reading, format, ids) {
  const { accept, end, keep } = FORMATS[format];
  reading.files ??= { json: JSON.stringify(reading.answer) };
  reading.files[format] ??= await (await reading.fetchAs(accept)).text();
  const stem = reading.name.replace(/\.[a-z]{1,5}$/i, "").replaceAll(/[^\p{L}\p{N}]+/gu, "-").toLowerCase();
  save(`${stem || "article"}-quotes.${end}`, accept, keep(reading.files[format], ids));
}
