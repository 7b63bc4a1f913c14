#!/bin/sh
# @citolab/qti-components compares an unanswered number as if it were 0, so no answer is right wherever 0 is.
#
# Expected: a comparison of which one side is NULL has the value NULL (QTI 3.0, expressions gte, gt, lte and lt), and a condition
# that is NULL is not true. An item whose right numbers are -1 to 1 gives 0 to a student who has typed nothing.
#
# Observed: it gives 1. With right numbers from 2 to 4 it gives 0, because 0 is not among them.
#
# Affected: items with a range of right numbers that contains 0, such as a correlation or a change near zero.
#
# In our product: the export asks with `isNull` first, whatever the numbers are. tests/peers/test_qti_components.py holds that an
# empty answer earns nothing.
#
# It needs Chromium. Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages or Chromium are missing.

set -u
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || { echo "There is no Chromium."; exit 2; }
export chromium
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

{
    npm install --silent --no-audit --no-fund --ignore-scripts @citolab/qti-components@7.27.4 >/dev/null &&
        python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check playwright==1.65.2
} || { echo "The packages cannot be installed."; exit 2; }

cat >observe.py <<'PYTHON'
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ITEM = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="i" adaptive="false"
  time-dependent="false"><qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="float"/>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"><qti-default-value><qti-value>0</qti-value>
  </qti-default-value></qti-outcome-declaration><qti-item-body><p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>
  </qti-item-body><qti-response-processing><qti-response-condition><qti-response-if><qti-and>
  <qti-gte><qti-variable identifier="RESPONSE"/><qti-base-value base-type="float">LEAST</qti-base-value></qti-gte>
  <qti-lte><qti-variable identifier="RESPONSE"/><qti-base-value base-type="float">MOST</qti-base-value></qti-lte></qti-and>
  <qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value>
  </qti-response-if></qti-response-condition></qti-response-processing></qti-assessment-item>"""
SCORE = """async (xml) => {
  document.body.innerHTML = "<qti-item><item-container></item-container></qti-item>";
  const connected = new Promise((found) =>
    document.addEventListener("qti-assessment-item-connected", (event) => found(event.detail), { once: true }));
  document.querySelector("item-container").itemDoc = qti.qtiTransformItem().parse(xml).htmlDoc();
  const item = await connected;
  await item.updateComplete;
  item.processResponse();
  return item.getOutcome("SCORE").value;
}"""
IMPORT = "async (text) => { window.qti = await import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))) }"
changed = False
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ["chromium"], args=["--no-sandbox"])
    page = browser.new_page()
    page.evaluate(IMPORT, Path("node_modules/@citolab/qti-components/cdn/index.js").read_text())
    for least, most, observed in (("-1", "1", "1"), ("2", "4", "0")):
        found = str(page.evaluate(SCORE, ITEM.replace("LEAST", least).replace("MOST", most)))
        print(f"right numbers {least} to {most}, no answer: SCORE {found}")
        changed = changed or found != observed
    browser.close()
print("The behaviour has changed." if changed else "As observed: no answer counts as 0.")
sys.exit(changed)
PYTHON
venv/bin/python observe.py
