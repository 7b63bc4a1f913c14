// Keeps the answers of one attempt in this browser until the server has them: question → {sequence, fields: [[name, value], …]}.
// Each question has an entry of its own, so that two tabs do not overwrite each other's answers.

// `storage` returns localStorage. A browser may refuse it or have no room left; then only the open page holds the answers.
export const keptAnswers = (attempt, storage = () => localStorage) => {
  const prefix = `baeum:unsaved:${attempt}:`;
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
