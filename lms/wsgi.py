"""WSGI entry point, served by granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from common.queue import publishing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()

publishing.start_batching()

# The first visitor does not wait for the views and what they import.
get_resolver().url_patterns  # noqa: B018 (reading it imports them)
# What is loaded now stays: looking through it for garbage again and again would take a fifth of each request.
gc.collect()
gc.freeze()
