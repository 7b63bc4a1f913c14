"""What the next release adds."""

from django.db import models


class Note(models.Model):
    text = models.TextField()

    class Meta:
        app_label = "next_release"

    def __str__(self) -> str:
        return self.text
