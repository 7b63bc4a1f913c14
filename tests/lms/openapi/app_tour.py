"""Use every operation below /api/v1 in the demo's course, as a student's app does, and be refused by each."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from accounts.messages import sending
from accounts.models import User
from announcements.models import Announcement, Recipient
from certificates import documents
from certificates.models import Certificate
from courses.models import Activity, Course, SummaryDelivery
from discussions.models import Post
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade, GradeNotice
from reports.models import CompletionRule
from search.indexing import building
from tests.accounts.personal_data.tour import switch_mails_and_read_what_is_stored
from tests.factories import ActivityFactory, CourseFactory, QuizFactory, right_answers
from tests.lms.openapi.recorder import Recorder
from tests.practice.cards import take, wrong_answers
from tests.push.tour import switch_on_and_off
from tests.quizzes import every_kind
from tests.uploads.tus import VERSION

# Nothing and nobody is called so.
_UNKNOWN = {"uuid": "3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11", "int": 2, "string": "nothing"}


class AppTour:
    """Takes a student through the course, from `me_read` to `session_end`."""

    def __init__(self, recorder: Recorder, student: User, password: str, mails: list[Any]) -> None:
        self.recorder = recorder
        self.mails = mails
        self.student = student
        self.password = password
        self.token = sign_in(recorder, student, password)
        self.course = Course.objects.get(slug="data-analytics-week-2")

    def run(self) -> None:
        self.without_a_token()
        self.what_is_not_there()
        self.account()
        self.address()
        self.devices()
        self.joining()
        self.lessons()
        self.quiz()
        self.feedback_at_once()
        self.files()
        self.review()
        self.messages()
        self.appeals()
        self.certificates()
        self.call("attempt_submit", expect=202, uuid=self.hand_in[0], keep=False)
        _grade(self.hand_in[0])
        switch_on_and_off(self.call)
        self.call("session_end", expect=204)

    def call(self, name: str, *, expect: int, **more: Any) -> Any:
        return self.recorder.call(name, expect=expect, token=self.token, **more)

    def operations(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Return (name, operation, made-up values for its path) of our own operations."""
        return [
            (name, spec, {part: _made_up(spec, part) for part in re.findall(r"{(\w+)}", path)})
            for name, (_method, path, spec) in self.recorder.known.items()
            if path.startswith("/api/v1/")
        ]

    def without_a_token(self) -> None:
        for name, spec, values in self.operations():
            if spec.get("security") != []:
                self.recorder.call(name, expect=401, **values)

    def what_is_not_there(self) -> None:
        for name, spec, values in self.operations():
            if name == "device_name":
                # It looks at its body first.
                self.call(name, expect=404, body={"name": "My tablet"}, **values)
            elif values and "404" in spec["responses"]:
                self.call(name, expect=404, headers=VERSION, **values)

    def account(self) -> None:
        self.call("me_read", expect=200)
        self.call("session_handover", expect=201, body={})
        self.call("me_change", expect=200, body={"language": "en", "time_zone": "Asia/Seoul"})
        self.call("me_change", expect=400, body={"time_zone": "Nowhere"})
        switch_mails_and_read_what_is_stored(self.call)

    def address(self) -> None:
        self.call("address_change", expect=400, body={"email": "nobody"})
        self.call("address_confirm", expect=404, body={"token": "an-old-one"})
        former = self.student.email
        # The last one is for the other tours.
        for new in ("minji.kim@example.com", former):
            self.call("address_change", expect=204, body={"email": new})
            found = re.search(r"/accounts/email/(\S+)/", self.mails[-1].body)
            assert found
            self.call("address_confirm", expect=204, body={"token": found[1]})

    def devices(self) -> None:
        sign_in(self.recorder, self.student, self.password)
        found = self.call("devices_list", expect=200)["results"]
        other = next(device["uuid"] for device in found if not device["is_current"])
        self.call("device_read", expect=200, uuid=other)
        self.call("device_name", expect=200, uuid=other, body={"name": "My tablet"})
        self.call("device_name", expect=400, uuid=other, body={"name": "My\u202etablet"})
        self.call("device_sign_out", expect=204, uuid=other)
        self.call("devices_sign_out_others", expect=204)
        self.call("session_handover", expect=201, body={"next": "/courses/"})
        self.call("session_handover", expect=400, body={"next": "//elsewhere.example/"})

    def joining(self) -> None:
        course = CourseFactory(slug="statistics", title_ko="통계", title_en="Statistics")
        course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, "spring-2026"
        course.save()
        self.call("open_courses_list", expect=200)
        self.call("open_courses_list", expect=400, query="?cursor=unknown")
        self.call("course_join", expect=400, slug="statistics", body={"code": "winter"})
        self.call("course_join", expect=201, slug="statistics", body={"code": "spring-2026"})
        self.call("course_join", expect=200, slug="statistics", body={"code": "spring-2026"})

    def lessons(self) -> None:
        slug = self.course.slug
        self.call("courses_list", expect=200)
        self.call("courses_list", expect=400, query="?cursor=unknown")
        entries = self.call("course_outline", expect=200, slug=slug)["entries"]
        self.call("course_glossary", expect=200, slug=slug)
        file = self.call("course_bundle", expect=200, slug=slug)["files"][0]
        self.call("course_bundle_file", expect=200, slug=slug, sha256=file["sha256"])
        building.build(self.course.pk)
        self.call("search_find", expect=200, query="?q=overfit")
        self.call("search_find", expect=400, query="?q=o")
        summary = SummaryDelivery.objects.create(
            user=self.student, iso_year=2026, iso_week=1, due_at=timezone.now(), status="sent"
        )
        self.call("summaries_list", expect=200)
        self.call("summaries_list", expect=400, query="?cursor=unknown")
        self.call("summary_read", expect=200, uuid=str(summary.uuid))
        self.calendar()
        self.notes(next(entry["uuid"] for entry in entries if entry["kind"] == "lesson"))
        lesson = next(entry["uuid"] for entry in entries if entry["kind"] == "lesson")
        self.discussions(lesson)
        quiz = next(entry["uuid"] for entry in entries if entry["kind"] == "quiz")
        self.call("lesson_read", expect=200, uuid=lesson)
        self.call("lesson_position", expect=200, uuid=lesson, body={"anchor": "life-cycle.2"})
        self.call("lesson_position_read", expect=200, uuid=lesson)
        self.call("lesson_position", expect=400, uuid=lesson, body={"anchor": "no place"})
        self.announcements()
        self.call("course_progress", expect=200, slug=slug)
        for name in ("course_progress_mark", "course_progress_mark_post"):
            self.call(name, expect=200, slug=slug, body={"activity": lesson, "done": True})
            self.call(name, expect=400, slug=slug, body={"activity": quiz, "done": True})

    def announcements(self) -> None:
        slug, now = self.course.slug, timezone.now()
        announcement = Announcement.objects.create(
            course=self.course,
            title={"en": "No class on Monday", "ko": "월요일 휴강"},
            text={"en": "Read lesson 3 instead.", "ko": "대신 3강을 읽어 주세요."},
            created_at=now,
            at=now,
            sent_at=now,
        )
        Recipient.objects.create(
            announcement=announcement, enrolment=self.student.enrolments.get(course=self.course), sent_at=now
        )
        self.call("course_announcements", expect=200, slug=slug)
        self.call("course_announcements", expect=400, slug=slug, query="?cursor=unknown")
        quiz = str(self.course.activities.get(slug=self._a_graded_quiz()).uuid)
        body = {"assumed": [{"activity": quiz, "percent": 90}], "target": 80}
        self.call("grades_what_if", expect=200, slug=slug, body=body)
        self.call("grades_what_if", expect=400, slug=slug, body={"target": 101})

    def calendar(self) -> None:
        self.call("calendar_read", expect=200, query="?first=2026-11-01&last=2026-11-30")
        self.call("calendar_read", expect=400, query="?first=2026-11-30&last=2026-11-01")
        self.call("calendar_address_reset", expect=201)
        self.call("calendar_address_read", expect=200)
        self.call("calendar_address_turn_off", expect=204)

    def notes(self, lesson: str) -> None:
        body = {"lesson": lesson, "anchor": "life-cycle.2", "quote": "a question", "body": "Ask before you collect."}
        note = self.call("note_write", expect=201, body=body)["uuid"]
        self.call("note_write", expect=400, body={**body, "anchor": "no place"})
        self.call("notes_list", expect=200)
        self.call("notes_list", expect=400, query="?cursor=unknown")
        self.call("notes_export", expect=200, kind="markdown")
        self.call("note_read", expect=200, uuid=note)
        self.call("note_change", expect=200, uuid=note, body={"body": "Ask first."})
        self.call("note_delete", expect=204, uuid=note)
        self.call("note_restore", expect=200, uuid=note)

    def discussions(self, lesson: str) -> None:
        body = {"anchor": "life-cycle.2", "body": "Does the order matter?"}
        asked = self.call("discussion_ask", expect=201, uuid=lesson, body=body)["uuid"]
        self.call("discussion_ask", expect=400, uuid=lesson, body={**body, "anchor": "no place"})
        self.call("discussions_list", expect=200, uuid=lesson)
        self.call("discussions_list", expect=400, uuid=lesson, query="?cursor=unknown")
        reply = self.call("discussion_reply", expect=201, uuid=asked, body={"body": "It does."})["uuid"]
        self.call("discussion_reply", expect=400, uuid=asked, body={"body": ""})
        self.call("discussion_accept", expect=204, uuid=asked, body={"reply": reply})
        self.call("discussion_read", expect=200, uuid=asked)
        self.call("discussion_reopen", expect=204, uuid=asked)
        for name in ("me_too", "not_me_too", "mute", "unmute"):
            self.call(f"discussion_{name}", expect=204, uuid=asked)
        self.call("post_report", expect=409, uuid=reply, body={"reason": "It is mine."})
        question = Post.objects.get(uuid=asked)
        other = Post.objects.create(
            activity=question.activity, question=question, body="Buy this!", created_at=timezone.now()
        )
        self.call("post_report", expect=204, uuid=str(other.uuid), body={"reason": "An advertisement"})
        self.call("post_read", expect=200, uuid=reply)
        self.call("post_change", expect=200, uuid=reply, body={"body": "It does: each step uses the one before."})
        self.call("post_delete", expect=204, uuid=reply)
        self.call("post_restore", expect=200, uuid=reply)

    def certificates(self) -> None:
        slug = self.course.slug
        rule = CompletionRule.objects.update_or_create(course=self.course, defaults={"progress": 100})[0]
        self.call("goal_read", expect=200)
        self.call("certificate_issue", expect=409, body={"course": slug, "name": "김하늘"})
        rule.progress = rule.grade = rule.hand_ins = 0
        rule.save()
        self.call("certificate_issue", expect=400, body={"course": slug, "name": " "})
        uuid = self.call("certificate_issue", expect=201, body={"course": slug, "name": "김하늘"})["uuid"]
        documents.make(Certificate.objects.get(uuid=uuid), now=timezone.now())
        self.call("certificates_list", expect=200)
        self.call("certificates_list", expect=400, query="?cursor=unknown")
        self.call("certificate_read", expect=200, uuid=uuid)
        self.call("certificate_pdf", expect=200, uuid=uuid, language="ko")

    def offline(self, lesson: str) -> None:
        of_each = {"at": timezone.now().isoformat(), "lesson": lesson}
        sent = [
            {"id": str(uuid4()), "kind": "note_write", "anchor": "life-cycle.2", "body": "In a tunnel", **of_each},
            {"id": str(uuid4()), "kind": "position", "anchor": "life-cycle.3", **of_each},
        ]
        newer = {"id": str(uuid4()), "kind": "drawing", **of_each}
        body = {"operations": [sent[0], newer, sent[1]], "sent_at": timezone.now().isoformat()}
        self.call("sync", expect=200, body=body)
        self.call("sync", expect=200, body={**body, "operations": sent}, keep=False)
        self.call("sync", expect=400, body={"operations": {}})
        self.call("changes_read", expect=200)
        self.call("changes_read", expect=400, query="?since=unknown")

    def quiz(self) -> None:
        quiz = self.course.activities.get(slug=self._a_graded_quiz()).quiz
        at = {"uuid": str(quiz.activity.uuid)}
        self.call("quiz_read", expect=200, **at)
        attempt = self.call("attempt_start", expect=201, body={}, **at)
        self.call("attempt_start", expect=200, body={}, **at)
        self.call("attempt_start", expect=400, body={"access_code": 7}, **at)
        self.call("quiz_attempts_list", expect=200, **at)
        self.call("quiz_attempts_list", expect=400, query="?cursor=unknown", **at)
        on = {"uuid": attempt["uuid"]}
        self.offline(lesson=str(self.course.activities.filter(kind=Activity.Kind.LESSON)[0].uuid))
        self.call("attempt_read", expect=200, **on)
        self.call("attempt_result", expect=409, **on)
        question = attempt["questions"][0]["uuid"]
        wrong = {str(name): response for name, response in wrong_answers(quiz).items()}
        self.call("answer_flag", expect=204, question=question, **on)
        self.call("attempt_flags", expect=200, **on)
        self.call("answer_unflag", expect=204, question=question, **on)
        body = {"response": wrong[question], "sequence": 1772442000000}
        self.call("answer_save", expect=200, question=question, body=body, **on)
        self.call("answer_save", expect=400, question=question, body={"response": {"pages": 3}}, **on)
        self.call("answer_check", expect=409, question=question, **on)
        self.call("attempt_submit", expect=400, body={"answers": {question: {"pages": 3}}}, **on)
        self.call("attempt_reveal", expect=409, **on)
        right = {str(name): response for name, response in right_answers(quiz).items()}
        self.call("attempt_submit", expect=202, body={"answers": right}, **on)
        self.call("answer_save", expect=409, question=question, body=body, **on)
        self.call("attempt_result", expect=200, keep=False, **on)
        _grade(attempt["uuid"])
        self.call("attempt_result", expect=200, **on)
        Quiz.objects.filter(pk=quiz.pk).update(show_answers=Quiz.ShowAnswers.AFTER_PASS)
        self.call("attempt_reveal", expect=200, **on)

    def _a_graded_quiz(self) -> str:
        # Hand-ins of the course are voluntary and graded by a person.
        quizzes = self.course.activities.filter(kind=Activity.Kind.QUIZ, is_required=True)
        return str(quizzes.order_by("module__position", "position")[0].slug)

    def _quiz_of_every_kind(self, **fields: Any) -> Quiz:
        activity = ActivityFactory(module=self.course.modules.first(), kind="quiz", code="")
        quiz: Quiz = QuizFactory(activity=activity, **fields)
        every_kind.fill(quiz)
        return quiz

    def feedback_at_once(self) -> None:
        quiz = self._quiz_of_every_kind(show_answers=Quiz.ShowAnswers.AT_ONCE)
        assert quiz.current_version
        keys = quiz.current_version.answer_key.content
        attempt = self.call("attempt_start", expect=201, uuid=str(quiz.activity.uuid), keep=False)
        for question in attempt["questions"]:
            at = {"uuid": attempt["uuid"], "question": question["uuid"]}
            body = {"response": every_kind.right(keys[question["uuid"]]), "sequence": 1772442000000}
            self.call("answer_save", expect=200, body=body, example=question["kind"], **at)
        question = attempt["questions"][0]["uuid"]
        self.call("answer_check", expect=200, uuid=attempt["uuid"], question=question)
        self.hand_in = attempt["uuid"], attempt["questions"][-1]["uuid"]

    def files(self) -> None:
        attempt, question = self.hand_in
        at = {"uuid": attempt, "question": question}
        text = b"The two distributions differ."
        file = self.call("answer_file_add", expect=201, upload=text, **at)["uuid"]
        self.call("answer_file_add", expect=400, upload=b"MZ\x00\x00", **at)
        self.call("answer_files_list", expect=200, **at)
        assert self.call("answer_file_read", expect=200, uuid=attempt, file=file) == text
        self.call("answer_file_remove", expect=204, uuid=attempt, file=file)
        self.pieces(at)

    def pieces(self, at: dict[str, str]) -> None:
        name = {"Upload-Metadata": "filename bm90ZXMudHh0", **VERSION}
        first: Any = {"headers": {"Upload-Length": "35", **name}, "piece": b"The two", **at}
        upload = self.call("answer_upload_begin", expect=201, **first)["uuid"]
        self.call("answer_upload_begin", expect=400, headers={"Upload-Length": "0", **name}, **at)
        self.call("answer_upload_begin", expect=413, headers={"Upload-Length": "10000001", **name}, **at)
        self.call("answer_upload_begin", expect=412, **at)
        self.call("answer_uploads_list", expect=200, **at)
        piece: Any = {"piece": b" distributions", "headers": {"Upload-Offset": "7", **VERSION}, "uuid": upload}
        self.call("upload_append", expect=204, **piece)
        self.call("upload_append", expect=409, **piece)
        self.call("upload_append", expect=415, headers=VERSION, uuid=upload)
        piece["headers"]["Upload-Checksum"] = "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="
        self.call("upload_append", expect=460, **{**piece, "headers": {**piece["headers"], "Upload-Offset": "21"}})
        self.call("upload_read", expect=200, uuid=upload)
        self.call("upload_end", expect=204, headers=VERSION, uuid=upload)

    def review(self) -> None:
        quiz = Quiz.objects.filter(activity__course=self.course, activity__kind=Activity.Kind.LESSON)[0]
        enrolment = self.student.enrolments.get(course=self.course)
        # One mistake: PostgreSQL keeps the scores of a grading, and so the cards, in another order.
        assert quiz.current_version
        first = quiz.current_version.content["questions"][0]["uuid"]
        key = quiz.current_version.answer_key.content
        answers = {UUID(uuid): every_kind.right(spec) for uuid, spec in key.items()}
        answers[UUID(first)] = every_kind.wrong_answers(quiz)[first]
        take(quiz, enrolment, answers, now=timezone.now() - timedelta(days=2))
        card = self.call("review_today", expect=200)["card"]
        self.call("review_cards", expect=200)
        lesson = {"uuid": str(quiz.activity.uuid)}
        self.call("lesson_questions", expect=200, **lesson)
        self.call("lesson_question_answer", expect=400, question=first, body={"response": {"pages": 3}}, **lesson)
        body = {"response": every_kind.right(key[first])}
        self.call("lesson_question_answer", expect=200, question=first, body=body, **lesson)
        at = {"card": card["uuid"], "turn": card["turn"]}
        self.call("review_answer", expect=400, body={"response": {"pages": 3}}, **at)
        self.call("review_answer", expect=200, body={"response": None}, **at)
        self.call("review_answer", expect=409, body={"response": None}, card=card["uuid"], turn=card["turn"] + 1)

    def appeals(self) -> None:
        quiz = QuizFactory(activity=ActivityFactory(module=self.course.modules.first(), kind="quiz", code=""))
        attempt = self.call("attempt_start", expect=201, uuid=str(quiz.activity.uuid), keep=False)
        wrong = {str(name): response for name, response in wrong_answers(quiz).items()}
        on = {"uuid": attempt["uuid"]}
        self.call("attempt_submit", expect=202, body={"answers": wrong}, keep=False, **on)
        _grade(attempt["uuid"])
        at = {**on, "question": attempt["questions"][0]["uuid"]}
        self.call("appeal_file", expect=200, body={"text": "The lesson says it in other words."}, **at)
        self.call("appeal_file", expect=400, body={"text": ""}, **at)
        self.call("appeal_file", expect=409, body={"text": "Something else."}, **at)
        self.call("attempt_appeals", expect=200, **on)
        self.call("appeal_withdraw", expect=204, **at)

    def messages(self) -> None:
        grade = AttemptGrade.objects.filter(attempt__enrolment__user=self.student).latest("pk")
        notice = GradeNotice.objects.create(
            attempt=grade.attempt, grade=grade, old_points=1, old_max_points=grade.max_points, created_at=timezone.now()
        )
        sending.notify("grade-changed", about=notice, now=timezone.now())
        [message] = self.call("messages_read", expect=200)["results"]
        self.call("messages_read", expect=400, query="?cursor=unknown")
        self.call("message_mark", expect=200, uuid=message["uuid"])
        self.call("messages_mark_all", expect=204)


def _made_up(spec: dict[str, Any], part: str) -> Any:
    schema = next(parameter["schema"] for parameter in spec["parameters"] if parameter["name"] == part)
    return _UNKNOWN["uuid" if schema.get("format") == "uuid" else "int" if schema["type"] == "integer" else "string"]


def _grade(uuid: str) -> None:
    assert automatic.grade_attempt(attempt_id=Attempt.objects.get(uuid=uuid).pk, now=timezone.now())


def sign_in(recorder: Recorder, user: User, password: str) -> str:
    body = {"email": user.email, "password": password}
    return str(recorder.call("sign_in", expect=200, body=body, keep=False)["meta"]["session_token"])
