"""The settings of a next release, which has one more app with migrations."""

from lms.settings import *  # noqa: F403
from lms.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.operations.backup.next_release"]
