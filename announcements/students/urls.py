"""Route the students' page of announcements."""

from django.urls import path

from announcements.students import pages

app_name = "announcements"

urlpatterns = [path("<slug:slug>/announcements/", pages.announcement_list, name="list")]
