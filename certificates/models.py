"""Store certificates, their PDFs, and the key that signs their badges."""

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import languages
from courses.models import Enrolment, InCourse

# Without letters and digits that look alike. 20 of these 32 characters are 100 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 20


def make_code() -> str:
    """Return the last part of a certificate's public address. Nobody can guess it."""
    return "".join(secrets.choice(ALPHABET) for _number in range(CODE_LENGTH))


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Query words of certificates."""

    def of(self, user: User) -> "CertificateQuerySet":
        """The certificates that a student may see as their own, with their courses; former ones, too."""
        found = self.filter(enrolment__in=Enrolment.objects.for_student(user))
        return found.select_related("enrolment__course")


class Certificate(InCourse):
    """That a student has completed a course. What it says is frozen when it is issued.

    `titles` is {language: the course's title}, `rule` is {"progress", "grade", "hand_ins"}: the percentages that were reached.
    The primary key is the certificate's place in the public list of revoked ones.
    """

    course_path = "enrolment__course"

    class Reason(models.TextChoices):
        REPLACED = "replaced", _("replaced by a newer one")
        WITHDRAWN = "withdrawn", _("withdrawn by the instructor")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="certificates", verbose_name=_("enrolment"), editable=False
    )
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, default=make_code, editable=False)
    name = models.CharField(_("name"), max_length=100)
    titles = models.JSONField(_("title of the course"))
    rule = models.JSONField(_("rule of completion"))
    issued_at = models.DateTimeField(_("issued"))
    revoked_at = models.DateTimeField(_("not valid since"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, blank=True)
    note = models.TextField(_("explanation"), blank=True)
    # Whether the grades reach the rule, when `certificates.checking` last looked; and the facts that it saw then.
    is_supported = models.BooleanField(_("supported by the grades"), default=True, db_default=True, editable=False)
    looked_at = models.CharField(max_length=100, default="", db_default="", blank=True, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(revoked_at=None),
                name="certificates_certificate_one_valid",
                violation_error_message=_("There is a valid certificate already."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, reason="") | Q(revoked_at__isnull=False) & ~Q(reason=""),
                name="certificates_certificate_revoked_has_reason",
                violation_error_message=_("A certificate that is not valid has a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.spaced_code

    def get_absolute_url(self) -> str:
        return reverse("certificates:verify", args=[self.code])

    @property
    def path(self) -> str:
        """The path of its public page."""
        return self.get_absolute_url()

    @property
    def status(self) -> str:
        """`valid`, why it was revoked, or `changed` if the grades no longer reach it."""
        return self.reason or ("valid" if self.is_supported else "changed")

    @property
    def languages(self) -> list[str]:
        """The languages of the PDFs that are made. A query may have them as `made`."""
        files = self.__dict__.get("made")
        return [file.language for file in (self.files.only("language") if files is None else files)]

    @property
    def title(self) -> str:
        """The course's title in the reader's language, else in its original."""
        return languages.choose(self.titles)

    @property
    def spaced_code(self) -> str:
        """The code in groups of four, as people compare it."""
        return " ".join(self.code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


class CertificateFile(models.Model):
    """The PDF of a certificate in one language, made by the worker."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="files")
    language = models.CharField(max_length=2)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of a certificate")
        verbose_name_plural = _("files of certificates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["certificate", "language"], name="certificates_file_one_for_each_language")
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.language}"


class SigningKey(models.Model):
    """The Ed25519 key of the site that signs badges. `private` is encrypted with SECRET_KEY, `public` is PEM.

    There is one row. A further one would be a new key; badges that the former one signed name that one.
    """

    private = models.BinaryField()
    public = models.TextField()

    class Meta:
        verbose_name = _("key that signs badges")
        verbose_name_plural = _("keys that sign badges")

    def __str__(self) -> str:
        return str(self.pk)
