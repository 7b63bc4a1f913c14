// The caches of a browser, and a site that answers from a table. Addresses are paths.

const ORIGIN = "https://site.example";
const keyOf = (request) => new URL(request.url ?? request, ORIGIN).href;

class Cache {
  #kept = new Map();
  async put(request, response) { this.#kept.set(keyOf(request), { body: await response.arrayBuffer(), headers: new Headers(response.headers) }); }
  async match(request) {
    const found = this.#kept.get(keyOf(request));
    return found && new Response(found.body.slice(0), { headers: found.headers });
  }
  async delete(request) { return this.#kept.delete(keyOf(request)); }
  async keys() { return [...this.#kept.keys()].map((url) => new Request(url)); }
}

export class Caches {
  #open = new Map();
  async open(name) { if (!this.#open.has(name)) this.#open.set(name, new Cache()); return this.#open.get(name); }
  async keys() { return [...this.#open.keys()]; }
  async delete(name) { return this.#open.delete(name); }
  // The paths in the caches whose names begin so.
  async paths(start) {
    const names = (await this.keys()).filter((name) => name.startsWith(start));
    const lists = await Promise.all(names.map(async (name) => (await this.open(name)).keys()));
    return lists.flat().map(({ url }) => url.slice(ORIGIN.length)).sort();
  }
}

// `answers` is {path: text, [status, text, headers], or a function that returns a promise of one}; what is not in it is a network that is away. `asked` has the paths.
export const site = (answers) => {
  const asked = [];
  const fetch = async (request) => {
    const path = keyOf(request).slice(ORIGIN.length);
    asked.push(path);
    if (!(path in answers)) throw new TypeError("network");
    const answer = typeof answers[path] === "function" ? await answers[path]() : answers[path];
    const [status, text, headers] = Array.isArray(answer) ? answer : [200, answer, {}];
    return new Response(text, { status, headers });
  };
  return { fetch, asked, answers };
};
