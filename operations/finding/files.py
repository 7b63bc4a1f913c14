"""Search the files of the state folder for a text: uploads, mails, the queue, logs that are kept there."""

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

# Bytes that are read at a time.
CHUNK = 1024 * 1024
# Not read: the database is searched by tables, the cache has hashed keys and expires, static files are the product's, also
# compressed.
NOT_READ = {"cache", "compressed", "static"}


def find_in_files(text: str, folders: list[Path]) -> Iterator[str]:
    """Yield the path of each file whose name or content has `text`, in the state folder, the uploads and `folders`.

    Letters count as they are written in UTF-8, UTF-16 or cp949; only for Latin letters upper and lower case are the same.
    Compressed files (docx, zip, backups) are not unpacked.
    """
    home = Path(settings.BAEUM_HOME)
    seen: set[Path] = set()
    for folder in (home, Path(settings.MEDIA_ROOT), *folders):
        for path in sorted(folder.rglob("*") if folder.is_dir() else [folder]):
            if path in seen or not path.is_file() or path.is_symlink() or _is_skipped(path, home):
                continue
            seen.add(path)
            if text.lower() in path.name.lower() or _contains(path, text):
                yield str(path)


def _is_skipped(path: Path, home: Path) -> bool:
    if not path.is_relative_to(home):
        return False
    return path.relative_to(home).parts[0] in NOT_READ or ".sqlite3" in path.name


def _contains(path: Path, text: str) -> bool:
    if path.suffix == ".eml":
        return text.lower() in _decode_mail(path).lower()
    needles = {text.encode(encoding, "ignore").lower() for encoding in ("utf-8", "utf-16-le", "cp949")} - {b""}
    overlap = max(len(needle) for needle in needles)
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            window = before + chunk
            lower = window.lower()
            if any(needle in lower for needle in needles):
                return True
            before = window[-overlap:]
    return False


def _decode_mail(path: Path) -> str:
    """Return the headers and the texts of a mail, decoded."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [f"{name}: {value}" for name, value in message.items()]
    parts += [str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join(parts)
