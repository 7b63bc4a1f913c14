"""Prepare a PNG, JPEG or WebP for pages. `convert` does it in a process of its own."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from common.markup import pictures
from common.uploads.refusals import PictureRefused

log = logging.getLogger(__name__)
_PROGRAM = Path(__file__).with_name("convert.py")
# The program also limits its own seconds of computing; this is for a machine that gives it none.
_TIMEOUT = 60


@dataclass(slots=True)
class Raster:
    """A picture for pages. `notes` are sentences about what was changed."""

    kind: pictures.Kind
    content: bytes
    notes: list[str] = field(default_factory=list)


def read(content: bytes) -> Raster:
    """Return the picture turned upright, without metadata, at most 1,600 pixels wide. Raises PictureRefused."""
    header = pictures.read_header(content)
    if header is None:
        raise PictureRefused(_damaged())
    if header.width * header.height > pictures.MAX_PIXELS:
        size = {"width": header.width, "height": header.height, "millions": pictures.MAX_PIXELS // 1_000_000}
        message = _(
            "This picture has %(width)d × %(height)d pixels. At most %(millions)d million can be read: make it smaller."
        )
        raise PictureRefused(message % size)
    if header.animated:
        raise PictureRefused(_("This picture moves. Upload a picture that stands still."))
    head, result = _convert(content)
    values = {"width": head["width"], "height": head["height"], "before": header.width}
    return Raster(head["kind"], result, [_note(key) % values for key in head["done"]])


def _convert(content: bytes) -> tuple[dict[str, Any], bytes]:
    # -I: neither the environment nor the folder decides which modules are imported.
    command = [sys.executable, "-I", str(_PROGRAM)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_TIMEOUT, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        reason = (failed.stderr or b"").decode(errors="replace").strip().splitlines()
        log.warning("A picture could not be converted: %s", reason[-1] if reason else failed)
        raise PictureRefused(_damaged()) from failed
    head, _newline, result = done.stdout.partition(b"\n")
    return json.loads(head), result


def _damaged() -> str:
    return _("This picture is damaged or not complete. Open it in a program for pictures and save it again.")


def _note(key: str) -> str:
    return {
        "smaller": _("It was made smaller: %(width)d × %(height)d pixels."),
        "turned": _("It was turned upright."),
        "metadata": _("What the camera or a program wrote into the file was removed, for example the place."),
        "print colours": _("Its colours for printing became colours for screens."),
        "depth": _("Its 16 bits for each pixel became 8."),
    }[key]
