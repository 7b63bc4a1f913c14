"""Upload a drawing as an instructor does, and look at what it becomes."""

from common.markup import figures
from common.uploads.pictures import Picture, read_picture

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">'


def upload(text: str | bytes, name: str = "flow.svg", alt: str = "A flow") -> Picture:
    content = text if isinstance(text, bytes) else text.encode()
    made = read_picture(content, name, alt=alt, language="en")
    read = figures.read(made.content, name=made.name.partition(".")[0])
    assert read.problems == []
    return made


def clean(inside: str, head: str = HEAD) -> str:
    """Return what the inside of a drawing becomes, without title and description."""
    return upload(f"{head}{inside}</svg>").content.decode().partition("</desc>\n")[2].removesuffix("\n</svg>\n")
