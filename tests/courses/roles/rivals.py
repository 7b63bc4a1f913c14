"""Ten instructors take each other's role away at the same time; run by `test_rivals`.

`python -m tests.courses.roles.rivals roles` on a new database prints one line of JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

from tests.quizzes.rivals import rivals

INSTRUCTORS = 10


def main(what: str) -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from courses.models import CourseRole
    from tests.factories import CourseFactory, CourseRoleFactory

    call_command("migrate", verbosity=0)
    course = CourseFactory()
    given = [CourseRoleFactory(course=course) for _n in range(INSTRUCTORS)]

    def take(actor: CourseRole, other: CourseRole) -> Callable[[], int]:
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        client.force_login(actor.user)
        url = reverse("admin:courses_course_role", args=[course.pk, other.pk])
        return lambda: client.post(url, {"take": "1"}).status_code

    answers = rivals([take(one, other) for one in given for other in (one, given[given.index(one) - 1])])
    return {"answers": answers, "left": CourseRole.objects.count()}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    print(json.dumps(main(sys.argv[1])))  # noqa: T201
