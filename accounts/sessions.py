"""Load the session and its user with SQL that is compiled once (see `common.database.prepared`).

These are the first two queries of every page.
"""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.messages.models import Message
from accounts.models import DeviceSession, User
from common import outages
from common.database.prepared import Prepared

# Prepared statements: a session by its key, and a user by id.
_SESSION_BY_KEY = Prepared(
    lambda key: Session.objects.filter(session_key=key).values("session_data", "expire_date"), samples=("the key",)
)
# Every page shows the number of the user's unread messages, so it is read in the same statement.
_USER_BY_ID = Prepared(
    lambda pk: User.objects.filter(pk=pk).annotate(unread_messages=_count_unread()),
    samples=(-1,),
)
# The same user together with a session that is probably theirs.
_USER_WITH_SESSION = Prepared(
    lambda pk, key: User.objects.filter(pk=pk).annotate(
        unread_messages=_count_unread(),
        session_data=Subquery(Session.objects.filter(session_key=key).values("session_data")),
        session_ends=Subquery(Session.objects.filter(session_key=key).values("expire_date")),
    ),
    samples=(-1, "the key"),
)


def find_user_with_session(user_id: int, key: str) -> tuple[User, str | None, datetime | None] | None:
    """Return the user, and the signed content and the end of the session `key`, whosever it is. One query."""
    user = _USER_WITH_SESSION.first(user_id, key)
    if user is None:
        return None
    row = vars(user)
    return user, row.pop("session_data"), row.pop("session_ends")


def _count_unread() -> Coalesce:
    """Return the number of unread messages of a user, as a subquery."""
    unread = Message.objects.unread().filter(user=OuterRef("pk")).order_by().values("user")
    return Coalesce(Subquery(unread.annotate(n=Count("pk")).values("n")), 0)


# How many sessions one process keeps verified, of about 1 KB each.
_VERIFIED_SESSIONS = 300


@lru_cache(_VERIFIED_SESSIONS)
def _verify(session_data: str, keys: tuple[str, ...]) -> str:
    """Return the content of a session as JSON, {} if its signature is wrong.

    Verifying the signature takes as long as reading the row, and the database is asked for the row each time. `keys` belong to
    the key of the cache: with another secret key the signature is verified anew.
    """
    return json.dumps(DatabaseSessionStore().decode(session_data))


class SessionStore(DatabaseSessionStore):
    """Django's database session store, which reads the session by a prepared statement."""

    # The row as it was loaded, signed.
    session_data = ""

    def decode(self, session_data: Any) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            _verify(session_data, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
        )
        return content

    def load(self) -> dict[str, Any]:
        found = _SESSION_BY_KEY.values(self.session_key)
        if not found or found[0]["expire_date"] <= timezone.now():
            # As Django does: a request with an expired or unknown key gets a new session.
            self._session_key = None
            return {}
        self.session_data = found[0]["session_data"]
        data = self.decode(self.session_data)
        if settings.SECRET_KEY_FALLBACKS and HASH_SESSION_KEY in data and SESSION_KEY in data:
            self._renew_hash(data)
        return data

    def _renew_hash(self, data: dict[str, Any]) -> None:
        """Replace a hash that was made with a former secret key.

        Django would do so with a new session key as well. The session token of an app is the key, and would no longer be
        valid; of two requests that a browser sends at the same time, the second would find nobody signed in.
        """
        user = _USER_BY_ID.first(int(data[SESSION_KEY]))
        if user is None or constant_time_compare(data[HASH_SESSION_KEY], current := user.get_session_auth_hash()):
            return
        if any(
            constant_time_compare(data[HASH_SESSION_KEY], former) for former in user.get_session_auth_fallback_hash()
        ):
            data[HASH_SESSION_KEY] = current
            self.session_data = self.encode(data)
            Session.objects.filter(session_key=self.session_key).update(session_data=self.session_data)

    def cycle_key(self) -> None:
        """Give the session another key, as Django does at each sign-in and change of the password. Its device keeps it."""
        former = self.session_key
        if former and SESSION_KEY in self:
            data = self._session  # type: ignore[attr-defined]  # Django's own
            self.create()
            self._session_cache = data
            DeviceSession.objects.filter(session_key=former).update(session_key=self.session_key)
            self.delete(former)
        else:
            super().cycle_key()

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session, and the row that says to which device it belongs."""
        key = session_key or self.session_key
        super().delete(session_key)
        if key:
            DeviceSession.objects.filter(session_key=key).delete()

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError as error:
            # Django takes every error of the database for a session that was deleted, and answers 400.
            if outages.is_outage(error):
                raise OperationalError("The session cannot be saved.") from error
            raise


class Backend(AuthenticationBackend):
    """allauth's authentication backend, which reads the user of a session by a prepared statement."""

    def get_user(self, user_id: int) -> User | None:
        found = _USER_BY_ID.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
