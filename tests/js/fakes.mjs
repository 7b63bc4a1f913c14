// Small stand-ins for what a browser gives the modules: storage, a server and a clock that the test moves.

export class Storage {
  setItem(key, value) { this[key] = String(value); }
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
  removeItem(key) { delete this[key]; }
}

export const decision = (status, body, extra = {}) => ({
  status, type: "basic", json: async () => { if (body === undefined) throw new SyntaxError("no JSON"); return body; }, ...extra,
});
export const redirect = { status: 0, type: "opaqueredirect", json: async () => ({}) };

// Answers with the given answers in turn; an Error is thrown. `requests` holds what was sent.
export const server = (...answers) => {
  const requests = [];
  const fetch = async (url, options) => {
    requests.push({ url, ...options });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { fetch, requests };
};

export class Clock {
  now = 0;
  #running = new Map();
  #ids = 0;
  setInterval(act, every) { this.#running.set(this.#ids, { act, every, next: this.now + every }); return this.#ids++; }
  clearInterval(id) { this.#running.delete(id); }
  get size() { return this.#running.size; }
  advance(ms) {
    const end = this.now + ms;
    for (;;) {
      const [due] = [...this.#running.values()].filter((each) => each.next <= end).sort((a, b) => a.next - b.next);
      if (!due) break;
      this.now = due.next;
      due.next += due.every;
      due.act();
    }
    this.now = end;
  }
}

// Lets everything run that waits for nothing but other promises.
export const settled = () => new Promise((done) => { setImmediate(done); });
