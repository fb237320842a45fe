/* Calls to the service this page came from. A refusal becomes a `Refusal` that carries its problem details. */

/** What the service answered instead of what was asked: RFC 9457 problem details. */
export class Refusal extends Error {
  constructor(problem, status, retryAfter) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.slug = (problem.type ?? "").split(":").pop();
    this.title = problem.title ?? "The service refused.";
    this.faults = problem.errors ?? [];
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** True when the same call may succeed a little later. */
  get passing() {
    return this.retryAfter !== null && ["queue-full", "not-ready", "too-many-requests"].includes(this.slug);
  }
}

const key = { value: "" };

/** Send this API key with every call from now on; it is kept in memory only. */
export const useKey = (value) => {
  key.value = value.trim();
};

async function refusalOf(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    problem = { title: `The service answered ${response.status}.` };
  }
  return new Refusal(problem, response.status, Number.isFinite(seconds) ? seconds : null);
}

/** Call `path`; return the response when it is a success, throw `Refusal` when not. */
export async function call(path, { method = "GET", accept = "application/json", type = null, body, signal } = {}) {
  const headers = { Accept: accept };
  if (type) headers["Content-Type"] = type;
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  const response = await fetch(path, { method, headers, body, signal, credentials: "same-origin" });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** Have an article read. `sent` is {type, body}. */
export function readQuotes(sent, { accept = "application/json", signal } = {}) {
  const query = accept === "application/json" ? "?explain=true" : "";
  return call(`/v1/quotes${query}`, { method: "POST", accept, signal, ...sent });
}
