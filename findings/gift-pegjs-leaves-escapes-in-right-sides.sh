#!/bin/sh
# gift-pegjs leaves the escaped signs of the right side of a pair as placeholders of its own.
#
# Expected: `\{`, `\}`, `\:`, `\=`, `\#`, `\~` and `\\` mean the second sign everywhere in GIFT, as they do in the same parser for
# titles, texts, choices, feedback and the left side of a pair.
#
# Observed: in `=\{a\} -> \{a\}` the left side is `{a}`, and the right side is `&&123;a&&125;`. It is the same for all seven signs
# and for `\n`. There is no error.
#
# Affected: pages that show matching questions with formulas, code, times or URLs on the right side.
#
# In our product: the export escapes right sides, as GIFT wants. tests/peers/test_gift_pegjs.py puts the signs back before it
# compares the texts. The scores do not change, because both sides of a comparison have the same placeholders.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the package cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

npm install --silent --no-audit --no-fund gift-pegjs@1.0.2 >/dev/null || { echo "The package cannot be installed."; exit 2; }

cat >observe.cjs <<'JAVASCRIPT'
const { parse } = require("gift-pegjs");
let changed = false;
for (const sign of ["{", "}", ":", "=", "#", "~", "\\"]) {
  const [question] = parse(`Match.{=\\${sign}a -> \\${sign}b =c -> d}`);
  const [pair] = question.matchPairs;
  const code = String(sign.charCodeAt(0)).padStart(3, "0");
  const asObserved = pair.subquestion.text === `${sign}a` && pair.subanswer === `&&${code};b`;
  console.log(`\\${sign}: left ${pair.subquestion.text}, right ${pair.subanswer}`);
  if (!asObserved) changed = true;
}
console.log(changed ? "The behaviour has changed." : "As observed: the left side has the sign, the right side a placeholder.");
process.exit(changed ? 1 : 0);
JAVASCRIPT
node observe.cjs
