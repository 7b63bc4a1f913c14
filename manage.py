#!/usr/bin/env python
"""Django's command line for Baeum; `./run manage …` calls it inside the project's environment."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from accounts.audit.context import begin_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    begin_command(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Something to set, not something to debug.
        sys.exit(f"Baeum cannot start: {error}")
