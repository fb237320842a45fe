/* Keys while the article or the card has the focus. Elsewhere letters are left to browser and screen reader. */

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function target(order, current, key) {
  if (key === "Home") return order[0];
  if (key === "End") return order[order.length - 1];
  const step = STEPS[key];
  if (!step) return null;
  return order[Math.max(0, Math.min(order.length - 1, order.indexOf(current) + step))];
}

/** Listen on `article` and `card`; `actions` are go(id), open(id), close(), copy(id), only(id), and the order and current id. */
export function listenToKeys(article, card, actions) {
  article.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const current = event.target.dataset.quote ?? actions.current();
    const next = target(actions.order(), current, event.key);
    const run = next
      ? () => actions.go(next)
      : { Enter: () => actions.open(current), " ": () => actions.open(current), Escape: actions.close }[event.key]
        ?? shared(event.key, current, actions);
    if (!run) return;
    event.preventDefault();
    run();
  });
  card.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const run = event.key === "Escape" ? () => actions.back() : shared(event.key, actions.current(), actions);
    if (!run) return;
    event.preventDefault();
    run();
  });
}

function shared(key, current, actions) {
  if (!current) return null;
  return { c: () => actions.copy(current), s: () => actions.only(current) }[key.toLowerCase()] ?? null;
}
