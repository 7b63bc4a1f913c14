"""Search the admin's lists of rows that belong to people."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.people import search


class PeopleSearch:
    """A list of the admin that finds rows by their person, who stands at `people_path`; without one the rows are people.

    `search_fields` names that person's address and name, and fields of the row itself.
    """

    people_path: ClassVar[str] = ""
    search_fields: ClassVar[Any]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = Q(**{f"{self.people_path or 'pk'}__in": search.find(search_term)})
        own = [name for name in self.search_fields if self.people_path and not name.startswith(f"{self.people_path}__")]
        if own:
            of_row = Q()
            for word in search.words(search_term):
                of_row &= Q(*((f"{name}__icontains", word) for name in own), _connector=Q.OR)
            found |= of_row
        return queryset.filter(found), False
