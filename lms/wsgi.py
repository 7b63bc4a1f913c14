"""Create the WSGI application, which granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from common.queue import publishing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

application = get_wsgi_application()

publishing.start_batching()

# Import the views now, so that the first request does not wait for the import.
get_resolver().url_patterns  # noqa: B018 (reading it imports them)
# Exclude the loaded modules from garbage collection. Scanning them again and again took about 20 % of each request.
gc.collect()
gc.freeze()
