"""Owns the secret key of a Baeum that was given none: random, and readable by its owner only."""

import os
import secrets
from pathlib import Path


def embedded_secret_key(home: Path) -> str:
    """Return the key kept in the state folder, made at the first call; two processes that race agree on one."""
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
            os.link(fresh, path)  # unlike a rename, this fails when another process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_text().strip()
