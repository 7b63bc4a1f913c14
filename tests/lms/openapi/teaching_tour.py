"""Use the operations for instructors, after a student has handed in what a person grades."""

from typing import Any

from accounts.models import User
from tests.lms.openapi.app_tour import sign_in
from tests.lms.openapi.recorder import Recorder


class TeachingTour:
    def __init__(self, recorder: Recorder, instructor: User, password: str) -> None:
        self.recorder = recorder
        self.token = sign_in(recorder, instructor, password)

    def call(self, name: str, *, expect: int, **more: Any) -> Any:
        return self.recorder.call(name, expect=expect, token=self.token, **more)

    def run(self) -> None:
        course = self.call("teaching_list", expect=200)["results"][0]["slug"]
        self.call("teaching_list", expect=400, query="?cursor=unknown")
        self.call("course_roster", expect=200, slug=course)
        self.call("course_roster", expect=404, slug="nothing")
        self.gradebook(course)
        [waiting] = self.call("grading_queue", expect=200)["results"]
        self.call("grading_queue", expect=400, query="?cursor=unknown")
        read = self.call("grading_queue_read", expect=200, uuid=waiting["uuid"])
        hand_in = next(question for question in read["questions"] if question["rubric"])
        decision = {
            "criteria": {line["uuid"]: line["points"] for line in hand_in["rubric"]},
            "comment": "Clear, and the figure shows it.",
        }
        body = {"seen": read["seen"], "decisions": {hand_in["uuid"]: {"points": "many"}}}
        self.call("attempt_review", expect=400, uuid=waiting["uuid"], body=body)
        body = {"seen": read["seen"], "decisions": {hand_in["uuid"]: decision}}
        self.call("attempt_review", expect=200, uuid=waiting["uuid"], body=body)
        changed = {hand_in["uuid"]: {**decision, "comment": "Clear."}}
        body = {"seen": read["seen"], "decisions": changed}
        self.call("attempt_review", expect=409, uuid=waiting["uuid"], body=body)

    def gradebook(self, course: str) -> None:
        row = self.call("course_gradebook", expect=200, slug=course)["results"][0]
        self.call("course_gradebook", expect=400, slug=course, query="?cursor=unknown")
        self.call("course_gradebook", expect=404, slug="nothing")
        own = self.call("student_grades", expect=200, slug=course, uuid=row["uuid"])
        self.call("student_grades", expect=404, slug="nothing", uuid=row["uuid"])
        quiz = next(grade for grade in own["grades"] if grade["attempts"])["activity"]["uuid"]
        self.call("student_grade", expect=200, slug=course, uuid=row["uuid"], activity=quiz)
        self.call("student_grade", expect=404, slug=course, uuid=row["uuid"], activity=row["uuid"])
