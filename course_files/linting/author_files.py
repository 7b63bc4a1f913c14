"""Read the files of a course folder that are for its authors only."""

from course_files.checking.report import CourseCheck
from course_files.course.texts import read_yaml
from course_files.plain_yaml import Document


def read_author_file(check: CourseCheck, name: str, definition: str) -> Document | None:
    """Return the file parsed. Return None if it is missing, or has faults; these are added as warnings."""
    folder = check.course.folder
    before = len(folder.faults)
    document = read_yaml(folder, name, definition)
    check.report.faults += folder.faults[before:]
    return document
