"""Sample files, and how tests read them."""

import io
import zipfile
from pathlib import Path

from exchange import importing, shape
from exchange.shape import Question

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "exchange"


def sample(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def read(content: bytes | str, language: str = "en") -> shape.Reading:
    return importing.parse(content if isinstance(content, bytes) else content.encode(), language=language)


def named(reading: shape.Reading) -> dict[str, Question]:
    """The first of each name: of two with one name the second is refused when it is planned."""
    return {question.name: question for question in reversed(reading.questions)}


def one(content: bytes | str, language: str = "en") -> Question:
    reading = read(content, language)
    assert not reading.skipped, reading.skipped
    (question,) = reading.questions
    return question


def reason(content: bytes | str) -> str:
    """Why the one question of a file was not brought over."""
    reading = read(content)
    assert not reading.questions
    (skipped,) = reading.skipped
    return skipped.reason


def package(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()
