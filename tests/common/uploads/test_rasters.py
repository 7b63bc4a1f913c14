"""Uploaded photos and screenshots: upright, small, without metadata; wrong files get one sentence."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from common.markup import pictures
from common.uploads import raster
from common.uploads.pictures import MAX_BYTES, Picture, read_picture, read_upload
from common.uploads.refusals import PictureRefused, PictureTooLarge
from tests.pictures import animation, declared, encode, picture


def upload(content: bytes, name: str = "cup.png", alt: str = "a cup") -> Picture:
    return read_picture(content, name, alt=alt, language="en")


def opened(made: Picture) -> Image.Image:
    image = Image.open(BytesIO(made.content))
    image.load()
    return image


def photo(size: tuple[int, int]) -> Image.Image:
    """A picture with as many colours as a photo."""
    waves = Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (waves, waves.transpose(Image.Transpose.ROTATE_180), Image.effect_noise(size, 20)))


def test_a_photo_becomes_a_small_webp() -> None:
    content = encode(photo((2400, 1800)), "JPEG", quality=95)
    made = upload(content, "My Photo.JPG")
    assert made.name == "my-photo.webp"
    assert opened(made).size == (1600, 1200)
    assert len(made.content) < min(1_000_000, len(content) / 2)
    assert made.notes == ["It was made smaller: 1600 × 1200 pixels."]
    assert pictures.problem(made.content, name=made.name) == ""


def test_metadata_goes_and_the_picture_is_turned_upright() -> None:
    image = photo((60, 40))
    image.paste("red", (0, 0, 20, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of a person"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 0.0)
    content = encode(image, "JPEG", exif=exif, quality=95, comment=b"my secret", icc_profile=_srgb())
    assert b"Camera of a person" in content
    made = upload(content)
    turned = opened(made)
    # What was at the left of the sensor is at the top.
    assert turned.size == (40, 60)
    assert _is_red(turned, 20, 5)
    assert not _is_red(turned, 20, 55)
    assert not turned.getexif()
    assert "icc_profile" not in turned.info
    assert b"secret" not in made.content
    assert b"Camera" not in made.content
    assert [note.partition(" was")[0] for note in made.notes] == [
        "It",
        "What the camera or a program wrote into the file",
    ]


def test_a_wide_photo_that_lies_on_its_side_is_made_narrow_after_turning() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    made = upload(encode(photo((1000, 3200)), "JPEG", exif=exif))
    assert opened(made).size == (1600, 500)


def test_a_profile_of_the_web_or_a_broken_one_changes_no_colour() -> None:
    image = Image.new("RGB", (8, 8), (200, 60, 60))
    plain = opened(upload(encode(image))).convert("RGB").getpixel((4, 4))
    same = opened(upload(encode(image, icc_profile=_srgb()))).convert("RGB").getpixel((4, 4))
    broken = opened(upload(encode(image, icc_profile=b"not a profile"))).convert("RGB").getpixel((4, 4))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    other = opened(upload(encode(image, icc_profile=lab))).convert("RGB").getpixel((4, 4))
    assert plain == same == broken == other == (200, 60, 60)


def test_transparency_stays() -> None:
    image = photo((300, 200))
    image.putalpha(Image.linear_gradient("L").resize((300, 200)))
    made = opened(upload(encode(image)))
    assert made.mode == "RGBA"
    assert made.getchannel("A").getextrema()[0] < 10  # type: ignore[operator]


def test_a_screenshot_with_few_colours_loses_nothing() -> None:
    image = Image.new("RGB", (800, 600), "white")
    image.paste((12, 34, 56), (10, 10, 400, 300))
    made = opened(upload(encode(image)))
    assert made.convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (picture("JPEG", (40, 30), "CMYK"), "Its colours for printing became colours for screens."),
        (encode(Image.new("I;16", (40, 30), 40_000)), "Its 16 bits for each pixel became 8."),
    ],
    ids=["CMYK", "16 bit"],
)
def test_what_screens_do_not_show_is_converted(content: bytes, note: str) -> None:
    made = upload(content)
    assert made.notes == [note]
    assert opened(made).size == (40, 30)


def test_sixteen_bits_keep_their_brightness() -> None:
    made = opened(upload(encode(Image.new("I;16", (40, 30), 0x8000))))
    assert made.convert("L").getpixel((5, 5)) in range(126, 131)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_mode_of_png(mode: str) -> None:
    assert opened(upload(encode(photo((30, 20)).convert(mode)))).size == (30, 20)


def test_a_photo_of_a_phone_that_has_two_pictures_in_it() -> None:
    content = encode(photo((300, 200)), "MPO", save_all=True, append_images=[photo((30, 20))])
    made = upload(content)
    assert made.name == "cup.webp"
    assert opened(made).size == (300, 200)


def test_a_png_with_a_whole_diagram_in_its_texts() -> None:
    texts = PngInfo()
    texts.add_text("mxfile", "x" * 3_000_000, zip=True)
    made = upload(picture("PNG", pnginfo=texts))
    assert b"mxfile" not in made.content
    assert len(made.notes) == 1


def test_a_tall_picture_is_no_higher_than_browsers_show() -> None:
    assert opened(upload(picture("PNG", (100, 16_000)))).size == (50, 8_000)


TRUNCATED = encode(photo((200, 150)), "JPEG")[:3_000]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"only words", "This file is not a picture that a course can show. It takes PNG, JPEG, WebP and SVG."),
        (b"<html><body>words</body></html>", "This file is not a picture that a course can show."),
        (picture("GIF"), "This is a file of the kind GIF. Save it as PNG"),
        (b"%PDF-1.7", "This is a file of the kind PDF."),
        (b"\x00\x00\x00\x18ftypheic", "This is a file of the kind HEIC."),
        (picture("BMP"), "This is a file of the kind BMP."),
        (TRUNCATED, "This picture is damaged or not complete."),
        (picture("PNG")[:40], "This picture is damaged or not complete."),
        (picture("PNG")[:20], "This picture is damaged or not complete."),
        (picture("WEBP")[:40], "This picture is damaged or not complete."),
        (b"\xff\xd8\xff\xe0 words", "This picture is damaged or not complete."),
        (animation("PNG"), "This picture moves. Upload a picture that stands still."),
        (animation("WEBP"), "This picture moves."),
        (declared(60_000, 60_000), "This picture has 60000 × 60000 pixels. At most 50 million can be read"),
        (declared(3_000, 3_000), "This picture is damaged or not complete."),
    ],
)
def test_a_wrong_file_gets_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        upload(content)
    assert refused.value.message.startswith(sentence)


def test_the_content_decides_not_the_name() -> None:
    assert upload(picture("JPEG"), "cup.svg").name == "cup.webp"
    assert upload(picture("WEBP"), "cup").name == "cup.webp"


def test_the_picture_is_said_in_words() -> None:
    with pytest.raises(PictureRefused, match="Say in words what the picture shows"):
        upload(picture(), alt=" ")


def test_a_file_that_is_too_large_is_not_read() -> None:
    class Unread(SimpleUploadedFile):
        def read(self, *_args: Any) -> bytes:
            raise AssertionError("read")

    large = Unread("cup.png", b"")
    large.size = MAX_BYTES + 1
    with pytest.raises(PictureTooLarge, match=r"This file has 20\.0 MB\. A picture may have 20 MB at most\."):
        read_upload(large, alt="a cup", language="en")
    with pytest.raises(PictureTooLarge):
        upload(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES))


def test_an_uploaded_file() -> None:
    made = read_upload(SimpleUploadedFile("cup.png", picture()), alt="a cup", language="ko", taken=["cup.webp"])
    assert made.name == "cup-2.webp"


def test_a_converter_that_fails_is_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its process may be killed, for example when memory runs out."""
    program = tmp_path / "killed.py"
    program.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(raster, "_PROGRAM", program)
    with pytest.raises(PictureRefused, match="damaged"):
        upload(picture())


def test_a_converter_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "waits.py"
    program.write_text("import threading\nthreading.Event().wait()")
    monkeypatch.setattr(raster, "_PROGRAM", program)
    monkeypatch.setattr(raster, "_TIMEOUT", 0.5)
    with pytest.raises(PictureRefused, match="damaged"):
        upload(picture())


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red > 200 and green < 80 and blue < 80
