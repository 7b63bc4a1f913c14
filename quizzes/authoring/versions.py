"""Define published versions and their answer keys, and read them through a cache.

A version and its key never change, so each process caches them. Cached values are shared between requests: do not
change them. The cache key contains the digest, because a restored database may give an id to another version.
"""

from threading import Lock
from typing import Any, ClassVar

from cachetools import LRUCache, cached
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.database.prepared import Prepared
from courses.models import AppendOnlyModel
from questions import Spec
from quizzes.authoring.models import Quiz


class QuizVersion(AppendOnlyModel):
    """A frozen copy of a quiz's questions, made when it was published, without the answer key.

    `content` is {"questions": [public form of each question, see `questions`]}.
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
            models.UniqueConstraint(fields=["quiz", "number"], name="quizzes_quizversion_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.quiz} v{self.number}"

    @property
    def question_count(self) -> int:
        """Return the number of questions in one attempt. Only the drawn questions of a pool are counted."""
        pools: dict[str, dict[str, Any]] = self.content.get("pools", {})
        left_out: int = sum(len(pool["questions"]) - pool["draw"] for pool in pools.values())
        every: int = len(self.content["questions"])
        return every - left_out


class AnswerKey(AppendOnlyModel):
    """The answer key of one version: {question uuid: full spec with answers and feedback}. Never shown to students."""

    version = models.OneToOneField(QuizVersion, models.CASCADE, related_name="answer_key")
    content = models.JSONField()

    def __str__(self) -> str:
        # The text must not contain the answer key, because it may be printed anywhere.
        return f"{self.version}"


# The number of versions that one process caches. A version with ten questions takes about 100 KB.
CACHED_VERSIONS = 200
_CONTENT = Prepared(lambda pk: QuizVersion.objects.filter(pk=pk).only("content"), samples=(-1,))
_KEY = Prepared(lambda pk: AnswerKey.objects.filter(version=pk), samples=(-1,))


def load_content(version: QuizVersion) -> QuizVersion:
    """Set `version.content` from the cache and return the version. One query if the cache does not have it, else none."""
    version.content = _content(version.pk, version.digest)
    return version


@cached(LRUCache(CACHED_VERSIONS), lock=Lock())
def _content(version_id: int, _digest: str) -> dict[str, Any]:
    found: dict[str, Any] = _CONTENT.instances(version_id)[0].content
    return found


def get_answer_key(version: QuizVersion) -> dict[str, Spec]:
    """Return {question uuid: full spec} from the cache. One query if the cache does not have it, else none.

    Raises AnswerKey.DoesNotExist.
    """
    return _answer_key(version.pk, version.digest)


@cached(LRUCache(CACHED_VERSIONS), lock=Lock())
def _answer_key(version_id: int, _digest: str) -> dict[str, Spec]:
    found = _KEY.first(version_id)
    if found is None:
        raise AnswerKey.DoesNotExist(f"Version {version_id} has no key.")
    key: dict[str, Spec] = found.content
    return key
