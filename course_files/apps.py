"""Configure the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourseFilesConfig(AppConfig):
    name = "course_files"
    verbose_name = _("Course files")
