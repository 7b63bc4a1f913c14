"""The examples of the document are answers of the product."""

from typing import Any

from accounts.models import User
from tests.factories import PASSWORD
from tests.lms.openapi.recorder import Recorder
from tests.lms.openapi.sign_in_tour import SignInTour


def test_x(alice: User, settings: Any, mailoutbox: list[Any]) -> None:
    recorder = Recorder()
    SignInTour(recorder, alice, PASSWORD, mailoutbox).run(settings)
    import json

    print(json.dumps(recorder.examples, ensure_ascii=False, indent=1))
