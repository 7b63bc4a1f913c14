"""Define the rules for personal data: purpose, legal basis, readers, retention, export and erasure.

The articles are those of Korea's 개인정보 보호법 (as of 2025) and of the GDPR (Regulation (EU) 2016/679).
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Basis(models.TextChoices):
    """Why the site may process the data."""

    CONTRACT = "contract", _("to do what you signed up for (개인정보 보호법 15(1)4, GDPR 6(1)(b))")
    INTEREST = (
        "interest",
        _("a legitimate interest, which is named as the purpose (개인정보 보호법 15(1)6, GDPR 6(1)(f))"),
    )
    LAW = "law", _("a legal obligation (개인정보 보호법 15(1)2 and 29, GDPR 6(1)(c) and 32)")


class Reader(models.TextChoices):
    """Who may read the data."""

    SELF = "self", _("you")
    INSTRUCTORS = "instructors", _("the instructors, assistants and observers of your courses")
    CLASSMATES = "classmates", _("the others in your course")
    ADMINISTRATORS = "administrators", _("the administrators of this site")
    HOLDERS = "holders", _("everybody to whom you give its address")


class Kept(models.TextChoices):
    """How long the data is kept."""

    ACCOUNT = "account", _("as long as the account")
    COURSE = "course", _("as long as the course")
    SESSION = "session", _("until you sign out, at most 30 days after the last use")
    DAY = "day", _("a day")
    SYNC = "sync", _("400 days")
    WEEK = "week", _("a week")
    LINK = "link", _("until the link is used, at most 3 days")
    LOG = "log", _("as long as the operator keeps logs; none is kept in the database")
    BACKUP = "backup", _("until the backup is replaced; the operator says how many are kept")
    MAIL = "mail", _("the newest 500 mails, on demo sites without a mail server only")
    SITE = "site", _("as long as the site; nobody can change or delete it")


class Export(models.TextChoices):
    """What an export of a person's data does with it."""

    INCLUDED = "included", _("included")
    OMITTED = "omitted", _("left out, because it is a secret or says nothing without the server")


class Erasure(models.TextChoices):
    """What the erasure of an account does with it."""

    DELETED = "deleted", _("deleted with the account")
    UNNAMED = "unnamed", _("the row stays for the student whom it concerns, without your name")
    LEFT = "left", _("the text stays for the others in the course, without your name")
    UNREADABLE = "unreadable", _("its key is deleted, so that nobody can read it")
    EXPIRES = "expires", _("goes when its time is over")


@dataclass(frozen=True)
class Policy:
    """The rules for a group of personal fields. `what` and `purpose` are shown to the people whose data it is."""

    what: str | Promise
    purpose: str | Promise
    basis: Basis
    readers: tuple[Reader, ...]
    kept: Kept
    export: Export
    erasure: Erasure


_TEACHING = (Reader.SELF, Reader.INSTRUCTORS, Reader.ADMINISTRATORS)
_OWN = (Reader.SELF, Reader.ADMINISTRATORS)

ACCOUNT = Policy(
    what=_("Your account"),
    purpose=_("to sign you in, to address you by name and to write to you"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
SECRETS = Policy(
    what=_("Secrets of sign-in"),
    purpose=_("to make sure that it is you; passwords are stored as argon2 hashes"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.ACCOUNT,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
SESSIONS = Policy(
    what=_("Sessions"),
    purpose=_("to keep you signed in on your devices"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.SESSION,
    export=Export.OMITTED,
    erasure=Erasure.EXPIRES,
)
LINKS = Policy(
    what=_("Links of mails"),
    purpose=_("to confirm that the address is yours"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.LINK,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
REPEATS = Policy(
    what=_("Answers of the site to your app, for when it has to ask again"),
    purpose=_("to do once what the app sends twice because the network failed"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.DAY,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
SYNCED = Policy(
    what=_("What your app sent after it had no network: the kind and the outcome of each operation, not its text"),
    purpose=_("to do once what the app sends twice, also if it was away for a year"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.SYNC,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
UPLOADING = Policy(
    what=_("Files that your app sends in pieces, until they are handed in"),
    purpose=_("to go on where the network failed"),
    basis=Basis.CONTRACT,
    readers=(),
    kept=Kept.WEEK,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
LEARNING = Policy(
    what=_("Courses and progress"),
    purpose=_("to show you where you are, and your instructors whom they can help"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
ANSWERS = Policy(
    what=_("Attempts and answers"),
    purpose=_("to grade your quizzes, and to be able to show later what was graded"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
GRADES = Policy(
    what=_("Grades and how they came about"),
    purpose=_("to tell you your results, and why a grade is what it is"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
CERTIFICATES = Policy(
    what=_("Certificates"),
    purpose=_("to let you prove that you have completed a course"),
    basis=Basis.CONTRACT,
    readers=(*_TEACHING, Reader.HOLDERS),
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
PRACTICE = Policy(
    what=_("Daily review"),
    purpose=_("to ask you again what you got wrong, when you are about to forget it"),
    basis=Basis.CONTRACT,
    readers=_OWN,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
NOTES = Policy(
    what=_("Notes and bookmarks"),
    purpose=_("to find again what you marked and wrote"),
    basis=Basis.CONTRACT,
    readers=_OWN,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
POSTS = Policy(
    what=_("Questions and replies at lessons"),
    purpose=_("to get you answers, and to keep them for the others who wonder about the same"),
    basis=Basis.CONTRACT,
    readers=(Reader.SELF, Reader.CLASSMATES, Reader.INSTRUCTORS, Reader.ADMINISTRATORS),
    kept=Kept.COURSE,
    export=Export.INCLUDED,
    erasure=Erasure.LEFT,
)
FOLLOWING = Policy(
    what=_("Which questions you have, too, and what you reported"),
    purpose=_("to tell you the answers, and your instructors what does not belong there"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
CALENDAR = Policy(
    what=_("The secret address of your calendar, and which dates were read there"),
    purpose=_("to show your dates in a calendar program of your choice, and to take back there what has changed"),
    basis=Basis.CONTRACT,
    readers=(Reader.SELF, Reader.HOLDERS),
    kept=Kept.ACCOUNT,
    export=Export.OMITTED,
    erasure=Erasure.DELETED,
)
MESSAGES = Policy(
    what=_("Messages to you"),
    purpose=_("to tell you what concerns you, to send each mail once, and to see which did not arrive"),
    basis=Basis.CONTRACT,
    readers=_OWN,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
STAFF_WORK = Policy(
    what=_("What you decide as an instructor"),
    purpose=_("to answer for decisions about students"),
    basis=Basis.INTEREST,
    readers=(Reader.INSTRUCTORS, Reader.ADMINISTRATORS),
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.UNNAMED,
)
ADMIN_HISTORY = Policy(
    what=_("History of the admin's forms: the name of what was changed"),
    purpose=_("to show staff who changed a row, and when"),
    basis=Basis.INTEREST,
    readers=(Reader.ADMINISTRATORS,),
    kept=Kept.ACCOUNT,
    export=Export.OMITTED,
    erasure=Erasure.UNNAMED,
)
AUDIT = Policy(
    what=_("The audit log"),
    purpose=_("to be able to tell you who has seen or changed your data"),
    basis=Basis.LAW,
    readers=_OWN,
    kept=Kept.SITE,
    export=Export.INCLUDED,
    erasure=Erasure.UNREADABLE,
)
FILES = Policy(
    what=_("Files that you handed in (folder of uploads)"),
    purpose=_("to grade them"),
    basis=Basis.CONTRACT,
    readers=_TEACHING,
    kept=Kept.ACCOUNT,
    export=Export.INCLUDED,
    erasure=Erasure.DELETED,
)
INBOX = Policy(
    what=_("Mails on the inbox page (folder of the demo)"),
    purpose=_("to be able to try the site without a mail server"),
    basis=Basis.CONTRACT,
    readers=_OWN,
    kept=Kept.MAIL,
    export=Export.OMITTED,
    erasure=Erasure.EXPIRES,
)
LOG_FILES = Policy(
    what=_("The server's log: the number of your account beside what was requested; no name, no address"),
    purpose=_("to find faults and attacks"),
    basis=Basis.INTEREST,
    readers=(Reader.ADMINISTRATORS,),
    kept=Kept.LOG,
    export=Export.OMITTED,
    erasure=Erasure.EXPIRES,
)
BACKUPS = Policy(
    what=_("Backups: everything above"),
    purpose=_("to lose nothing when a machine fails"),
    basis=Basis.LAW,
    readers=(Reader.ADMINISTRATORS,),
    kept=Kept.BACKUP,
    export=Export.OMITTED,
    erasure=Erasure.EXPIRES,
)
BROWSER = Policy(
    what=_("In your browser: cookies for the session, the device and the language; answers until the server has them"),
    purpose=_("to keep you signed in, and to lose no answer without a network"),
    basis=Basis.CONTRACT,
    readers=(Reader.SELF,),
    kept=Kept.SESSION,
    export=Export.OMITTED,
    erasure=Erasure.EXPIRES,
)

# What is stored in tables, in the order of the page.
IN_TABLES = (
    ACCOUNT, LEARNING, ANSWERS, GRADES, CERTIFICATES, PRACTICE, NOTES, POSTS, FOLLOWING, CALENDAR, MESSAGES, STAFF_WORK,
    ADMIN_HISTORY, AUDIT, SESSIONS, LINKS, REPEATS, SYNCED, UPLOADING, SECRETS,
)  # fmt: skip
# What is stored outside of the database.
PLACES = (FILES, INBOX, LOG_FILES, BACKUPS, BROWSER)
