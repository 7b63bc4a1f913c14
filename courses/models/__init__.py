"""Provide every model of courses. Other code imports models from this package.

The courses app does not import the quizzes app. An `Activity` is one entry of the outline, a lesson or a quiz; the quiz itself
is a model of the quizzes app that refers to its activity.
"""

from courses.models.activities import Activity
from courses.models.append_only import AppendOnlyError, AppendOnlyModel
from courses.models.content import CourseAsset, GlossaryTerm, Lesson, LessonEdition
from courses.models.courses import Course, Module, Titled
from courses.models.enrolment_status import EnrolmentStatus
from courses.models.enrolments import Cohort, Enrolment
from courses.models.grades import BY_HAND, GradeCategory, GradeChange, GradeItem
from courses.models.in_course import InCourse
from courses.models.progress import ActivityCompletion, ProgressEvent, ReadingPosition
from courses.models.roles import CourseRole
from courses.models.rosters import RosterImport
from courses.models.summaries import SummaryDelivery

__all__ = [
    "BY_HAND",
    "Activity",
    "ActivityCompletion",
    "AppendOnlyError",
    "AppendOnlyModel",
    "Cohort",
    "Course",
    "CourseAsset",
    "CourseRole",
    "Enrolment",
    "EnrolmentStatus",
    "GlossaryTerm",
    "GradeCategory",
    "GradeChange",
    "GradeItem",
    "InCourse",
    "Lesson",
    "LessonEdition",
    "Module",
    "ProgressEvent",
    "ReadingPosition",
    "RosterImport",
    "SummaryDelivery",
    "Titled",
]
