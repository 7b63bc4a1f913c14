"""Owns import and export of quizzes and of lessons' checks; `lms.course_folder` joins it with the course's own half.

The things (see `common.merging`): ("quiz", activity's slug), where a check stands under its lesson's slug, and
("question", the same slug, key), which holds its choices or its accepted answers.
"""

from quizzes.archive.executing import Execution
from quizzes.archive.reading import Reading, fault_of, read
from quizzes.archive.stored import Stored, stored
from quizzes.archive.writing import files

__all__ = ["Execution", "Reading", "Stored", "fault_of", "files", "read", "stored"]
