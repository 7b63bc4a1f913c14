"""Create the yardstick's WSGI application."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.yardstick.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    """Set Content-Length, because no middleware sets it here. Without it, servers would send the answer in chunks."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response


application = Application()
