"""Route the page of the search."""

from django.urls import path

from search import pages

app_name = "search"

urlpatterns = [path("", pages.search_page, name="search")]
