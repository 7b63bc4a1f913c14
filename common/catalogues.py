"""Compile the translations with Python, because the gettext tools may not be installed."""

from pathlib import Path

import polib


def compile_all(locale: Path) -> list[Path]:
    """Compile each .po file that is newer than its .mo file. Return the paths written."""
    written = []
    for source in sorted(locale.glob("**/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))
            written.append(target)
    return written


if __name__ == "__main__":
    compile_all(Path(__file__).resolve().parent.parent / "locale")
