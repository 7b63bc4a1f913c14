"""Pages: material for teaching, made from what is published: slides, plans and handouts of a lesson, and the answer book."""

from collections.abc import Mapping

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import AuthenticatedRequest
from course_files import course_folder
from course_files.course.exporting import course_to_files
from course_files.course.parsing import ParsedCourse
from course_files.course_folder import ParsedFolder
from course_files.files import Folder
from course_files.merging import Fields, Key
from course_files.quizzes.exporting import quiz_files, quizzes_to_files
from course_files.quizzes.parsing import ParsedQuizzes
from course_files.teaching.material import answer_book, lesson_page
from courses.models import Course
from workspace.drafts import records
from workspace.drafts.records import COURSE
from workspace.pages.base import page, render_page

KINDS = {
    "slides": gettext_lazy("slides"),
    "plan": gettext_lazy("lesson plan"),
    "handout": gettext_lazy("handout"),
}

# Seconds. The name of what is cached changes with the course and with the product.
CACHED_FOR = 24 * 60 * 60


@page
def material_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List what can be downloaded: for each published lesson its pages in each language it has, and the answer book."""
    drafted = records.read(course)
    lessons = [
        (slug, fields["code"], drafted.title(("activity", slug)), languages)
        for slug, fields in drafted.activities()
        if (languages := [code for code in drafted.languages if ("edition", slug, code) in drafted.published])
    ]
    return render_page(
        request, "workspace/teaching.html", drafted, _("Material for teaching"),
        tab="teaching", lessons=lessons, kinds=KINDS,
    )  # fmt: skip


@page
def lesson_material(
    request: AuthenticatedRequest, course: Course, activity_slug: str, language: str, kind: str
) -> HttpResponse:
    """Send a page of a lesson as a file."""
    published = records.read(course).published
    if ("edition", activity_slug, language) not in published:
        raise Http404
    html = lesson_page(_lesson(course, published, activity_slug), kind, activity_slug, language)
    if html is None:
        raise Http404
    code = published["activity", activity_slug]["code"]
    return _file(html, f"{course.slug}-{code}-{kind}.{language}.html")


@page
def answers(request: AuthenticatedRequest, course: Course, language: str) -> HttpResponse:
    """Send the answer book as a file. Making one takes half a second in a large course, so it is cached."""
    drafted = records.read(course)
    if language not in drafted.published[COURSE]["languages"]:
        raise Http404
    name = f"answer-book:{course.pk}:{drafted.revision}:{language}:{settings.VERSION}"
    html = cache.get(name)
    if html is None:
        html = answer_book(_quizzes(course, drafted.published), language)
        cache.set(name, html, CACHED_FOR)
    return _file(html, f"{course.slug}-answers.{language}.html")


def _lesson(course: Course, published: Mapping[Key, Fields], slug: str) -> ParsedFolder:
    """Return the published course with the texts and the check of one lesson. To read all of them takes seconds."""
    own = {key: fields for key, fields in published.items() if key[0] not in ("edition", "quiz", "question")}
    parts = {key: fields for key, fields in published.items() if key not in own and key[1] == slug}
    files = {**course_to_files(course.slug, {**own, **parts}, _assets(course)), **quizzes_to_files(parts, own)}
    return course_folder.parse_files(Folder(files))


def _quizzes(course: Course, published: Mapping[Key, Fields]) -> ParsedFolder:
    """Return the published course with its quizzes and checks, in the order of the outline, and without the texts of lessons."""
    modules = [published["module", slug] for slug in published[COURSE]["modules"]]
    listed = [slug for module in modules for slug in module["activities"]]
    parsed = ParsedCourse(
        Folder(),
        course.slug,
        published[COURSE]["languages"],
        codes={slug: published["activity", slug].get("code", "") for slug in listed},
        records={COURSE: published[COURSE], **{("activity", slug): published["activity", slug] for slug in listed}},
        assets=_assets(course),
    )
    files = {file.slug: file for file in quiz_files(published, published)}
    return ParsedFolder(parsed.folder, parsed, ParsedQuizzes(quizzes=files))


def _assets(course: Course) -> dict[str, bytes]:
    return {asset.name: bytes(asset.content) for asset in course.assets.all()}


def _file(html: str, name: str) -> HttpResponse:
    """Return the page as a download. It has its style and script in itself, which the site's policy would not let run."""
    return HttpResponse(html, headers={"Content-Disposition": f'attachment; filename="{name}"'})
