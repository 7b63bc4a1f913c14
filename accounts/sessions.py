"""Load the session and its user with SQL that is compiled once (see `common.database.prepared`).

These are the first two queries of every page.
"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from common.database.prepared import Prepared

# Prepared statements: a session by its key, and a user by id.
_SESSION_BY_KEY = Prepared(lambda key: Session.objects.filter(session_key=key), samples=("the key",))
_USER_BY_ID = Prepared(lambda pk: User.objects.filter(pk=pk), samples=(-1,))


class SessionStore(DatabaseSessionStore):
    """Django's database session store, which reads the session by a prepared statement."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION_BY_KEY.first(self.session_key)
        if found is None or found.expire_date <= timezone.now():
            # As Django does: a request with an expired or unknown key gets a new session.
            self._session_key = None
            return None
        return found


class Backend(AuthenticationBackend):
    """allauth's authentication backend, which reads the user of a session by a prepared statement."""

    def get_user(self, user_id: int) -> User | None:
        found = _USER_BY_ID.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
