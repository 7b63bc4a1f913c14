#!/bin/sh
# The same text takes about twice as many tokens in Korean as in English, counted in GPT-4's way (cl100k).
#
# Expected: "128K tokens, about 300 pages" holds for any language.
#
# Observed: the Korean editions of this course's lessons take 1.8 to 2.2 times the tokens of the English ones.
#
# Affected: readers of Korean, of whose books about half as many pages fit into a context window.
#
# In our product: lesson 4-4 says so.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages cannot be installed.

set -u
lessons=$(cd "$(dirname "$0")/../content/data-analytics-week-2/lessons" && pwd) || exit 2
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

npm install --silent --no-audit --no-fund gpt-tokenizer@3.4.0 >/dev/null || { echo "The packages cannot be installed."; exit 2; }

cat >count.cjs <<'JAVASCRIPT'
const { readdirSync, readFileSync } = require("fs");
const { encode } = require("gpt-tokenizer/cjs/encoding/cl100k_base");
const folder = process.argv[2];
const tokens = (language) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(`.${language}.md`))
    .reduce((sum, name) => sum + encode(readFileSync(`${folder}/${name}`, "utf8")).length, 0);
const [korean, english] = ["ko", "en"].map(tokens);
const ratio = korean / english;
console.log(`Korean ${korean}, English ${english}: ${ratio.toFixed(2)} times as many.`);
process.exit(ratio >= 1.8 && ratio <= 2.2 ? 0 : 1);
JAVASCRIPT
node count.cjs "$lessons"
