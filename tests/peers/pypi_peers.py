"""Ask the peers that are packages of PyPI. Runs in their environment: JSON as the input, JSON as the output."""

import base64
import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def text2qti(source: str) -> str:
    """Return the package of QTI 1.2, in base64, that text2qti makes of a text in its own format."""
    from text2qti.config import Config  # type: ignore[import-not-found]
    from text2qti.qti import QTI  # type: ignore[import-not-found]
    from text2qti.quiz import Quiz  # type: ignore[import-not-found]

    package = io.BytesIO()
    QTI(Quiz(source, config=Config(), source_name="quiz")).write(package)
    return base64.b64encode(package.getvalue()).decode()


def to_version_3(item: str) -> str:
    from qti_convert import upgrade_qti2_to_qti3  # type: ignore[import-not-found]

    return str(upgrade_qti2_to_qti3(item))


def to_version_2(item: str) -> str:
    from qti_convert import convert_qti3_to_qti21

    return str(convert_qti3_to_qti21(item).xml)


def moodle_xml(file: str) -> dict[str, Any]:
    """Return the multiple choice and cloze questions that moodle-xml-parser finds in a file."""
    from moodle_xml_parser.parser import parse_bytes  # type: ignore[import-not-found]

    return {kind: [asdict(question) for question in found] for kind, found in parse_bytes(file.encode()).items()}


def anki(files: list[str]) -> list[dict[str, Any]]:
    """Import text files into one new collection of Anki, and return after each how many notes were new, and all notes."""
    from anki.collection import Collection, ImportCsvRequest  # type: ignore[import-not-found]

    found = []
    with TemporaryDirectory() as folder:
        collection, path = Collection(f"{folder}/own.anki2"), Path(folder, "notes.txt")
        for file in files:
            path.write_text(file, encoding="utf-8")
            metadata = collection.get_csv_metadata(path=str(path), delimiter=None)
            log = collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log
            notes = [collection.get_note(each) for each in collection.find_notes("")]
            found.append({"new": len(log.new), "notes": [(note.guid, note.fields, note.tags) for note in notes]})
        collection.close()
    return found


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    peers: dict[str, Any] = {
        "text2qti": text2qti,
        "to 3.0": to_version_3,
        "to 2.1": to_version_2,
        "moodle xml": moodle_xml,
        "anki": anki,
    }
    peer = peers[asked["peer"]]
    json.dump([peer(each) for each in asked["given"]], sys.stdout)
