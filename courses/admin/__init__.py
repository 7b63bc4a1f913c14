"""The admin of courses, for staff. Importing the package registers every admin class.

`pages` has the staff pages that are not forms of one row. The pages for students are in `courses.pages`.
"""

from courses.admin import content, courses, students

__all__ = ["content", "courses", "students"]
