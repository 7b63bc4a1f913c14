"""Delete expired uploads. A worker imports little else of this app for it."""

from contextlib import suppress
from datetime import datetime

from uploads import parts
from uploads.models import Upload

# At a time: each has a file.
CHUNK = 500


def remove_expired(*, now: datetime) -> int:
    """Delete expired uploads with their files, and files without a row; return how many uploads."""
    removed = 0
    for uuid in Upload.objects.filter(expires_at__lte=now).values_list("uuid", flat=True)[:CHUNK]:
        # A request that writes to it now extends its time.
        with suppress(parts.PartInUse), parts.lock_part(uuid):
            removed += Upload.objects.filter(uuid=uuid, expires_at__lte=now).delete()[0]
            if not Upload.objects.filter(uuid=uuid).exists():
                parts.remove(uuid)
    _remove_strays()
    return removed


def _remove_strays() -> None:
    """Delete files without a row: an account or a course was deleted, or the database was restored."""
    on_disk = parts.find_all()
    for uuid in set(on_disk) - set(Upload.objects.filter(uuid__in=on_disk).values_list("uuid", flat=True)):
        with suppress(parts.PartInUse), parts.lock_part(uuid):
            parts.remove(uuid)
