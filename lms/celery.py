"""Create the Celery application. It imports no app: Celery finds the tasks in the modules `<app>.tasks`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

app = Celery("baeum")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
