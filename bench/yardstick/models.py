"""Define the yardstick's two tables: `Page` is read, `Note` is written."""

from django.conf import settings
from django.db import models


class Page(models.Model):
    """A page with a title and 4 KB of text. There is only one."""

    title = models.CharField(max_length=100)
    text = models.TextField()

    def __str__(self) -> str:
        return self.title


class Note(models.Model):
    """A row that a request to `/write` adds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    page = models.ForeignKey(Page, models.CASCADE)
    value = models.CharField(max_length=200)
    written_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.value
