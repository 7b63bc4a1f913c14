"""Route the students' pages of certificates."""

from django.urls import path

from certificates import student_pages

app_name = "certificate"

urlpatterns = [
    path("<slug:slug>/certificate/", student_pages.own, name="own"),
    path("<slug:slug>/certificate/<slug:language>.pdf", student_pages.download, name="download"),
]
