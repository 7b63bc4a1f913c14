"""Make the font of certificates from Pretendard: all Hangul syllables, Latin, Greek and Cyrillic letters, kana and signs.

    python .ci/certificate_font.py Pretendard-Regular.ttf

A name on a certificate has any syllable, so it is none of the fonts of the pages (`.ci/fonts.py`). The licence reserves the name
Pretendard, so what is changed has another one.
"""

import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "certificates" / "fonts"
FAMILY = "Baeum Sans"
RANGES = (
    (0x20, 0x180), (0x370, 0x530), (0x1100, 0x1200), (0x2010, 0x2040), (0x20A9, 0x20AD), (0x2190, 0x2200), (0x2211, 0x2266),
    (0x3000, 0x3100), (0x3131, 0x318F), (0xAC00, 0xD7A4),
)  # fmt: skip


def make(source: Path) -> None:
    """Write the font. Prints its size."""
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(layout_features=[], hinting=False))
    subsetter.populate(unicodes=[point for start, end in RANGES for point in range(start, end)])
    subsetter.subset(font)
    for number, name in ((1, FAMILY), (2, "Regular"), (4, FAMILY), (6, "BaeumSans-Regular")):
        font["name"].setName(name, number, 3, 1, 0x409)
    written = io.BytesIO()
    font.save(written)
    (FOLDER / "BaeumSans-Regular.ttf").write_bytes(written.getvalue())
    print(f"{len(font.getBestCmap())} characters, {len(written.getvalue()):,} bytes")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
