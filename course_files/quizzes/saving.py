"""Execute the steps of an import on the quizzes of a course, and publish changed quizzes, in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from course_files.course.texts import set_texts
from course_files.merging import Fields, Key, Outcome, Step, digest
from course_files.quizzes.parsing import COLUMNS, OPTIONAL_RULES
from course_files.quizzes.stored import Row, StoredQuizzes
from courses.models import Activity, Course
from courses.outline import revisions
from questions import KINDS
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz
from quizzes.authoring.publishing import publish

# Rows in one query.
_BATCH = 500


class QuizWriter:
    """Execute the steps of one course's quizzes and questions."""

    def __init__(self, stored: StoredQuizzes, steps: Iterable[Step], *, now: datetime) -> None:
        self.steps: Sequence[Step] = list(steps)
        self.now = now
        self.rows: dict[Key, Row] = dict(stored.rows)
        self.changed_quizzes: set[str] = set()
        self.added: set[Key] = set()

    def write(self, course: Course, *, removed_activities: Collection[str]) -> None:
        """Write, archive and delete rows, then publish each changed quiz.

        `removed_activities` are the slugs of activities that will be archived or deleted after this.
        """
        activities = {activity.slug: activity for activity in Activity.objects.filter(course=course)}
        for step in self.steps:
            if step.key[0] == "quiz" and step.writes and step.incoming is not None:
                self.write_quiz(step, step.incoming, activities[step.key[1]])
        questions = {step.key: step.incoming for step in self.steps if step.key[0] == "question" and step.writes}
        self.add_questions({key: fields for key, fields in questions.items() if fields and key not in self.rows})
        for key, fields in questions.items():
            if fields and key not in self.added:
                self.write_question(key, fields)
        self.save_positions()
        for step in self.steps:
            if step.is_missing:
                self.remove_missing(step)
        self.save_digests()
        # A quiz that is removed with its activity keeps the version that its students took.
        to_publish = self.changed_quizzes & {activity for activity in activities if activity not in removed_activities}
        for quiz in Quiz.objects.select_related("activity__course").filter(
            activity__course=course, activity__slug__in=to_publish
        ):
            publish(quiz)
        if any(step.writes or step.is_missing for step in self.steps):
            # Not every change of a question makes another version of its quiz.
            revisions.touch(course.pk)

    def write_quiz(self, step: Step, fields: Fields, activity: Activity) -> None:
        row = self.rows.get(step.key)
        quiz = row if isinstance(row, Quiz) else Quiz(activity=activity)
        if fields["check"]:
            set_texts(quiz, "title", fields["title"])
            if quiz.pk is None:
                # Defaults of a lesson check: any number of attempts, each answer shown at once.
                quiz.attempts_allowed = None
                quiz.show_answers = Quiz.ShowAnswers.AFTER_EACH
        else:
            for name, value in {**OPTIONAL_RULES, **fields["rules"]}.items():
                setattr(quiz, COLUMNS.get(name, name), value)
        set_texts(quiz, "intro", fields["intro"])
        quiz.save()
        self.rows[step.key] = quiz
        self.changed_quizzes.add(step.key[1])

    def add_questions(self, new: Mapping[Key, Fields]) -> None:
        """Insert new questions with their choices and answers. The number of queries does not depend on theirs."""
        next_position: Counter[str] = Counter()
        for slug in {key[1] for key in new}:
            next_position[slug] = self.quiz(slug).questions.count()
        rows: dict[Key, Question] = {}
        for key, fields in new.items():
            _kind, slug, name = key
            rows[key] = Question(quiz=self.quiz(slug), key=name, position=next_position[slug])
            next_position[slug] += 1
            _set_fields(rows[key], fields)
        Question.objects.bulk_create(rows.values(), batch_size=_BATCH)
        choices: list[Choice] = []
        answers: list[AcceptedAnswer] = []
        for key, question in rows.items():
            kind = KINDS[question.kind].rows
            if kind == "choices":
                choices += [
                    _choice(Choice(question=question, key=fields["key"]), position, fields)
                    for position, fields in enumerate(new[key]["choices"])
                ]
            elif kind == "answers":
                answers += _answers(question, new[key])
        Choice.objects.bulk_create(choices, batch_size=_BATCH)
        AcceptedAnswer.objects.bulk_create(answers, batch_size=_BATCH)
        self.rows |= rows
        self.added |= set(rows)
        self.changed_quizzes |= {key[1] for key in rows}

    def write_question(self, key: Key, fields: Fields) -> None:
        question = self.rows[key]
        if not isinstance(question, Question):
            raise TypeError(question)
        _set_fields(question, fields)
        question.save()
        self.changed_quizzes.add(key[1])
        rows = KINDS[fields["kind"]].rows
        if rows != "answers":
            question.answers.all().delete()
        if rows != "choices":
            question.choices.all().delete()
        if rows == "choices":
            _write_choices(question, fields["choices"])
        elif rows == "answers":
            question.answers.all().delete()
            AcceptedAnswer.objects.bulk_create(_answers(question, fields))

    def quiz(self, slug: str) -> Quiz:
        quiz = self.rows["quiz", slug]
        if not isinstance(quiz, Quiz):
            raise TypeError(quiz)
        return quiz

    def save_positions(self) -> None:
        """Set the order of questions from the folder, unless an order edited in the admin is kept."""
        for step in self.steps:
            if step.key[0] == "quiz" and step.writes and step.incoming is not None:
                for position, key in enumerate(step.incoming["questions"]):
                    question = self.rows.get(("question", step.key[1], key))
                    if isinstance(question, Question) and question.position != position:
                        question.position = position
                        question.save(update_fields=["position"])

    def remove_missing(self, step: Step) -> None:
        row = self.rows[step.key]
        if step.outcome is Outcome.ARCHIVED and isinstance(row, Question):
            row.archived_at = self.now
            row.save(update_fields=["archived_at"])
            self.changed_quizzes.add(step.key[1])
        elif step.outcome is Outcome.REMOVED:
            if isinstance(row, Quiz):
                # `current_version` is PROTECTed: without this the quiz could not be deleted.
                Quiz.objects.filter(pk=row.pk).update(current_version=None)
            else:
                self.changed_quizzes.add(step.key[1])
            self.rows.pop(step.key)
            # Deleting a quiz also deletes its questions. For a question of a deleted quiz this does nothing.
            type(row).objects.filter(pk=row.pk).delete()

    def save_digests(self) -> None:
        """Save the digests that the next import compares with, also for records that were not written."""
        for step in self.steps:
            row = self.rows.get(step.key)
            saved_digest = step.digest
            if isinstance(row, Quiz) and step.outcome is Outcome.ARCHIVED:
                # The questions of an archived quiz are archived too, so the next import reads the quiz without questions.
                # The digest must fit that.
                saved_digest = digest({**(step.current or {}), "archived": True, "questions": []})
            if row is not None and saved_digest is not None and row.source_digest != saved_digest:
                type(row).objects.filter(pk=row.pk).update(source_digest=saved_digest)


def _write_choices(question: Question, entries: Sequence[Fields]) -> None:
    """Write the choices. A choice with a known key keeps its row and its uuid, because answers refer to the uuid."""
    known = {choice.key: choice for choice in question.choices.all()}
    added: list[Choice] = []
    for position, fields in enumerate(entries):
        known_choice = known.pop(fields["key"], None)
        choice = _choice(known_choice or Choice(question=question, key=fields["key"]), position, fields)
        if choice.pk is None:
            added.append(choice)
        else:
            choice.save()
    Choice.objects.bulk_create(added)
    for choice in known.values():
        choice.delete()


def _set_fields(question: Question, fields: Fields) -> None:
    question.kind = fields["kind"]
    question.points = Decimal(fields["points"])
    question.lesson = fields["lesson"]
    question.archived_at = None
    set_texts(question, "text", fields["text"])
    feedback = fields.get("feedback", {"correct": {}, "incorrect": {}})
    question.definition = fields.get("definition", {})
    question.pool = fields.get("pool", "")
    question.objective = fields.get("objective")
    question.level = fields.get("level", "")
    set_texts(question, "correct_feedback", feedback["correct"])
    set_texts(question, "incorrect_feedback", feedback["incorrect"])


def _choice(choice: Choice, position: int, fields: Fields) -> Choice:
    choice.position = position
    choice.is_correct = fields["correct"]
    choice.lesson = fields["lesson"]
    set_texts(choice, "text", fields["text"])
    set_texts(choice, "feedback", fields["feedback"])
    return choice


def _answers(question: Question, fields: Fields) -> list[AcceptedAnswer]:
    answers = [AcceptedAnswer(question=question, text=text) for text in fields["accept"]]
    for known in fields["known_wrong"]:
        for text in known["answers"]:
            answer = AcceptedAnswer(question=question, text=text, is_correct=False)
            set_texts(answer, "feedback", known["feedback"])
            answers.append(answer)
    for position, answer in enumerate(answers):
        answer.position = position
    return answers
