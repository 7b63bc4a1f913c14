"""Compile generated clients: TypeScript, Python and Kotlin, each as strictly as its generator's code allows."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.clients import tools

# The apps that use the clients. They are compiled with them.
APPS = tools.HERE / "apps"
STUBS = tools.HERE / "kotlin"


def typescript(folder: Path) -> None:
    """Compile the TypeScript client and the app that uses it into the folder `built`."""
    shutil.copy(APPS / "whole_way.ts", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    options: dict[str, Any] = {
        "strict": True,
        "target": "es2022",
        "lib": ["es2022", "dom", "dom.iterable"],
        "module": "nodenext",
        "typeRoots": [str(tools.MODULES / "@types")],
        "types": ["node"],
        "rootDir": ".",
        "outDir": "built",
    }
    files = {"files": ["whole_way.ts", "typescript/index.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, **files}))
    tools.run(tools.node_program("tsc"), "--project", folder, folder=folder)


def typescript_types(document: Path, folder: Path) -> None:
    """Let openapi-typescript write the document as types, and compile them with every check of the compiler."""
    types = folder / "types.ts"
    tools.run(tools.node_program("openapi-typescript"), document, "--output", types, folder=folder)
    strict = ("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noEmit")
    tools.run(tools.node_program("tsc"), *strict, types, folder=folder)


def python(folder: Path) -> None:
    """Check the types of the Python client, and strictly those of the app that uses it."""
    mypy = (tools.program("mypy"), "--no-incremental", "--python-version", "3.11")
    tools.run(*mypy, "baeum_client", folder=folder / "python")
    app = ("--strict", "--follow-imports", "silent", APPS / "whole_way.py")
    tools.run(*mypy, *app, folder=folder, env=tools.environment(MYPYPATH=str(folder / "python")))


def kotlin(client: Path, built: Path) -> None:
    """Compile a Kotlin client against stubs of OkHttp and Moshi, which npm and PyPI do not have."""
    compiler = tools.MODULES / "kotlin-compiler"
    libraries = (
        "kotlin-compiler",
        "kotlin-stdlib",
        "kotlin-reflect",
        "kotlinx-coroutines-core-jvm",
        "kotlin-script-runtime",
    )
    tools.run(
        tools.java(),
        "-Xmx1g",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        ":".join(str(compiler / "lib" / f"{name}.jar") for name in libraries),
        "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
        *("-kotlin-home", compiler),
        *("-jdk-home", tools.java().parent.parent),
        "-no-reflect",
        *("-d", built),
        STUBS,
        client / "src" / "main" / "kotlin",
        folder=built,
    )
