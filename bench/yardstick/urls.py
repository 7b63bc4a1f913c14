"""Define the addresses of the yardstick."""

from django.urls import path

from bench.yardstick import views

urlpatterns = [
    path("hello", views.hello),
    path("page", views.page),
    path("api", views.Api.as_view()),
    path("write", views.write),
]
