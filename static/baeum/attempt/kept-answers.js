// Keeps the answers of one attempt in this browser until the server has them: question → {sequence, fields: [[name, value], …], by},
// where `by` is the key of the person who gave the answer.
// Each question has an entry of its own, so that two tabs do not overwrite each other's answers.

const KEPT = "baeum:unsaved:";

// `storage` returns localStorage. A browser may refuse it or have no room left; then only the open page holds the answers.
export const keptAnswers = (attempt, storage = () => localStorage) => {
  const prefix = `${KEPT}${attempt}:`;
  const safely = (act, otherwise) => { try { return act(storage()); } catch { return otherwise; } };
  const read = (question) => safely((store) => JSON.parse(store.getItem(prefix + question)), null);
  return {
    put: (question, state) => safely((store) => store.setItem(prefix + question, JSON.stringify(state))),
    // A later answer stays: another tab may have written it meanwhile.
    drop: (question, sequence) => {
      if ((read(question)?.sequence ?? 0) <= sequence) safely((store) => store.removeItem(prefix + question));
    },
    all: () => safely((store) => Object.keys(store).filter((key) => key.startsWith(prefix)), [])
      .map((key) => key.slice(prefix.length))
      .map((question) => [question, read(question)])
      .filter(([, state]) => Array.isArray(state?.fields)),
  };
};

// Of all attempts: [{attempt, question, state}].
export const allKept = (storage = () => localStorage) => {
  let keys = [];
  try { keys = Object.keys(storage()).filter((key) => key.startsWith(KEPT)); } catch { /* a browser may refuse it */ }
  const attempts = new Set(keys.map((key) => key.slice(KEPT.length).split(":")[0]));
  return [...attempts].flatMap((attempt) =>
    keptAnswers(attempt, storage).all().map(([question, state]) => ({ attempt, question, state })));
};
