"""ASGI entry point: `granian --interface asginl config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from config.bodies import BoundedBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_django = get_asgi_application()

from django.conf import settings  # noqa: E402 - after Django is set up

from gallery.ingest import MAX_BYTES  # noqa: E402

FILES_IN_A_FORM = 2
# One file over its own bound still comes through, so that the form can say so beside it.
application = BoundedBodies(_django, FILES_IN_A_FORM * MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
