"""Show rows and values of the audit log in words."""

from django import template

from accounts.personal_data import wording

register = template.Library()
register.filter("table", wording.table)
register.filter("values", wording.values)
register.simple_tag(wording.actor, name="actor")
