/* The form, the files and the drops: everything that brings articles in. */

import { byId } from "./dom.js";
import { fromFile, fromWords, looksLikeHtml } from "./intake.js";
import { useKey } from "./api.js";

function readForm(form) {
  const about = Object.fromEntries(["publisher", "url", "published"].map((name) => [name, form.elements[name].value.trim()]));
  return fromWords(form.elements.text.value, { html: form.elements.format.value === "html", about });
}

/** Return the files made articles; one that cannot be read keeps its error for the list. */
async function readFiles(files) {
  return Promise.all([...files].map(async (file) => {
    try {
      return await fromFile(file);
    } catch (error) {
      return { name: file.name, error };
    }
  }));
}

function listenToDrops(onFiles, onText) {
  let depth = 0;
  const over = (inside) => document.body.classList.toggle("dropping", inside);
  document.addEventListener("dragenter", () => over((depth += 1) > 0));
  document.addEventListener("dragleave", () => over((depth -= 1) > 0));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(((depth = 0), false));
    if (event.dataTransfer.files.length) onFiles(event.dataTransfer.files);
    else if (event.dataTransfer.getData("text/plain")) onText(event.dataTransfer.getData("text/plain"));
  });
}

/** Report articles to read through `onArticles`; `onError` hears of an example that cannot be fetched. */
export function listenToInput({ onArticles, onError }) {
  const form = byId("form");
  const text = byId("text");
  const submit = () => onArticles([readForm(form)]);
  const take = async (files) => onArticles(await readFiles(files));
  const guess = () => {
    form.elements.format.value = looksLikeHtml(text.value) ? "html" : "text";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  });
  text.addEventListener("input", guess);
  text.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });
  byId("files").addEventListener("change", async (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) await take(files);
  });
  byId("key").addEventListener("input", (event) => useKey(event.target.value));
  byId("example").addEventListener("click", async () => {
    try {
      const response = await fetch("/page/example.txt");
      if (!response.ok) throw new Error("This service has no example.");
      text.value = await response.text();
      guess();
      submit();
    } catch (error) {
      onError(error);
    }
  });
  listenToDrops(take, (words) => {
    text.value = words;
    guess();
    text.focus();
  });
}
