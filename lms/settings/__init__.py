"""Combine the settings of all subjects. Environment variables change them; `.env.example` lists these variables.

`BAEUM_ENV` is `embedded` (the default: SQLite, filesystem broker, an inbox page for mails, loopback) or `production`. Production
turns on what a public site needs, and the site does not start if a required variable is missing.
"""

import django_stubs_ext

# Make Django's generic classes (ModelForm, QuerySet …) subscriptable at run time.
django_stubs_ext.monkeypatch()

from lms.settings.environment import *  # isort: skip
from lms.settings.accounts import *
from lms.settings.api import *
from lms.settings.apps import *
from lms.settings.cache import *
from lms.settings.database import *
from lms.settings.files import *
from lms.settings.languages import *
from lms.settings.logs import *
from lms.settings.mail import *
from lms.settings.security import *
from lms.settings.workers import *
