"""Add import and export of questions to the admin of quizzes.

This replaces the admin class registered by `quizzes`, which may not import this app.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from quizzes.admin.quizzes import QuizAdmin
from quizzes.authoring.models import Quiz

admin.site.unregister(Quiz)


def _page(name: str) -> Callable[..., HttpResponse]:
    """A view of `exchange.pages`, which is imported with the first request.

    The pages import the readers and writers of all formats. No other request needs them: 2 MB in each web process.
    """

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        from exchange import pages

        answer: HttpResponse = getattr(pages, name)(request, **kwargs)
        return answer

    return view


@admin.register(Quiz)
class QuizExchangeAdmin(QuizAdmin):
    actions_detail: ClassVar[list[str]] = [*QuizAdmin.actions_detail, "import_questions", "export_questions"]

    @action(description=gettext_lazy("Import questions"), url_path="go-import", permissions=["edit"])
    def import_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_import", object_id)

    @action(description=gettext_lazy("Export questions"), url_path="go-export")
    def export_questions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:quizzes_quiz_export", object_id)

    def get_urls(self) -> list[URLPattern]:
        own = [("import", _page("question_import")), ("export", _page("question_export"))]
        return [
            path(
                "<int:quiz_id>/import/<uuid:uuid>/",
                self.admin_site.admin_view(_page("question_import_job")),
                {"model_admin": self},
                name="quizzes_quiz_import_job",
            ),
            *(
                path(
                    f"<int:quiz_id>/{name}/",
                    self.admin_site.admin_view(view),
                    {"model_admin": self},
                    name=f"quizzes_quiz_{name}",
                )
                for name, view in own
            ),
            *super().get_urls(),
        ]
