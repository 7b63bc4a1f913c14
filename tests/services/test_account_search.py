"""PostgreSQL finds a part of an address or a name by an index, as the searches of the admin look for it."""

import pytest
from django.db import connection
from django.db.models import Q

from accounts.models import User
from tests.factories import UserFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def test_the_search_for_a_part_of_a_name_uses_an_index() -> None:
    mina = UserFactory(email="mina@example.com", name="Kim Mina")
    UserFactory(email="other@example.com", name="Other")
    found = User.objects.filter(Q(email__icontains="kim mi") | Q(name__icontains="kim mi"))
    assert list(found) == [mina]
    with connection.cursor() as cursor:
        # A table of two rows is read faster without.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "accounts_user_search" in found.explain()


def test_new_people_do_not_wait_in_a_list_beside_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'accounts_user_search'")
        assert cursor.fetchone() == (["fastupdate=off"],)
