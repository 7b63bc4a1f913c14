"""Add the pages that import rosters to the admin of courses.

This replaces the admin class registered by `courses`, which may not import this app.
"""

from django.contrib import admin
from django.urls import URLPattern, path

from courses.admin.courses import CourseAdmin
from courses.models import Course
from rosters import pages

admin.site.unregister(Course)


@admin.register(Course)
class RosterCourseAdmin(CourseAdmin):
    def get_urls(self) -> list[URLPattern]:
        upload, job = (self.admin_site.admin_view(view) for view in (pages.roster_import, pages.roster_job))
        with_self = {"model_admin": self}
        return [
            path("<int:course_id>/roster/", upload, with_self, name="courses_course_roster"),
            path("<int:course_id>/roster/<uuid:roster_uuid>/", job, with_self, name="courses_course_roster_job"),
            *super().get_urls(),
        ]
