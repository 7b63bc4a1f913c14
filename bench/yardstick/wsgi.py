"""The yardstick's WSGI application."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.yardstick.settings")
django.setup(set_prefix=False)


class Application(WSGIHandler):
    """Says how long an answer is; without any middleware nobody else does, and servers would answer in chunks."""

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response


application = Application()
