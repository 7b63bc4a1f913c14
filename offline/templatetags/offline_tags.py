"""Show on the page of a course the size of its download."""

from django import template

from courses.outline.published import PublishedCourse
from offline.sizes import download_size

register = template.Library()


@register.simple_tag
def download_megabytes(course: PublishedCourse) -> float:
    return download_size(course) / 1_000_000
