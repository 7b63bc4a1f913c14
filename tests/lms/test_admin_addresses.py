"""A worker, which has no admin, knows the addresses of the pages that mails to staff link to."""

import json
import os
import subprocess
import sys

from django.urls import reverse

from lms.admin_addresses import MAILED

NUMBER = 7


def _reverse(name: str) -> str:
    return reverse(f"admin:{name}", args=[NUMBER] if "<" in MAILED[name] else [])


def test_a_worker_has_the_addresses_of_the_web() -> None:
    code = """
import json, sys, django
django.setup()
from tests.lms.test_admin_addresses import MAILED, _reverse
print(json.dumps({name: _reverse(name) for name in MAILED}))
"""
    env = {**os.environ, "BAEUM_ROLE": "worker", "CELERY_SKIP_CHECKS": "1"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert json.loads(found.stdout) == {name: _reverse(name) for name in MAILED}
