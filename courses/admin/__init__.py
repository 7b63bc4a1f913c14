"""Register the admin classes of courses when this package is imported.

The module `pages` has the staff pages that are not forms of one row. The pages for students are in `courses.pages`.
"""

from courses.admin import courses, students

__all__ = ["courses", "students"]
