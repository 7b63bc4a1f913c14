"""Route the students' page of grades."""

from django.urls import path

from reports.pages import grades

app_name = "grades"

urlpatterns = [path("<slug:slug>/grades/", grades.own, name="grades")]
