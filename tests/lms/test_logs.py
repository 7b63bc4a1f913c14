"""What the log contains."""

import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings


def formatted(record: logging.LogRecord) -> str:
    """Return the line or lines that the settings write for the record."""
    configured: Any = settings.LOGGING
    configurator = logging.config.DictConfigurator(configured)
    formatter: logging.Formatter = configurator.configure_formatter(configured["formatters"]["structured"])
    return formatter.format(record)


def test_a_logged_traceback_contains_no_values_of_variables() -> None:
    def sign_in(password: str) -> None:
        raise ValueError("no such account")

    with pytest.raises(ValueError, match="no such account") as raised:
        sign_in("".join(["cor", "rect", "-horse"]))
    failure = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed", None, failure)

    text = formatted(record)

    assert "ValueError: no such account" in text
    assert "in sign_in" in text
    assert "correct-horse" not in text
