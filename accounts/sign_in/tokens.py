"""Look up the session that a session token belongs to, and who has signed in with it."""

import json
from dataclasses import dataclass
from threading import Lock

from allauth.headless.internal.sessionkit import authenticate_by_x_session_token, lookup_session
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from cachetools import LRUCache
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from accounts.models import User
from accounts.own_account.usage import usage
from accounts.sessions import SessionStore, find_user_with_session

# How many tokens one process remembers, of about 2 KB each.
REMEMBERED = 500


class SessionTokens(SessionTokenStrategy):
    """allauth's session tokens, looked up in one query.

    allauth's own class needs two: it checks that the session exists, and then loads it.
    """

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session: SessionBase | None = lookup_session(session_token)
        return session


@dataclass(frozen=True, slots=True)
class _Verified:
    """A session that was valid for a user. As long as row, password and secret keys are the same, its signatures are, too."""

    user_id: int
    session_data: str
    password: str
    keys: tuple[str, ...]
    content: str


_verified: LRUCache[str, _Verified] = LRUCache(REMEMBERED)
_lock = Lock()


def authenticate(token: str) -> tuple[User, SessionBase] | None:
    """Return the user that a session token belongs to, and the session; None if it is not valid.

    Session and user are read each time: in one query if this process has verified the token before, else in two.
    """
    with _lock:
        known = _verified.get(token)
    again = _find_again(token, known) if known else None
    if again:
        usage.note(token)
        return again
    found: tuple[User, SessionBase] | None = authenticate_by_x_session_token(token)
    if found:
        _remember(token, *found)
        usage.note(token)
    return found


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _find_again(token: str, known: _Verified) -> tuple[User, SessionBase] | None:
    """Return user and session if nothing has changed that was verified. Otherwise everything has to be verified anew."""
    found = find_user_with_session(known.user_id, token)
    if found is None:
        return None
    user, session_data, ends = found
    is_same = session_data == known.session_data and user.password == known.password and _keys() == known.keys
    if not is_same or ends is None or ends <= timezone.now() or not user.is_active:
        return None
    session = SessionStore(token)
    session._session_cache = json.loads(known.content)
    return user, session


def _remember(token: str, user: User, session: SessionBase) -> None:
    if isinstance(session, SessionStore) and session.session_key == token and SESSION_KEY in session:
        content = json.dumps(dict(session.items()))
        with _lock:
            _verified[token] = _Verified(user.pk, session.session_data, user.password, _keys(), content)
