"""Register notifications in the admin. Only administrators can see them."""

from django.contrib import admin

from accounts.people.changelists import PeopleSearch
from common.admin.classes import ReadOnlyAdmin
from push.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(PeopleSearch, ReadOnlyAdmin):
    people_path = "subscription__user"
    list_display = ("about__user", "about__kind", "status", "due_at", "finished_at", "send_attempts", "answer", "error")
    list_filter = ("status", "about__kind")
    list_select_related = ("about__user",)
    search_fields = ("subscription__user__email", "subscription__user__name")
