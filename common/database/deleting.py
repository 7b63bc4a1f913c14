"""Delete rows together with the rows that refer to them, by a number of statements that does not depend on theirs."""

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models.deletion import CASCADE
from django.db.models.signals import post_delete, pre_delete


def delete_by_condition(rows: models.QuerySet[Any, Any]) -> None:
    """Delete `rows` and all rows that go with them: one statement for each model.

    Django's own way reads all of them, and asks for those that refer to them once for each hundred. Only for models that
    nobody watches: no signal is sent. Raises TypeError for a watched model, and for a reference that does not cascade.
    """
    # All is looked at before anything is deleted.
    deletions = list(_order(rows.order_by()))
    with transaction.atomic(savepoint=False):
        for each in deletions:
            each._raw_delete(each.db)


def _order(rows: models.QuerySet[Any, Any]) -> Iterator[models.QuerySet[Any, Any]]:
    """Yield what is to be deleted: first what refers to other rows."""
    model = rows.model
    if pre_delete.has_listeners(model) or post_delete.has_listeners(model):
        raise TypeError(f"{model.__name__} is watched.")
    for reference in model._meta.related_objects:
        if reference.on_delete is not CASCADE:
            raise TypeError(f"{reference.related_model.__name__}.{reference.field.name} does not cascade.")
        yield from _order(reference.related_model._base_manager.filter(**{f"{reference.field.name}__in": rows}))
    yield rows
