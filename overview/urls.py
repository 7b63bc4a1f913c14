"""Route the pages about all courses. They are below the admin's address."""

from django.urls import path

from overview import audit, jobs, pages

app_name = "overview"

urlpatterns = [
    path("jobs/", jobs.job_list, name="jobs"),
    path("audit/", audit.audit_courses, name="audit-courses"),
    path("audit/<slug:slug>/", audit.course_audit, name="audit"),
    path("definitions/", pages.definition_list, name="definitions"),
]
