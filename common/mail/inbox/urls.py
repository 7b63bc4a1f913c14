"""Define the addresses of the development inbox."""

from django.urls import path

from common.mail.inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.message_list, name="message-list"),
    path("<slug:name>/", views.message_detail, name="message-detail"),
    path("<slug:name>/html/", views.message_html, name="message-html"),
]
