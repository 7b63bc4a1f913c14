"""Create a random secret key in the state folder, for sites without SECRET_KEY. Only the owner can read the file."""

import os
import secrets
from pathlib import Path


def embedded_secret_key(home: Path) -> str:
    """Return the key in the state folder. The first call creates it; processes that call at the same time get the same key."""
    path = home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = home / f".secret_key.{os.getpid()}"
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)  # unlike a rename, this fails if another process has created the file
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_text().strip()
