// Sends an attempt's requests to the server and says what came back.

export class SignedOut extends Error {}

export const FIRST_RETRY = 1000; // ms
const LAST_RETRY = 15000;
export const longer = (delay) => Math.min(delay * 2, LAST_RETRY);

const post = (url, token, body, { fetch, headers, signal }) => fetch(url, {
  method: "POST", body, headers: { "X-CSRFToken": token, ...headers }, redirect: "manual", signal,
});

// Saves one answer. Returns the server's decision as {status, slug, title, sequence}; throws where the server decided nothing.
// `base` is the number of the stored answer that this page has seen: another one is not overwritten.
export const sendAnswer = async (url, token, question, state, { fetch = globalThis.fetch, signal, base } = {}) => {
  const data = new FormData();
  data.append("question", question);
  data.append("sequence", state.sequence);
  if (base !== undefined) data.append("base", base);
  state.fields.forEach(([name, value]) => data.append(name, value));
  const answer = await post(url, token, data, { fetch, headers: { Accept: "application/json" }, signal });
  // A redirect leads to the sign-in page, and 403 means that the token is older than the sign-in: nothing was saved.
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  const told = await answer.json().catch(() => ({}));
  return { status: answer.status, slug: told.type?.split("/").pop(), title: told.detail ?? told.title, sequence: told.sequence };
};

// Submits the whole form. Returns "accepted" (the server redirects to the result), "refused" (it shows a page of its own)
// or "unreachable" (there is no network, or the server is in trouble).
export const sendSubmission = async (url, token, data, { fetch = globalThis.fetch } = {}) => {
  const answer = await post(url, token, data, { fetch }).catch(() => null);
  if (answer?.type === "opaqueredirect") return "accepted";
  return answer && answer.status < 500 ? "refused" : "unreachable";
};
