"""Route the API addresses of the calendar."""

from calendars import api
from common.api.routing import route

urlpatterns = [
    route("calendar", api.Calendar.as_view(), "api-calendar"),
    route("calendar/address", api.CalendarAddress.as_view(), "api-calendar-address"),
]
