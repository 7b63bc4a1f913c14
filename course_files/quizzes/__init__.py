"""Owns import and export of quizzes and of lessons' checks; `course_files.course_folder` joins it with the course's own half.

The things (see `course_files.merging`): ("quiz", activity's slug), where a check stands under its lesson's slug, and
("question", the same slug, key), which holds its choices or its accepted answers.
"""

from course_files.quizzes.executing import Execution
from course_files.quizzes.reading import Reading, fault_of, read
from course_files.quizzes.stored import Stored, stored
from course_files.quizzes.writing import files

__all__ = ["Execution", "Reading", "Stored", "fault_of", "files", "read", "stored"]
