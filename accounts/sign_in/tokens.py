"""Look up the session that a session token belongs to."""

from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.sessions.backends.base import SessionBase


class SessionTokens(SessionTokenStrategy):
    """allauth's session tokens, looked up in one query.

    allauth's own class needs two: it checks that the session exists, and then loads it.
    """

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session: SessionBase | None = lookup_session(session_token)
        return session
