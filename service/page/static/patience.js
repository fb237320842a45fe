/* A busy service says when to come back: wait that long and try again, a few times, unless the reader gives up. */

import { Refusal } from "./api.js";

const TRIES = 5;
const LONGEST_SECONDS = 60;

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/**
 * Return what `attempt` gives; `onWait` is told the seconds before each
 * new try, and `null` when it begins. Throws the last refusal.
 */
export async function patiently(attempt, { signal, onWait }) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof Refusal && error.passing && error.retryAfter <= LONGEST_SECONDS;
      if (!again || tried === TRIES) throw error;
      onWait(error.retryAfter);
      await pause(error.retryAfter, signal);
      onWait(null);
    }
  }
}
