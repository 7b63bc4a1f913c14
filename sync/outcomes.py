"""Define what becomes of an operation, and why one is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError

from common.errors import DomainError
from sync.models import SyncOperation

Stored = SyncOperation.Status


class Status(StrEnum):
    """The answer to an operation: those that are stored, and two that are not."""

    APPLIED = Stored.APPLIED.value
    CONFLICT = Stored.CONFLICT.value
    EVIDENCE = Stored.EVIDENCE.value
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class UnknownOperation(DomainError):
    slug = "unknown-operation"
    help = gettext_lazy(
        "This site does not know operations of this kind: the app is newer than the site. Keep the operation and send it again "
        "after some days."
    )


class NeedsNetwork(DomainError):
    slug = "needs-network"
    status = 409
    help = gettext_lazy(
        "This cannot be done without a network, so there is no operation for it: the questions of an attempt are drawn when it "
        "starts, and feedback is given when an answer can no longer be changed. Forget the operation, and offer it when there is "
        "a network. An attempt that was started before is answered without one."
    )


class OperationIdReused(DomainError):
    slug = "operation-id-reused"
    status = 422
    help = gettext_lazy(
        "An operation with this `id` was sent before with another content. Nothing was done. Each new operation needs an id of "
        "its own, best a random UUID."
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation. `note`: which note has the text. `sequence`: the number of the answer that stands."""

    status: Stored
    note: UUID | None = None
    sequence: int | None = None


APPLIED = Outcome(Stored.APPLIED)
# What an operation may be refused with. Anything else is a fault of ours.
REFUSALS = (DomainError, Http404, ValidationError)
Refusal = DomainError | Http404 | ValidationError


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one operation. `id` is None if it had none. `first`: of a duplicate, what was answered first."""

    id: UUID | None
    status: Status
    first: Stored | None = None
    note: UUID | None = None
    sequence: int | None = None
    problem: dict[str, Any] | None = None
