"""Owns import and export of a course's outline, lessons, glossary and files; `lms.course_folder` joins it with quizzes.

A course is a set of *things*, each with a key and fields (see `common.merging`):

    ("course",)  ("module", slug)  ("activity", slug)  ("edition", slug, language)  ("term", key)  ("asset", name)

`reading` makes them from a folder, `stored` from the database; equal things mean an equal course. `executing` does what
was planned, `writing` makes a folder of things.
"""

from courses.archive.executing import Execution
from courses.archive.reading import Reading, read
from courses.archive.stored import Stored, stored
from courses.archive.writing import files

__all__ = ["Execution", "Reading", "Stored", "files", "read", "stored"]
