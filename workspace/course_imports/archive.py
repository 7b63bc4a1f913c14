"""Unpack an untrusted zip file with a course folder, in memory and within the limits of a course folder."""

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from common.files import archives
from course_files.files import MAX_FILE, MAX_FILES, MAX_FOLDER
from workspace.course_imports.refusals import CourseRefused

# Bytes of an upload. A worker reads it into memory.
MAX_ZIP = 20_000_000
_ENCRYPTED = 1


def check_size(size: int) -> None:
    """Raises CourseRefused."""
    if size > MAX_ZIP:
        raise CourseRefused([_("The file is larger than %(size)d MB.") % {"size": MAX_ZIP // 1_000_000}])


def unpack(content: bytes) -> dict[str, bytes]:
    """Return {file name: content} of the course folder. The folder may be the only entry of the archive. Raises CourseRefused.

    Hidden files and what macOS adds are left out.
    """
    if fault := archives.find_fault(BytesIO(content), len(content)):
        raise CourseRefused([fault])
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _without_folder(_read(archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as broken:
        raise CourseRefused([_("The archive cannot be read.")]) from broken


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for entry in archive.infolist():
        parts = PurePosixPath(entry.filename).parts
        if entry.is_dir() or any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts):
            continue
        name = "/".join(parts)
        if ".." in parts or name.startswith("/") or "\\" in name or name in files:
            raise CourseRefused([_("The archive has a file with an unusual name: %(name)s") % {"name": name[:100]}])
        if entry.flag_bits & _ENCRYPTED:
            raise CourseRefused([_("The archive is protected by a password.")])
        with archive.open(entry) as file:
            # The size in the table of contents can be false.
            files[name] = file.read(MAX_FILE + 1)
        total += len(files[name])
        if len(files[name]) > MAX_FILE or total > MAX_FOLDER or len(files) > MAX_FILES:
            raise CourseRefused([_("This folder is too large to be a course.")])
    return files


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    if "course.yaml" in files or len({name.partition("/")[0] for name in files}) != 1:
        return files
    return {name.partition("/")[2] or name: content for name, content in files.items()}
