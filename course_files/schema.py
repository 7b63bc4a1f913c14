"""Validate course files with the JSON Schema of the format."""

from pathlib import Path

from common.files.schema import _messages, _validator
from course_files.files import Folder
from course_files.plain_yaml import Document


def check(folder: Folder, name: str, document: Document, *, schema: Path, definition: str) -> bool:
    """Whether `document`, which stands in the file `name`, is what `definition` of the schema says; if not, faults."""
    valid = True
    for error in _validator(schema, definition).iter_errors(document.value):
        valid = False
        line = document.line(tuple(error.absolute_path))
        for message, key in _messages(error):
            path = (*error.absolute_path, key) if key else tuple(error.absolute_path)
            folder.fault(name, document.line(path) if key else line, message)
    return valid
