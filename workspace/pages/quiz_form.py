"""The form of a quiz: its title, introduction and rules."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course_files.course.texts import texts
from course_files.merging import Fields, Key
from course_files.quizzes.parsing import DEFAULT_RULES, OPTIONAL_RULES, normalise_rules
from courses.models import GradeItem
from quizzes.authoring.models import MAX_ATTEMPTS, MAX_MINUTES, Quiz
from workspace.drafts import quizzes
from workspace.drafts.outline import Changes
from workspace.drafts.records import DraftedCourse
from workspace.pages.fields import LongText, ShortText, language_name


class QuizForm(forms.Form):
    """Validates what an author wrote. A lesson's check has no rules."""

    def __init__(self, data: QueryDict | None, *, drafted: DraftedCourse, slug: str) -> None:
        self.drafted, self.slug = drafted, slug
        self.record = quizzes.quiz_record(drafted, slug)
        self.is_check: bool = self.record["check"]
        super().__init__(data, initial=self._initial())
        for code in drafted.languages:
            language = language_name(code)
            needed = code == drafted.languages[0] and not self.is_check
            for name, field, label in (
                ("title", ShortText(max_length=200, required=needed), _("Title")),
                ("intro", LongText(max_length=20_000, required=False, rows=4), _("Introduction")),
            ):
                field.label = f"{label} ({language})"
                field.widget.attrs |= {"lang": code}
                self.fields[f"{name}_{code}"] = field
        if not self.is_check:
            self.fields.update(_rule_fields())
            for pool, count in self._pools().items():
                self.fields[f"pool_{pool}"] = forms.IntegerField(
                    label=_("Draw from the pool “%(pool)s” (it has %(n)d questions)") % {"pool": pool, "n": count},
                    min_value=1,
                    max_value=1000,
                    initial=min(count, 1),
                )

    def _pools(self) -> dict[str, int]:
        """Return how many questions each pool has."""
        counts: dict[str, int] = {}
        for _key, fields in quizzes.questions(self.drafted, self.slug):
            if pool := fields.get("pool"):
                counts[pool] = counts.get(pool, 0) + 1
        return counts

    def _initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {f"intro_{code}": text for code, text in self.record["intro"].items()}
        titles = self.record["title"] if self.is_check else self.drafted.records["activity", self.slug]["title"]
        found |= {f"title_{code}": text for code, text in titles.items()}
        if not self.is_check:
            rules = {**DEFAULT_RULES, **OPTIONAL_RULES, **self.record["rules"]}
            found |= {name: value for name, value in rules.items() if name != "pools"}
            found |= {f"pool_{name}": count for name, count in rules["pools"].items()}
        return found

    @property
    def columns(self) -> list[list[forms.BoundField]]:
        """Return the fields of each language."""
        return [[self[f"title_{code}"], self[f"intro_{code}"]] for code in self.drafted.languages]

    @property
    def rules(self) -> list[forms.BoundField]:
        """Return the fields of the rules and pools."""
        return [self[name] for name in self.fields if not name.startswith(("title_", "intro_"))]

    def changes(self) -> Changes:
        """Return the records of the quiz. The form must be valid."""
        data, languages = self.cleaned_data, self.drafted.languages
        title = texts({code: data[f"title_{code}"] for code in languages})
        quiz: Fields = {**self.record, "intro": texts({code: data[f"intro_{code}"] for code in languages})}
        if self.is_check:
            known = ("quiz", self.slug) in self.drafted.records
            return {("quiz", self.slug): {**quiz, "title": title}} if known or title or quiz["intro"] else {}
        rules = {name: data[name] for name in (*DEFAULT_RULES, *OPTIONAL_RULES) if name in data}
        rules["pools"] = {pool: data[f"pool_{pool}"] for pool in self._pools()}
        activity: Key = ("activity", self.slug)
        return {
            activity: {**self.drafted.records[activity], "title": title},
            ("quiz", self.slug): {**quiz, "rules": normalise_rules(rules)},
        }


def _rule_fields() -> dict[str, forms.Field]:
    return {
        "attempts_allowed": forms.IntegerField(
            label=gettext_lazy("Attempts allowed"), min_value=1, max_value=MAX_ATTEMPTS, required=False,
            help_text=gettext_lazy("Empty: any number."),
        ),
        "counts": forms.ChoiceField(label=gettext_lazy("Which attempt counts"), choices=GradeItem.GradingMethod.choices),
        "pass_mark": forms.IntegerField(label=gettext_lazy("Pass mark (percent)"), min_value=0, max_value=100),
        "show_answers": forms.ChoiceField(label=gettext_lazy("Answers are shown"), choices=Quiz.ShowAnswers.choices),
        "time_limit": forms.IntegerField(
            label=gettext_lazy("Time limit (minutes)"), min_value=1, max_value=MAX_MINUTES, required=False,
            help_text=gettext_lazy("Empty: none."),
        ),
        "grace": forms.IntegerField(
            label=gettext_lazy("Grace (seconds)"), min_value=0, max_value=600,
            help_text=gettext_lazy(
                "What arrives so long after the time limit still counts: for slow networks, not for answering."
            ),
        ),
        "late_rule": forms.ChoiceField(label=gettext_lazy("After the due date"), choices=Quiz.LateRule.choices),
        "late_deduction": forms.IntegerField(
            label=gettext_lazy("Deduction for each day begun (percent)"), min_value=0, max_value=100
        ),
        "shuffle_choices": forms.BooleanField(label=gettext_lazy("Shuffle choices"), required=False),
        "shuffle_questions": forms.BooleanField(label=gettext_lazy("Shuffle questions"), required=False),
    }  # fmt: skip
