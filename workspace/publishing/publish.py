"""Publish the drafts of a course as one version, in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from course_files.course.grading import write_grading
from course_files.course.parsing import ParsedCourse
from course_files.course.saving import CourseWriter
from course_files.course_folder import COURSE_KINDS
from course_files.files import Folder
from course_files.merging import Fields, Key, Outcome, Step
from course_files.quizzes.saving import QuizWriter
from courses import progress
from courses.lessons import rendering
from courses.models import Course
from quizzes.authoring.models import Quiz
from quizzes.grading import regrading
from workspace.drafts import editing
from workspace.drafts.records import DraftedCourse, file_contents, text_of_key
from workspace.models import Draft, Publication, PublicationSchedule, StoredFile
from workspace.publishing.checking import DraftFault, find_faults


class Unpublishable(Exception):
    """The drafts have faults. Nothing was published."""

    def __init__(self, faults: list[DraftFault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


class NothingToPublish(Exception):
    """There are no drafts."""


@dataclass(frozen=True, slots=True)
class Published:
    """A new version. `outdated` are quizzes with attempts that an earlier answer key has graded."""

    publication: Publication
    outdated: list[Quiz]


def publish(course: Course, *, editor: User | None, now: datetime, note: str = "", show: bool = False) -> Published:
    """Publish all drafts of the course. With `show` the course becomes visible to its students.

    Raises Unpublishable or NothingToPublish.
    """
    with transaction.atomic():
        drafted = editing.lock(course)
        if faults := find_faults(drafted):
            raise Unpublishable(faults)
        steps = plan(drafted)
        if not steps:
            raise NothingToPublish
        _keep_files(drafted, steps)
        write(drafted, steps, now=now)
        if show:
            Course.objects.filter(pk=course.pk).update(is_published=True)
        publication = Publication.objects.create(
            course=course,
            number=(Publication.objects.filter(course=course).aggregate(last=Max("number"))["last"] or 0) + 1,
            editor=editor,
            note=note[:200],
            changes={text_of_key(step.key): [step.current, _after(drafted, step)] for step in steps},
            at=now,
        )
        Draft.objects.filter(course=course).delete()
        PublicationSchedule.objects.filter(course=course).delete()
        changed = {step.key[1] for step in steps if step.key[0] in ("quiz", "question")}
        quizzes = Quiz.objects.filter(activity__course=course, activity__slug__in=changed).select_related("activity")
        return Published(publication, [quiz for quiz in quizzes if regrading.find_outdated(quiz).exists()])


def plan(drafted: DraftedCourse) -> list[Step]:
    """Return a step for each draft that differs from what is published.

    The digests of the last import are kept, so that the next import of a folder sees these records as edited.
    """
    imported = {**drafted.stored.imported, **drafted.quizzes.imported}
    steps = []
    for key, draft in drafted.drafts.items():
        current = drafted.published.get(key)
        if draft.fields == current:
            continue
        outcome, incoming = Outcome.CHANGED if current else Outcome.ADDED, draft.fields
        if incoming is None or incoming.get("archived"):
            # What students have worked with is archived. A question that nobody has answered is removed for good.
            unused = key[0] != "activity" and key not in drafted.quizzes.in_use
            outcome, incoming = Outcome.REMOVED if unused else Outcome.ARCHIVED, None
        if current is None and incoming is None:
            continue
        steps.append(Step(key, outcome, current, incoming, imported.get(key, "") if incoming is not None else None))
    return steps


def write(
    drafted: DraftedCourse, steps: list[Step], *, now: datetime, lessons: Collection[str] | None = None
) -> Course:
    """Execute the steps on the rows of the course, render its texts and refresh the progress. Needs a transaction.

    `lessons` are the slugs of the lessons whose texts a preview needs anew, and nobody's progress matters in it. Both take longer
    than everything else.
    """
    contents = file_contents(drafted, only={step.key[1] for step in steps if step.key[0] == "asset"})
    parsed = ParsedCourse(
        Folder(), drafted.course.slug, drafted.languages, records=dict(drafted.records), assets=contents
    )
    writer = CourseWriter(parsed, drafted.stored, [step for step in steps if step.key[0] in COURSE_KINDS], now=now)
    course = writer.write()
    quiz_steps = [step for step in steps if step.key[0] not in COURSE_KINDS]
    QuizWriter(drafted.quizzes, quiz_steps, now=now).write(course, removed_activities=())
    write_grading(course, steps)
    writer.remove_missing()
    rendering.render_course(course, only=lessons)
    if lessons is None:
        progress.refresh_course(course=course)
    return course


def _after(drafted: DraftedCourse, step: Step) -> Fields | None:
    """Return what the record says after the step."""
    draft = drafted.drafts[step.key]
    return None if step.outcome is Outcome.REMOVED else draft.fields or {**(step.current or {}), "archived": True}


def _keep_files(drafted: DraftedCourse, steps: list[Step]) -> None:
    """Keep the content of files that the steps replace or remove, so that the old version can be brought back."""
    changed: list[Key] = [step.key for step in steps if step.key[0] == "asset" and step.current]
    for asset in drafted.course.assets.filter(name__in=[key[1] for key in changed]):
        StoredFile.objects.get_or_create(
            course=drafted.course,
            sha256=drafted.published["asset", asset.name]["sha256"],
            defaults={"content": bytes(asset.content)},
        )
