/* What somebody pasted, dropped or opened, made the body of a call. */

import { wellFormed } from "./offsets.js";

const TEXT_NAME = /\.(txt|text|md)$/i;
const HTML_NAME = /\.(html?|xhtml)$/i;
const HTML_START = /^\s*<(!doctype|html|head|body|main|article|section|div|p|h1)\b/i;

/** True when pasted words look like the source of a page. */
export const looksLikeHtml = (text) => HTML_START.test(text);

/** Return the article to send for pasted words; `about` may name publisher, url and published. */
export function fromWords(words, { html = false, about = {} } = {}) {
  const text = wellFormed(words);
  const said = Object.fromEntries(Object.entries(about).filter(([, value]) => value));
  const body = JSON.stringify({ [html ? "html" : "text"]: text, ...said });
  return { name: "Your article", text: html ? null : text, article: said, sent: { type: "application/json", body } };
}

function decode(bytes) {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Return the article to send for a file; throws when it is neither text nor HTML. HTML goes as the bytes it is. */
export async function fromFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (HTML_NAME.test(file.name) || file.type === "text/html") {
    return { name: file.name, text: null, article: {}, sent: { type: "text/html", body: bytes } };
  }
  const readable = TEXT_NAME.test(file.name) || file.type.startsWith("text/") || file.type === "";
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!readable || (!wide && bytes.includes(0))) throw new Error("This file is neither text nor HTML.");
  return { ...fromWords(decode(bytes)), name: file.name };
}
