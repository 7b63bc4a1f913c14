"""Define the type of the requests that views with `login_required` receive."""

from django.http import HttpRequest

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """A request of a signed-in user. Exists only for the type checker."""

    user: User
