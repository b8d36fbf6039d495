"""The Celery application; `celery -A config worker` and `… beat` start from here."""

import os

from celery import Celery

from generation import worker_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("irodori")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["generation"])
# For every thread of this process, not only for the one that imported this: views ring from threads of their own.
app.set_default()
worker_process.connect()
