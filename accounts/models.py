"""Define accounts: users who sign in by e-mail address, with a language and a time zone."""

import uuid
import zoneinfo
from datetime import date, datetime, time
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.api.models import IdempotentRequest
from accounts.audit.models import AuditEntry, AuditEvent, AuditKey, AuditOrigin
from accounts.identity import normalise_address, validate_address, validate_name
from accounts.messages.models import MailSwitch, Message
from accounts.own_account.models import DeviceSession, Handover
from common import constraints

# Django finds the models of an app in this module.
__all__ = [
    "AuditEntry",
    "AuditEvent",
    "AuditKey",
    "AuditOrigin",
    "DeviceSession",
    "Handover",
    "IdempotentRequest",
    "Language",
    "MailSwitch",
    "Message",
    "User",
    "UserManager",
]


class Language(models.TextChoices):
    KOREAN = "ko", "한국어"
    ENGLISH = "en", "English"


def default_time_zone() -> str:
    """The time zone of the site, with which a new account starts."""
    return settings.TIME_ZONE


# ZoneInfo raises OSError for a name that is a folder ("Asia") or too long.
_UNKNOWN_ZONE = (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except _UNKNOWN_ZONE as error:
        raise ValidationError(_("“%(name)s” is not a known time zone."), params={"name": name}) from error


# On which day of the week, and when on that day, somebody may have the weekly summary: never in quiet hours.
SUMMARY_DAYS = [(day, WEEKDAYS[day - 1]) for day in range(1, 8)]
SUMMARY_TIMES = [(time(hour, minute), f"{hour:02d}:{minute:02d}") for hour in range(8, 21) for minute in (0, 30)]
MONDAY, HALF_PAST_EIGHT = 1, time(8, 30)
# How many steps somebody may want to take in a week: see `goals.steps`. 0 is no goal.
WEEKLY_GOALS = [(0, _("No goal")), *((steps, str(steps)) for steps in (5, 10, 20, 30, 50, 80, 120))]


class UserManager(BaseUserManager["User"]):
    """Creates accounts. Addresses are stored in one form, so that their spelling makes no difference at sign-in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("An account needs an e-mail address.")
        validate_address(email)
        user = self.model(email=normalise_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_address(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """One person who can sign in.

    Students have neither `is_staff` nor `is_superuser`. Staff have `is_staff`; what they may do in a course says their role in it
    (`courses.roles`). Administrators have both.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, validators=[validate_address])
    name = models.CharField(_("name"), max_length=100, blank=True, validators=[validate_name])
    # Empty if none has been chosen. The browser's language is used then.
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    wants_weekly_summary = models.BooleanField(_("weekly summary by e-mail"), default=True)
    # An ISO weekday and a time in the person's zone: see `courses.summaries.schedule`.
    summary_day = models.PositiveSmallIntegerField(
        _("day of the weekly summary"), choices=SUMMARY_DAYS, default=MONDAY, db_default=MONDAY
    )
    summary_time = models.TimeField(
        _("time of the weekly summary"), choices=SUMMARY_TIMES, default=HALF_PAST_EIGHT, db_default=HALF_PAST_EIGHT
    )
    weekly_goal = models.PositiveSmallIntegerField(_("weekly goal"), choices=WEEKLY_GOALS, default=0, db_default=0)
    # How many questions of the daily review were left on that day of the person's calendar, when they were last counted. Every
    # page shows it, so it stands in the row that every page reads. See `accounts.own_account.reviews`.
    review_count = models.PositiveSmallIntegerField(
        _("questions of the daily review"), default=0, db_default=0, editable=False
    )
    review_day = models.DateField(_("day of the daily review"), null=True, editable=False)
    # A mail to it came back for good, or its reader complained. Mails stop as long as it is the address of the account.
    bounced_address = models.EmailField(
        _("address of which mails came back"), blank=True, default="", db_default="", editable=False
    )
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_case_insensitive",
                violation_error_message=_("There is an account with this e-mail address."),
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["", *Language.values]),
                name="accounts_user_language_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=models.Q(summary_day__gte=1, summary_day__lte=7),
                name="accounts_user_summary_day_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=models.Q(summary_time__gte=SUMMARY_TIMES[0][0], summary_time__lte=SUMMARY_TIMES[-1][0]),
                name="accounts_user_summary_time_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=models.Q(weekly_goal__in=[steps for steps, _label in WEEKLY_GOALS]),
                name="accounts_user_weekly_goal_known",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Leave the address as it is. Django would normalise it whenever a form saves another field.

        An account from before the rules of `accounts.identity` could then collide with another one.
        """

    def save(self, *args: Any, **kwargs: Any) -> None:
        # An older account keeps the address with which it signs in.
        self.email = normalise_address(self.email) if self._state.adding else self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def unread_count(self) -> int:
        """The number of unread messages in the bell. `accounts.sessions` has read it with the user of a request."""
        found: int | None = self.__dict__.get("unread_messages")
        return self.messages.unread().count() if found is None else found

    @property
    def due_reviews(self) -> int:
        """The number of questions that the daily review still asks today; 0 until they are counted on this day."""
        is_known = self.review_count and self.review_day == self.local_day(timezone.now())
        return self.review_count if is_known else 0

    @property
    def is_mail_stopped(self) -> bool:
        """Return whether only mails that the person waits for are sent, because others came back."""
        return bool(self.bounced_address) and self.bounced_address == self.email

    def local_day(self, moment: datetime) -> date:
        """Return the date of `moment` in the user's time zone."""
        return moment.astimezone(self.zone).date()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Return the user's time zone, or that of the site if this machine does not know the stored name."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except _UNKNOWN_ZONE:
            return zoneinfo.ZoneInfo(settings.TIME_ZONE)
