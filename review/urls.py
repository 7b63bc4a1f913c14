"""Route the pages on which answers are graded one after the other. They are below the admin's address."""

from django.urls import path

from review.pages import answers, comments

app_name = "review"

urlpatterns = [
    path("next/", answers.next_answer, name="next"),
    path("undo/<int:review_id>/", answers.undo, name="undo"),
    path("comments/<slug:slug>/", comments.comment_list, name="comments"),
    path("comments/<slug:slug>/<uuid:uuid>/", comments.comment, name="comment"),
    path("<uuid:uuid>/<uuid:question>/", answers.answer, name="answer"),
]
