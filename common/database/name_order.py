"""Sort names as Koreans expect, whatever collation the database has.

The syllables of Hangul have their code points in the order of the alphabet. SQLite sorts by code points. PostgreSQL sorts by the
collation of the database, and with `en_US.UTF-8` of glibc it sorts Hangul by length: 이산 강감찬 홍길동 남궁민수.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Transform

# Write `order_by("user__name__by_code_point")`.
SUFFIX = "__by_code_point"


@CharField.register_lookup
class ByCodePoint(Transform):
    """The text, compared by its code points."""

    lookup_name = "by_code_point"
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        # Every PostgreSQL has this collation.
        return super().as_sql(compiler, connection, template='(%(expressions)s COLLATE "C")', **context)
