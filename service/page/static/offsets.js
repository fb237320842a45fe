/* The API counts Unicode code points, JavaScript counts UTF-16 units: beyond U+FFFF one code point is two units. */

/** Return the function that turns an offset in code points of `text` into an index of the string. */
export function indexer(text) {
  const astral = [];
  for (let index = 0, point = 0; index < text.length; index += 1, point += 1) {
    if (text.codePointAt(index) > 0xffff) {
      astral.push(point);
      index += 1;
    }
  }
  if (!astral.length) return (offset) => offset;
  return (offset) => {
    let low = 0;
    let high = astral.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (astral[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
}

/** Return `text` with lone halves of surrogate pairs replaced, as sending it would do: offsets stay true. */
export function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
