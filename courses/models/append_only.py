"""Define the base class of append-only tables, which refuses to change or delete rows."""

from typing import Any

from django.db import models


class AppendOnlyError(TypeError):
    """Raised when code tries to change or delete a row of an append-only table."""


class AppendOnlyModel(models.Model):
    """A table whose rows are added and never changed. Current values are derived from its rows.

    `save` and `delete` raise AppendOnlyError for an existing row. Query sets (`update`, `delete`) are not checked.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} is append-only: add a row instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} is append-only: add a row instead.")
