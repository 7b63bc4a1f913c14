"""A pytest plug-in that sets the environment before Django's settings are read, so that tests use only their own services.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` are the services for tests; a developer's `DATABASE_URL`, `REDIS_URL`
and `EMAIL_URL` are not used. The state folder is temporary, and like all temporary files of tests in memory if there is enough.
"""

import atexit
import os
import shutil
import tempfile

OURS = (
    "BAEUM_",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "STATIC_ROOT",
    "DEFAULT_FROM",
)

for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]

# Databases of tests are flushed to disk at each commit, as the product's are. In memory that takes no time. Some containers have
# only 64 MB there, or may not execute files.
MEMORY, ENOUGH = "/dev/shm", 4_000_000_000
if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and shutil.disk_usage(MEMORY).free > ENOUGH
    and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
):
    os.environ["TMPDIR"] = MEMORY

_home = tempfile.mkdtemp(prefix="baeum-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["BAEUM_HOME"] = _home
os.environ["BAEUM_ROLE"] = "web"
os.environ["BAEUM_LOG_LEVEL"] = "ERROR"

if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
if os.environ.get("TEST_REDIS_URL"):
    os.environ["REDIS_URL"] = os.environ["TEST_REDIS_URL"]
    # Parallel test processes share the server but use different keys.
    os.environ["BAEUM_REDIS_PREFIX"] = f"baeum-tests-{os.getpid()}"
# All tests of a process are requests of the same few people. tests/common/api/test_rates.py sets limits.
os.environ["BAEUM_API_RATE"] = os.environ["BAEUM_API_ANONYMOUS_RATE"] = "0"
os.environ["BAEUM_CALENDAR_RATE"] = "0"
# A short lease, so that tests can wait until it expires.
os.environ["BAEUM_GRADING_LEASE"] = "60"
