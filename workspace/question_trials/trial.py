"""Try a question: what a student sees, and what an answer would earn."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import get_language_info

from common import languages
from common.errors import DomainError
from common.files import schema
from course_files.merging import Fields
from course_files.quizzes.parsing import explain_question_fault
from courses.lessons.rendering import CourseResolver, Names
from questions import KINDS, Response, Spec
from quizzes.attempts.presentation import PresentedQuestion, present_one
from quizzes.results.question_results import QuestionResult, build_question_result
from quizzes.taking.responses import read_response_to
from workspace.question_forms.controls import Data, storable
from workspace.question_trials.lines import Tried, TriedLines, try_lines
from workspace.question_trials.reasons import parts_of, reasons_for
from workspace.question_trials.unsaved_specs import build_unsaved_spec


@dataclass(slots=True)
class Trial:
    """A question on trial. `result` is None before an answer, and if the answer does not fit the question (`fault`).

    `question` is what a student sees, in the language `language`; `languages` are those that it can be tried in.
    """

    question: PresentedQuestion
    language: str
    languages: list[tuple[str, str]]
    result: QuestionResult | None = None
    fault: str = ""
    # Sentences that explain the result, and the parts of an answer that has several.
    reasons: list[str] = field(default_factory=list)
    parts: list[Tried] = field(default_factory=list)
    # The author's feedback, as HTML.
    feedback: list[str] = field(default_factory=list)
    lines: TriedLines | None = None


def can_be_tried(record: Fields) -> bool:
    """Return whether the question can be asked."""
    faults = schema.faults_by(record.get("definition", {}), KINDS[record["kind"]].schema)
    return not faults and not explain_question_fault(record)


def try_it(record: Fields, answer_form: Data | None = None, *, resolver: CourseResolver | None = None) -> Trial | None:
    """Return the question as a student answers it, with the result of the answer in `answer_form`.

    `answer_form` is the POST data of the page if the author pressed "try", else None. `resolver` resolves the links and
    figures of the course. Returns None if the question cannot be asked yet.
    """
    if not can_be_tried(record):
        return None
    spec = build_unsaved_spec(record, resolver=resolver or CourseResolver(Names("", "")))
    public = KINDS[record["kind"]].public_form(spec)
    form = answer_form or QueryDict()
    offered = [(code, str(get_language_info(code)["name_translated"])) for code in record["text"]]
    wanted = str(form.get("try-language") or "")
    language = wanted if wanted in dict(offered) else languages.language_of(record["text"])
    response, fault = _read(public, form)
    with translation.override(language):
        trial = Trial(present_one(public, number=1, seed=None, response=response), language, offered, fault=fault)
    trial.lines = try_lines(spec, form)
    # Who tries only many answers at once has not answered the question itself.
    only_lines = bool(trial.lines and trial.lines.tried) and not KINDS[record["kind"]].is_answered(response)
    if answer_form is not None and not fault and not only_lines:
        _grade(trial, spec, response)
    return trial


def _read(public: Spec, form: Any) -> tuple[Response, str]:
    """Return the response of a form, and what is wrong with it."""
    kind = KINDS[public["kind"]]
    try:
        return read_response_to(public, kind.from_form(public, _Storable(form))), ""
    except DomainError as error:
        return {}, str(error)


class _Storable:
    """A form without characters that cannot be stored. A student's answer with one of them would be refused."""

    def __init__(self, form: Data) -> None:
        self.form = form

    def get(self, key: str, /) -> str | None:
        value = self.form.get(key)
        return None if value is None else storable(str(value))

    def getlist(self, key: str, /) -> list[str]:
        return [storable(str(value)) for value in self.form.getlist(key)]


def _grade(trial: Trial, spec: Spec, response: Response) -> None:
    kind = KINDS[spec["kind"]]
    score = kind.grade(spec, response).as_dict()
    trial.result = build_question_result(kind.public_form(spec), response, score, spec)
    with translation.override(trial.language):
        trial.feedback = [languages.choose(item["html"]) for item in trial.result.feedback]
    trial.parts = parts_of(spec, response, score)
    trial.reasons = reasons_for(spec, response, score)
