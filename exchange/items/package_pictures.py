"""Find the pictures of a QTI file in its package."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchange.files import Source
from exchange.pictures import NoPicture, Pictures


@dataclass(frozen=True, slots=True)
class PackagePictures:
    """The pictures of a file in `folder` of a package."""

    pictures: Pictures
    source: Source
    folder: str

    def show(self, address: str, alt: str) -> str:
        """Return the Markdown that shows the picture at an address. Raises NoPicture."""
        if address.startswith("data:"):
            return self.pictures.take_data(address, alt)
        if self.source.attached is None or ":" in address.partition("/")[0]:
            raise NoPicture(_("It is not in the file"))
        name, content = self.source.attached.read(address, self.folder)
        return self.pictures.take(content, name, alt)
