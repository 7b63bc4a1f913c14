"""Validate course files with a JSON Schema, and add a fault for each error."""

from pathlib import Path

from common.files.schema import explain_error, get_validator
from course_files.files import Folder
from course_files.plain_yaml import Document


def check(folder: Folder, name: str, document: Document, *, schema: Path, definition: str) -> bool:
    """Return whether `document`, read from the file `name`, matches `definition` of the schema. Adds faults if it does not."""
    valid = True
    for error in get_validator(schema, definition).iter_errors(document.value):
        valid = False
        line = document.line(tuple(error.absolute_path))
        for message, key in explain_error(error):
            path = (*error.absolute_path, key) if key else tuple(error.absolute_path)
            folder.add_fault(name, document.line(path) if key else line, message)
    return valid
