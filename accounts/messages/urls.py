"""Route the pages of messages."""

from django.urls import path

from accounts.messages import pages

app_name = "notifications"

urlpatterns = [
    path("", pages.message_list, name="message-list"),
    path("read/", pages.message_read_all, name="message-read-all"),
    path("<uuid:uuid>/", pages.message_detail, name="message-detail"),
    path("mails/<str:token>/off/", pages.mail_off, name="mail-off"),
    path("mails/<str:token>/on/", pages.mail_on, name="mail-on"),
]
