"""Make the fonts of the pages from Pretendard, or check that they have every character of the course and the interface.

    python .ci/fonts.py PretendardVariable.ttf    makes them (needs fonttools and brotli, as `./run check` installs them)
    python .ci/fonts.py                           checks them

A page then loads two files instead of one for each group of syllables: Latin letters and signs, and the Hangul syllables that
the course and the interface use. Other syllables come from Pretendard's own subsets. The licence reserves the name Pretendard, so
what is changed has another one.
"""

import hashlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "vendor" / "pretendard"
# Files that name the fonts. The names change with the content, because browsers keep fonts for a year.
NAMED_IN = (ROOT / "static" / "baeum" / "baeum.css", ROOT / "templates" / "base.html")
PARTS = ("latin", "hangul")
FAMILY = "Baeum Sans"
# The weights that the style sheets use.
WEIGHTS = (400, 800)
# What English pages show in Korean: the product's name, the button that switches the language, and the manuscript paper.
IN_LATIN = "배움한국어은칸씩"
# The letters to jump to in the glossary, which the program makes.
CONSONANTS = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
READ = (
    ("content", ("*.md", "*.yaml", "*.svg")),
    ("templates", ("*.html", "*.txt")),
    ("locale", ("*.po",)),
    ("static/baeum", ("*.js", "*.css")),
)


def characters() -> set[str]:
    """Return the characters of the course and the interface."""
    found = set(IN_LATIN + CONSONANTS)
    for folder, patterns in READ:
        for pattern in patterns:
            for path in (ROOT / folder).rglob(pattern):
                found |= set(path.read_text(encoding="utf-8"))
    return {letter for letter in found if letter.isprintable()}


def is_hangul(letter: str) -> bool:
    return bool(re.match("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]", letter))


def latin() -> Iterator[int]:
    """Yield the code points of the first file, whether the course uses them or not: names and answers are typed."""
    yield from range(0x20, 0x180)
    yield from range(0x2010, 0x2040)
    yield from range(0x2190, 0x2200)
    yield from range(0x2200, 0x2270)
    yield from (ord(letter) for letter in characters() if not is_hangul(letter) or letter in IN_LATIN)


def hangul() -> Iterator[int]:
    yield from (ord(letter) for letter in characters() if is_hangul(letter))


def make(source: Path) -> None:
    """Write both files. Prints their sizes."""
    for part, points in zip(PARTS, (latin(), hangul()), strict=True):
        font = instancer.instantiateVariableFont(TTFont(source, recalcTimestamp=False), {"wght": WEIGHTS})
        options = subset.Options(
            flavor="woff2", layout_features=["kern", "liga", "calt", "tnum", "ccmp", "locl", "mark"]
        )
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=set(points))
        subsetter.subset(font)
        for name in (1, 3, 4, 6, 16):
            font["name"].setName(FAMILY.replace(" ", "") if name == 6 else FAMILY, name, 3, 1, 0x409)
        font.flavor = "woff2"
        written = io.BytesIO()
        font.save(written)
        name = f"BaeumSans-{part}.{hashlib.sha256(written.getvalue()).hexdigest()[:8]}.woff2"
        for old in FOLDER.glob(f"BaeumSans-{part}.*"):
            old.unlink()
        (FOLDER / name).write_bytes(written.getvalue())
        for path in NAMED_IN:
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(rf"BaeumSans-{part}\.[0-9a-f]+\.woff2", name, text), encoding="utf-8")
        print(f"{name}: {len(font.getBestCmap())} characters, {len(written.getvalue()):,} bytes")


def made() -> set[int]:
    """Return the code points of both files."""
    return {point for part in PARTS for point in TTFont(next(FOLDER.glob(f"BaeumSans-{part}.*"))).getBestCmap()}


def write_rest() -> None:
    """Write Pretendard's style sheet without the characters of both files.

    Otherwise a browser that gives up waiting for one of them would load ten subsets of Pretendard instead.
    """
    have = made()
    faces = []
    for _name, first, ranges in _faces():
        points = sorted({point for start, end in ranges for point in range(start, end + 1)} - have)
        if points:
            faces.append(f"{first}unicode-range: {_as_ranges(points)};\n}}\n")
    (FOLDER / "pretendard-rest.css").write_text(
        "/* Made by .ci/fonts.py of pretendard.css, whose licence stands in LICENSE.txt. */\n" + "".join(faces),
        encoding="utf-8",
    )


def _as_ranges(points: list[int]) -> str:
    parts: list[list[int]] = []
    for point in points:
        if parts and point == parts[-1][1] + 1:
            parts[-1][1] = point
        else:
            parts.append([point, point])
    return ", ".join(f"U+{start:x}" + (f"-{end:x}" if end > start else "") for start, end in parts)


def _faces() -> Iterator[tuple[str, str, list[tuple[int, int]]]]:
    """Yield (file name, the rule up to its ranges, its ranges) of Pretendard's style sheet."""
    sheet = (FOLDER / "pretendard.css").read_text(encoding="utf-8")
    for first, name, ranges in re.findall(
        r"(@font-face \{(?:(?!@font-face).)*?url\(([^)]+)\)(?:(?!@font-face).)*?)unicode-range: ([^;]+);",
        sheet,
        re.DOTALL,
    ):
        found = re.findall(r"U\+([0-9a-f]+)(?:-([0-9a-f]+))?", ranges)
        yield name, first, [(int(start, 16), int(end or start, 16)) for start, end in found]


def missing() -> set[str]:
    """Return the characters of the course and the interface that are in Pretendard's subsets but in neither file."""
    have = made()
    lacking = {letter for letter in characters() if ord(letter) not in have}
    return {letter for letter in lacking if any(ord(letter) in TTFont(path).getBestCmap() for path in _subsets(letter))}


def _subsets(letter: str) -> Iterator[Path]:
    """Yield Pretendard's subsets that the style sheet loads for this letter. Not all of them have it."""
    for name, _first, ranges in _faces():
        if any(start <= ord(letter) <= end for start, end in ranges):
            yield FOLDER / name


def main() -> int:
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]))
        write_rest()
    if lacking := missing():
        print(f"The fonts lack {''.join(sorted(lacking))}. .ci/fonts.py says how they are made.")
        return 1
    print("The fonts have every character of the course and the interface.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
