"""Route the address for reports of mail servers."""

from django.urls import path

from mails.bounces import pages

app_name = "bounces"

urlpatterns = [path("", pages.report_take, name="report-take")]
