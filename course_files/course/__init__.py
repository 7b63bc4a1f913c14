"""Owns import and export of a course's outline, lessons, glossary and files; `course_files.course_folder` joins it with quizzes.

A course is a set of *things*, each with a key and fields (see `course_files.merging`):

    ("course",)  ("module", slug)  ("activity", slug)  ("edition", slug, language)  ("term", key)  ("asset", name)

`reading` makes them from a folder, `stored` from the database; equal things mean an equal course. `executing` does what
was planned, `writing` makes a folder of things.
"""

from course_files.course.executing import Execution
from course_files.course.reading import Reading, read
from course_files.course.stored import Stored, stored
from course_files.course.writing import files

__all__ = ["Execution", "Reading", "Stored", "files", "read", "stored"]
