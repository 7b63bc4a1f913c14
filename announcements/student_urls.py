"""Route the students' page of announcements."""

from django.urls import path

from announcements import student_pages

app_name = "announcements"

urlpatterns = [path("<slug:slug>/announcements/", student_pages.announcement_list, name="list")]
