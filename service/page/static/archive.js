/* Placeholder filled below. */
export function startArchive() {
  return { actions: () => [], shown() {}, leave() {} };
}
