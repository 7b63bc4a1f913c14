"""Pages: the figures and files of a course."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from common.markup.pictures import kind_of_name
from common.uploads import pictures, thumbnails
from common.uploads.refusals import PictureRefused
from courses.models import Course
from courses.pages.assets import asset_response
from workspace.drafts import editing, files, records
from workspace.drafts.records import DraftedCourse
from workspace.models import Edit, StoredFile
from workspace.pages.base import page, reading_page, render_page


@page
def file_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the files, upload one, remove one that no text uses. A script uploads with the same form and gets JSON."""
    drafted = records.read(course)
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, drafted, request.POST["remove"])
    error = ""
    if request.method == "POST":
        try:
            picture, markdown = _upload(request, drafted)
        except PictureRefused as refused:
            error = refused.message
        else:
            if request.headers.get("Accept") == "application/json":
                return JsonResponse({"markdown": markdown, "notes": picture.notes})
            for note in picture.notes:
                messages.info(request, note)
            messages.success(
                request, _("The figure is in the draft. Put it into a text with: %(text)s") % {"text": markdown}
            )
            return redirect("workspace:files", course.slug)
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"error": error}, status=400)
    uses = files.uses(drafted)
    return render_page(
        request,
        "workspace/files.html",
        drafted,
        _("Files"),
        status=400 if error else 200,
        tab="files",
        error=error,
        alt=request.POST.get("alt", ""),
        files=[
            {
                "name": name,
                "uses": [(slug, drafted.title(("activity", slug))) for slug in slugs],
                "is_picture": bool(kind_of_name(name)) or name.endswith(".svg"),
                "is_new": ("asset", name) not in drafted.published,
            }
            for name, slugs in sorted(uses.items())
        ],
    )


def _upload(request: AuthenticatedRequest, drafted: DraftedCourse) -> tuple[pictures.Picture, str]:
    """Add the picture in the form. Return it, and the Markdown that shows it. Raises PictureRefused."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise PictureRefused(_("Choose a file."))
    alt = " ".join(request.POST.get("alt", "").replace("\x00", "").split())[:500]
    language = request.POST.get("language", "")
    picture = pictures.read_upload(
        upload,
        alt=alt,
        language=language if language in drafted.languages else drafted.languages[0],
        taken=[key[1] for key in {*drafted.records, *drafted.published} if key[0] == "asset"],
    )
    files.add(drafted.course, picture.name, picture.content, editor=request.user, now=timezone.now())
    return picture, pictures.markdown(picture, alt=alt)


def _remove(request: AuthenticatedRequest, drafted: DraftedCourse, name: str) -> HttpResponse:
    if files.uses(drafted).get(name) != []:
        messages.error(request, _("A text uses this file, or it is no longer there."))
    else:
        editing.save(
            drafted.course, {("asset", name): None}, editor=request.user, action=Edit.Action.REMOVE, subject=name,
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The file is no longer in the draft. Press Undo on the outline to take it back."))
    return redirect("workspace:files", drafted.course.slug)


@page
def file(request: AuthenticatedRequest, course: Course, name: str) -> HttpResponse:
    """Send a file of the draft to its authors, as students get the files that are published.

    With `painted` a drawing has the colours that the page's style sheet gives it where students see it.
    """
    return _send(request, course, name)


@reading_page
def previewed_file(request: AuthenticatedRequest, course: Course, name: str) -> HttpResponse:
    """Send a file of the draft to everybody who may see the preview that shows it."""
    return _send(request, course, name)


def _send(request: AuthenticatedRequest, course: Course, name: str) -> HttpResponse:
    fields = records.read(course).records.get(("asset", name))
    if fields is None:
        raise Http404
    try:
        content = records.file_content(course, name, fields["sha256"])
    except StoredFile.DoesNotExist as missing:
        raise Http404 from missing
    if "painted" in request.GET and name.endswith(".svg"):
        content = thumbnails.paint(content.decode(errors="replace")).encode()
    return asset_response(name, content, version=request.GET.get("v", ""))
