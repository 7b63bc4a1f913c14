"""Look through generated clients for what compiles and does not work, and for what would not compile.

For Swift and Dart neither PyPI nor npm has a compiler, so their sources are read. Each function returns its faults as sentences.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from tests.clients.generate import LANGUAGES, sources
from tests.clients.schemas import Description, Schema

# Types that every file of the language can name without an import, or that the generated files import. A model of the same name
# hides them, or is hidden.
TAKEN = {
    "dart": "DateTime Duration Enum Error Exception File Function List Map Object Record Response Set Stream String Type Uri",
    "swift": "Array Data Date Decimal Dictionary Error Locale Notification Operation Progress Result Set Task Unit URL UUID",
    # The last line: what the generated client itself is made of.
    "kotlin": "Any Array Enum Error Exception File List Map Nothing Pair Result Set String Unit "
    "ApiResponse ClientError Informational PartConfig Redirection RequestConfig ServerError Success",
}
# What declares a type, in any of the languages.
DECLARED = re.compile(r"\b(?:enum class|class|interface|struct|enum|const) (\w+)")
# A property of a model: its name and its type.
PROPERTY = {
    "swift": re.compile(r"^    public var (\w+): (.+)$", re.MULTILINE),
    "dart": re.compile(r"^  (\S.*) get (\w+);$", re.MULTILINE),
    "kotlin": re.compile(r"^    val (\w+): (.+?)(?: = null)?,?$", re.MULTILINE),
}
# WebAuthn's own objects, which the platform makes and takes as they are.
OF_THE_PLATFORM = {"credential", "creationOptions", "requestOptions"}
ANYTHING = {"swift": r"JSONValue|AnyCodable|\bAny\b", "dart": r"JsonObject|\bObject\b|dynamic", "kotlin": r"\bAny\b"}
BYTES = {"swift": "URL", "dart": "MultipartFile", "kotlin": "java.io.File"}
# The parameter `file` of an operation whose name is put between.
UPLOADED = {
    "swift": r"func {}\([^)]*\bfile: ([\w.]+)",
    "dart": r"> {}\(\{{[^}}]*required ([\w.]+) file,",
    "kotlin": r"fun {}\([^)]*\bfile: ([\w.]+)",
}
# An enum, and what lets it read a value that it does not list.
ENUM = {
    "swift": r"enum (\w+): String, Sendable",
    "dart": r"class (\w+) extends EnumClass",
    "kotlin": r"enum class (\w+)\(val value",
}
NAMELESS = {"swift": r'case \w+ = ""', "dart": r"wireName: r''\)", "kotlin": r'@Json\(name = ""\)'}


def models(folder: Path, language: str) -> dict[str, str]:
    """Return the sources of a client's models by the names of their files."""
    return {name: text for name, text in sources(folder, language).items() if re.search(r"(?i)/models?/", name)}


def properties(folder: Path, language: str) -> Iterator[tuple[str, str, str]]:
    """Yield each property of each model: its file, its name and its type."""
    for file, text in models(folder, language).items():
        for found in PROPERTY[language].findall(text):
            kind, name = found if language == "dart" else reversed(found)
            yield file, name, kind.strip()


def _classes(description: Description) -> dict[str, Schema]:
    """Return the schemas that become types: objects with properties, enums, and what is one of several."""
    schemas = description.document["components"]["schemas"]
    becomes = {"properties", "enum", "anyOf", "oneOf"}
    # The parts of a form are parameters.
    forms = {name for name, schema in schemas.items() if "contentMediaType" in str(schema)}
    return {name: schema for name, schema in schemas.items() if becomes & schema.keys() and name not in forms}


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def renamed(folder: Path, description: Description) -> list[str]:
    return [
        f"{language} has no type {name}."
        for language in LANGUAGES
        for declared in [{name for text in sources(folder, language).values() for name in DECLARED.findall(text)}]
        for name in _classes(description)
        if name not in declared
    ]


def taken(folder: Path, description: Description) -> list[str]:
    names = _classes(description).keys()
    return [
        f"{name} is a type of {language}." for language, own in TAKEN.items() for name in own.split() if name in names
    ]


def nameless(folder: Path, description: Description) -> list[str]:
    return [
        f"{language}: {file} has an entry without a name."
        for language, pattern in NAMELESS.items()
        for file, text in models(folder, language).items()
        if re.search(pattern, text)
    ]


def untyped(folder: Path, description: Description) -> list[str]:
    return [
        f"{language}: {name} in {file} may be anything."
        for language, pattern in ANYTHING.items()
        for file, name, kind in properties(folder, language)
        if re.search(pattern, kind) and name not in OF_THE_PLATFORM
    ]


def times_as_text(folder: Path, description: Description) -> list[str]:
    return [
        f"{language}: {name} in {file} is text."
        for language in PROPERTY
        for file, name, kind in properties(folder, language)
        if name.endswith("At") and "String" in kind
    ]


def too_small(folder: Path, description: Description) -> list[str]:
    """Find properties of 32 bits whose greatest value has more. In Dart every integer has 64."""
    large = {
        (schema_name, _camel(name))
        for schema_name, schema in _classes(description).items()
        for name, node in schema.get("properties", {}).items()
        if node.get("maximum", 0) >= 2**31
    }
    return [
        f"{language}: {name} in {file} has 32 bits."
        for language in ("swift", "kotlin")
        for file, name, kind in properties(folder, language)
        if (PurePath(file).stem, name) in large and re.search(r"\bInt\b", kind)
    ]


def uploads_as_text(folder: Path, description: Description) -> list[str]:
    uploads = [
        _camel(operation["operationId"])
        for operations in description.document["paths"].values()
        for operation in operations.values()
        if isinstance(operation, dict) and "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    ]
    return [
        f"{language}: {operation} sends a file as {kind}."
        for language, pattern in UPLOADED.items()
        for text in ["\n".join(sources(folder, language).values())]
        for operation in uploads
        for kind in sorted({*re.findall(pattern.format(operation), text)} ^ {BYTES[language]})
    ]


def refuses_unknown_values(folder: Path, description: Description) -> list[str]:
    helper = "".join(text for name, text in sources(folder, "kotlin").items() if name.endswith("SerializerHelper.kt"))
    lenient = {
        "swift": lambda name, text: "CaseIterableDefaultsLast" in text and "unknownDefaultOpenApi" in text,
        "dart": lambda name, text: "fallback: true" in text,
        "kotlin": lambda name, text: f"{name}.unknown_default_open_api" in helper,
    }
    return [
        f"{language}: {name} refuses a value that it does not list."
        for language, pattern in ENUM.items()
        for text in models(folder, language).values()
        for name in re.findall(pattern, text)
        if not lenient[language](name, text)
    ]


def one_of_several(folder: Path, description: Description) -> list[str]:
    """Find schemas of several objects whose Swift struct requires what only one of them has."""
    return [
        f"{name} requires everything of {len(parts)} schemas."
        for name, schema in _classes(description).items()
        for parts in [schema.get("anyOf") or schema.get("oneOf") or []]
        for text in [next((text for text in models(folder, "swift").values() if f"struct {name}:" in text), "")]
        if len(re.findall(r"^    public var \w+: \w+$", text, re.MULTILINE)) >= len(parts) > 1
    ]


def empty(folder: Path, description: Description) -> list[str]:
    return [
        f"swift: {file} is a type without a property."
        for file, text in models(folder, "swift").items()
        if re.search(r"public struct \w+: Sendable, Codable", text) and "public var" not in text
    ]


TRAPS = (
    renamed, taken, nameless, untyped, times_as_text, too_small, uploads_as_text, refuses_unknown_values, one_of_several, empty
)  # fmt: skip
