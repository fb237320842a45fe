/* Several articles read one after another, a few under way at a time. */

const UNDER_WAY = 2;

/**
 * Read `jobs` with `read(job, signal)` in their order; `onChange(job)` is told whenever a job's state changes. States are
 * waiting, reading, done, failed and cancelled. Resolves when no job is left.
 */
export async function runQueue(jobs, read, { signal, onChange }) {
  const rest = jobs[Symbol.iterator]();
  const set = (job, state, more = {}) => {
    Object.assign(job, { state, ...more });
    onChange(job);
  };
  async function work() {
    for (const job of rest) {
      if (signal.aborted) {
        set(job, "cancelled");
        continue;
      }
      set(job, "reading");
      try {
        const reading = await read(job, signal);
        set(job, "done", { reading });
      } catch (error) {
        set(job, signal.aborted ? "cancelled" : "failed", { error });
      }
    }
  }
  // An array iterator shared by the workers hands each job to one of them; leaving the loop early never happens.
  await Promise.all(Array.from({ length: UNDER_WAY }, work));
}
