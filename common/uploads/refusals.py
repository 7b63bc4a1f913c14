"""Why an upload is refused."""

from django.utils.translation import gettext_lazy

from common.errors import DomainError


class PictureRefused(DomainError):
    slug = "picture-refused"
    help = gettext_lazy("The file is not a picture that a course can show.")


class PictureTooLarge(PictureRefused):
    slug = "picture-too-large"
    status = 413
    help = gettext_lazy("The file is larger than 20 MB.")
