"""Route the staff's pages of mails. They are below the admin's address."""

from django.urls import path

from mails.ledger import pages as ledger
from mails.previewing import pages as previewing
from mails.sending_now import pages as sending_now

app_name = "mails"

urlpatterns = [
    path("<slug:slug>/", ledger.mail_list, name="ledger"),
    path("<slug:slug>/send/", sending_now.mailing_list, name="mailings"),
    path("<slug:slug>/send/<uuid:uuid>/", sending_now.mailing, name="mailing"),
    path("<slug:slug>/students/<uuid:enrolment_uuid>/", previewing.preview, name="preview"),
    path("<slug:slug>/students/<uuid:enrolment_uuid>/html/", previewing.preview_html, name="preview-html"),
]
