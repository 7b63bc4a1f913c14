"""Route the API of quizzes to its views."""

from common.api.routing import route
from quizzes.hand_ins import api as hand_ins
from quizzes.taking.api import views

# Django tries the routes in order, so the most frequent one is first.
urlpatterns = [
    route("attempts/<uuid:uuid>/answers/<uuid:question>", views.AttemptAnswer.as_view(), "api-attempt-answer"),
    route("quizzes/<uuid:uuid>", views.QuizDetail.as_view(), "api-quiz-detail"),
    route("quizzes/<uuid:uuid>/attempts", views.QuizAttempts.as_view(), "api-quiz-attempts"),
    route("attempts/<uuid:uuid>", views.AttemptDetail.as_view(), "api-attempt-detail"),
    route("attempts/<uuid:uuid>/answers/<uuid:question>/check", views.AnswerCheck.as_view(), "api-answer-check"),
    route("attempts/<uuid:uuid>/answers/<uuid:question>/files", hand_ins.AnswerFiles.as_view(), "api-answer-files"),
    route("attempts/<uuid:uuid>/files/<uuid:file>", hand_ins.FileDetail.as_view(), "api-file-detail"),
    route("attempts/<uuid:uuid>/submit", views.AttemptSubmit.as_view(), "api-attempt-submit"),
    route("attempts/<uuid:uuid>/result", views.AttemptResult.as_view(), "api-attempt-result"),
    route("attempts/<uuid:uuid>/reveal", views.AttemptReveal.as_view(), "api-attempt-reveal"),
]
