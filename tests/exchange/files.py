"""Sample files, and how tests read them."""

import io
import zipfile
from pathlib import Path

from exchange.imports import importing
from exchange.items import questions
from exchange.items.questions import Question

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "exchange"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def read(content: bytes | str, language: str = "en") -> questions.ParsedFile:
    return importing.parse(content if isinstance(content, bytes) else content.encode(), language=language)


def named(parsed: questions.ParsedFile) -> dict[str, Question]:
    """{name: question}. Of two questions with the same name it is the first."""
    return {question.name: question for question in reversed(parsed.questions)}


def one(content: bytes | str, language: str = "en") -> Question:
    parsed = read(content, language)
    assert not parsed.skipped, parsed.skipped
    (question,) = parsed.questions
    return question


def reason(content: bytes | str) -> str:
    """The reason why the only question of a file is skipped."""
    parsed = read(content)
    assert not parsed.questions
    (skipped,) = parsed.skipped
    return skipped.reason


def package(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()
