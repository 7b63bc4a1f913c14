"""Send mails that somebody only wants to look at: some in an hour to one address."""

from django.core.mail import EmailMultiAlternatives

from common.limits import Limit
from common.mail import sending

MOST = 20
_TESTS = Limit("test-mail", f"{MOST}/h/key")


class TooManyTests(Exception):
    """MOST test mails went to the address within an hour. `wait`: seconds until the next one may."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"{MOST} test mails went there within an hour. The next one may in {wait} seconds.")
        self.wait = wait


def deliver(message: EmailMultiAlternatives) -> None:
    """Send a test mail. One that could not be sent counts, too. Raises TooManyTests and sending.DeliveryError."""
    [address] = message.to
    if not _TESTS.count(address):
        raise TooManyTests(_TESTS.wait(address))
    sending.deliver(message)
