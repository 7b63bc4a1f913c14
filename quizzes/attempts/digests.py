"""Recognise an answer by a short digest, as a form says which answer it has seen."""

import hashlib
import json

from questions import KINDS, Response, Spec


def response_digest(question: Spec, response: Response) -> str:
    """Return a short digest of an answer, to detect changes in a form; "" if it is empty."""
    if not KINDS[question["kind"]].is_answered(response):
        return ""
    return hashlib.sha256(json.dumps(response, sort_keys=True).encode()).hexdigest()[:16]
