"""Route the API addresses of accounts."""

from accounts.api import messages, switches, views
from accounts.own_account import api as own_account
from accounts.personal_data import api as personal_data
from common.api.routing import route

urlpatterns = [
    route("me", views.Me.as_view(), "api-me"),
    route("messages", messages.Messages.as_view(), "api-messages"),
    route("messages/read", messages.MessagesRead.as_view(), "api-messages-read"),
    route("messages/<uuid:uuid>/read", messages.MessageRead.as_view(), "api-message-read"),
    route("mail-switches", switches.MailSwitches.as_view(), "api-mail-switches"),
    route("mail-switches/<slug:kind>", switches.MailSwitchDetail.as_view(), "api-mail-switch"),
    route("me/address", own_account.AddressChange.as_view(), "api-address"),
    route("me/address/confirm", own_account.AddressConfirm.as_view(), "api-address-confirm"),
    route("me/audit", personal_data.OwnAudit.as_view(), "api-own-audit"),
    route("me/mails/start", views.MailsStart.as_view(), "api-mails-start"),
    route("me/personal-data", personal_data.PersonalData.as_view(), "api-personal-data"),
    route("devices", own_account.DeviceList.as_view(), "api-devices"),
    route("devices/<uuid:uuid>", own_account.DeviceDetail.as_view(), "api-device"),
    route("session/handover", own_account.SessionHandover.as_view(), "api-session-handover"),
    route("session", views.Session.as_view(), "api-session"),
]
