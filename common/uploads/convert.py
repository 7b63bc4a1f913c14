"""Decode a PNG, JPEG or WebP and encode it for pages: turned upright, without metadata, at most 1,600 pixels wide.

This is a program of its own: `raster` runs it with the picture on its standard input. Decoding takes hundreds of megabytes, which
the process gives back when it ends, and a picture that breaks the decoder breaks nothing else. It must import nothing of the
project. It writes a line of JSON and then the picture, or ends with an exit status other than 0.
"""

import json
import resource
import sys
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

# A text is 46rem wide, which is 736 pixels; screens with two pixels for each show twice as many.
MAX_WIDTH = 1_600
MAX_HEIGHT = 8_000
# A result should be smaller than this; the quality is lowered until it is.
GOOD_SIZE = 1_000_000
MEMORY = 1_000_000_000
SECONDS = 30


@dataclass(slots=True)
class Converted:
    """A picture for pages. `done` says what was changed: "smaller", "turned", "metadata", "print colours", "depth"."""

    kind: str
    content: bytes
    width: int
    height: int
    done: list[str] = field(default_factory=list)


def convert(content: bytes) -> Converted:
    """Raises whatever Pillow raises if the picture is damaged."""
    # The caller has refused too many pixels already. draw.io writes a whole diagram into the texts of a PNG.
    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = 20_000_000
    image: Image.Image = Image.open(BytesIO(content), formats=["PNG", "JPEG", "WEBP"])
    full_size, is_photo = image.size, image.format in ("JPEG", "MPO")
    done = []
    exif = image.getexif()
    turned = exif.get(0x0112, 1) in range(5, 9)
    if exif.get(0x0112, 1) in range(2, 9):
        done.append("turned")
    if exif or image.info.get("comment") or getattr(image, "text", None):
        done.append("metadata")
    width, height = _fitting(*(reversed(full_size) if turned else full_size))
    # A JPEG can be decoded at a half, a quarter or an eighth of its size, which saves most of the memory.
    image.draft(None, (2 * height, 2 * width) if turned else (2 * width, 2 * height))
    image.load()
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK":
        done.append("print colours")
    if image.mode.startswith("I"):
        # 16 bits for each pixel. Converting without dividing would turn nearly all of it white.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
        done.append("depth")
    ImageOps.exif_transpose(image, in_place=True)
    # A drawing has few colours. A grey photo has up to 256.
    is_flat = image.mode in ("1", "P") or (image.mode != "CMYK" and image.getcolors(64) is not None)
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    # Made smaller first: every later step needs as much memory again.
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = _to_srgb(image, profile)
    if width < full_size[turned]:
        done.append("smaller")
    kind, result = _encode(image, is_photo=is_photo, is_flat=is_flat)
    return Converted(kind, result, width, height, done)


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1, MAX_WIDTH / width, MAX_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image as RGB or RGBA in the colours of the web: without its profile it would look pale."""
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source, target = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):
            # A profile that cannot be read or is for other colours. The numbers of the pixels are kept.
            pass
    image = image.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        image.putalpha(alpha)
    return image


def _encode(image: Image.Image, *, is_photo: bool, is_flat: bool) -> tuple[str, bytes]:
    """Return the kind and the bytes: without loss if that is not much larger, because text in a screenshot stays sharp."""
    lossy = b""
    for quality in (82, 70, 55):
        lossy = _save(image, "WEBP", quality=quality, method=4)
        if len(lossy) <= GOOD_SIZE:
            break
    if is_photo:
        return "webp", lossy
    lossless = [("webp", _save(image, "WEBP", lossless=True, method=3, quality=60))]
    if is_flat:
        few = image.getcolors(256)
        # An image without transparency keeps each of at most 256 colours in a palette.
        plain = image.quantize(len(few), dither=Image.Dither.NONE) if few and image.mode == "RGB" else image
        lossless.append(("png", _save(plain, "PNG", optimize=True)))
    kind, best = min(lossless, key=lambda candidate: len(candidate[1]))
    most = GOOD_SIZE if is_flat else min(3 * len(lossy), GOOD_SIZE)
    return (kind, best) if len(best) <= most else ("webp", lossy)


def _save(image: Image.Image, kind: str, **how: object) -> bytes:
    file = BytesIO()
    # Pillow writes what `info` holds, for example a profile or a comment.
    image.info = {}
    image.save(file, kind, **how)
    return file.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    converted = convert(sys.stdin.buffer.read())
    head = {
        "kind": converted.kind, "width": converted.width, "height": converted.height, "done": converted.done,
    }  # fmt: skip
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + converted.content)


if __name__ == "__main__":
    main()
