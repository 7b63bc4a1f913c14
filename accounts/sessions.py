"""Owns how a signed-in person is found again: the session and then the person, the first two queries of every page."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import User
from common.database.prepared import Prepared

_SESSION = Prepared(lambda key: Session.objects.filter(session_key=key), samples=("the key",))
_USER = Prepared(lambda pk: User.objects.filter(pk=pk), samples=(-1,))


class SessionStore(DatabaseSessionStore):
    """Django's sessions in the database, read by a prepared query."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.first(self.session_key)
        if found is None or found.expire_date <= timezone.now():
            # As in Django: whoever comes with a key that is gone gets another one.
            self._session_key = None
            return None
        return found


class Backend(AuthenticationBackend):
    """allauth's way to sign in; the person of a session is read by a prepared query."""

    def get_user(self, user_id: int) -> User | None:
        found = _USER.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
