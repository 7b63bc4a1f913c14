"""Define published versions and their answer keys, and read them through a cache.

A version and its key never change, so a process reads each once. Cached values are shared between requests: do not change
them. The cache key contains the digest, because a restored database may give an id to another version.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.database.prepared import Prepared
from courses.models import AppendOnlyModel
from quizzes.authoring.models import Quiz
from quizzes.questions import Spec


class QuizVersion(AppendOnlyModel):
    """A frozen copy of a quiz's questions, made when it was published, without the answer key.

    `content` is {"questions": [public form of each question, see `quizzes.questions`]}.
    An attempt keeps the version it started with.
    """

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="versions", verbose_name=_("quiz"))
    number = models.PositiveIntegerField(_("version"))
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    max_points = models.DecimalField(max_digits=8, decimal_places=2)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("quiz version")
        verbose_name_plural = _("quiz versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz", "number"], name="quizzes_quizversion_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.quiz} v{self.number}"

    @property
    def question_count(self) -> int:
        """Return the number of questions in one attempt: of a pool only the drawn ones count."""
        pools: dict[str, dict[str, Any]] = self.content.get("pools", {})
        left_out: int = sum(len(pool["questions"]) - pool["draw"] for pool in pools.values())
        every: int = len(self.content["questions"])
        return every - left_out


class AnswerKey(AppendOnlyModel):
    """The answer key of one version: {question uuid: full spec with answers and feedback}. Never shown to students."""

    version = models.OneToOneField(QuizVersion, models.CASCADE, related_name="answer_key")
    content = models.JSONField()

    def __str__(self) -> str:
        # Never contains the key, because it may be printed anywhere.
        return f"{self.version}"


T = TypeVar("T")
# Versions that one process caches; one of ten questions takes about 100 KB.
CACHED_VERSIONS = 200


class _Cache(Generic[T]):
    """A thread-safe LRU cache of CACHED_VERSIONS values."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: T) -> T:
        with self._lock:
            self._found[key] = value
            while len(self._found) > CACHED_VERSIONS:
                self._found.popitem(last=False)
        return value


_contents: _Cache[dict[str, Any]] = _Cache()
_keys: _Cache[dict[str, Spec]] = _Cache()
_CONTENT = Prepared(lambda pk: QuizVersion.objects.filter(pk=pk).only("content"), samples=(-1,))
_KEY = Prepared(lambda pk: AnswerKey.objects.filter(version=pk), samples=(-1,))


def load_content(version: QuizVersion) -> QuizVersion:
    """Set `version.content` from the cache and return the version. One query if the cache does not have it, else none."""
    name = (version.pk, version.digest)
    content = _contents.get(name)
    if content is None:
        content = _contents.put(name, _CONTENT.instances(version.pk)[0].content)
    version.content = content
    return version


def get_answer_key(version: QuizVersion) -> dict[str, Spec]:
    """Return {question uuid: full spec} from the cache. One query if the cache does not have it, else none.

    Raises AnswerKey.DoesNotExist.
    """
    name = (version.pk, version.digest)
    key = _keys.get(name)
    if key is None:
        found = _KEY.first(version.pk)
        if found is None:
            raise AnswerKey.DoesNotExist(f"Version {version.pk} has no key.")
        key = _keys.put(name, found.content)
    return key
