"""Draw the progress of a summary as a ring. Each distinct ring is drawn once in a process and is the same bytes everywhere."""

import functools
from dataclasses import dataclass
from io import BytesIO

# In pixels of the mail. The picture has twice as many for screens that have them.
SIZE = 84
_DRAWN = 2 * SIZE
# Drawn four times as large and made smaller, so that edges are smooth.
_OVERSAMPLING = 4
_WIDTH = 11
# Each colour can be seen on a light and on a dark card, because a picture cannot know the theme of the mail program.
_TRACK, _BEFORE, _GAINED = (128, 138, 133, 80), (46, 140, 113, 255), (232, 163, 61, 255)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a mail. Its name belongs to its content: equal contents have equal names."""

    name: str
    content: bytes


def progress_ring(before: int, now: int) -> Picture:
    """Return the ring for a progress that rose from `before` to `now`, both in percent. The gained part has another colour."""
    before, now = max(0, min(before, now)), max(0, min(now, 100))
    return Picture(f"progress-{before}-{now}", _draw(before, now))


@functools.lru_cache(maxsize=1024)
def _draw(before: int, now: int) -> bytes:
    # Imported here, because only what writes mails needs it, and it takes 10 MB.
    from PIL import Image, ImageDraw

    edge = _DRAWN * _OVERSAMPLING
    image = Image.new("RGBA", (edge, edge), (128, 138, 133, 0))
    pen = ImageDraw.Draw(image)
    box, width = (0, 0, edge - 1, edge - 1), _WIDTH * 2 * _OVERSAMPLING
    for start, end, colour in ((0, 100, _TRACK), (0, before, _BEFORE), (before, now, _GAINED)):
        if end > start:
            pen.arc(box, start * 3.6 - 90, end * 3.6 - 90, fill=colour, width=width)
    small = image.resize((_DRAWN, _DRAWN), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    small.quantize(32, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
