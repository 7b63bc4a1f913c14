// Knows which of the server's answers this page has seen, so that an answer of another tab is not overwritten unseen.

const REMEMBERED = 50;

export const versions = () => {
  const bases = new Map(); // question → the number of the stored answer that this page has seen
  const sent = new Map(); // question → the numbers that this page has sent
  const sentOf = (question) => sent.get(question) ?? [];
  return {
    base: (question) => bases.get(question) ?? 0,
    see: (question, sequence) => { bases.set(question, sequence); },
    sentOf,
    remember: (question, sequences) => { sent.set(question, [...sentOf(question), ...sequences].slice(-REMEMBERED)); },
    // The answer to a save may be lost on its way. Then the stored number is one that this page has sent.
    isOwn: (question, sequence) => sentOf(question).includes(sequence),
  };
};

// What an answer that this browser has kept means beside the stored one: "saved" (it is the stored one), "newer" (it was written
// with the stored one in view) or "changed" (another tab or device has stored one meanwhile).
export const meaningOfKept = (state, stored) => {
  if (state.sequence === stored) return "saved";
  if (state.base === undefined) return state.sequence > stored ? "newer" : "changed";
  return [state.base, ...(state.sent ?? [])].includes(stored) ? "newer" : "changed";
};
