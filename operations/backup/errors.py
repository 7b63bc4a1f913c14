"""The error of backups, restores and upgrades."""


class BackupError(Exception):
    """Something that an operator can understand and mend, as one translated line."""
