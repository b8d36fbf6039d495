"""The real thing: a copy waits, the gardener is rung and reads it."""

import time
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection

from config.embedded.site import Gardener
from generation.imports import states
from generation.models import AccountImport, Take
from tests.database import test_database_url
from tests.factories import make_user
from tests.generation.imports.copies import copy_of, make_chain, sent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]


def test_the_gardener_reads_what_waits(broker: str, tmp_path: Path, settings):
    mika, noa = make_user("mika"), make_user("noa")
    line = make_chain(mika)
    environment = {
        "DATABASE_URL": test_database_url(connection.settings_dict),
        "SECRET_KEY": "for this test",
        "BROKER_URL": broker,
        "IRODORI_MEDIA": str(settings.MEDIA_ROOT),
        "IRODORI_IMPORTS": str(settings.IMPORTS_DIR),
    }
    gardener = Gardener(tmp_path / "gardener.log", environment)
    gardener.start()
    try:
        sent(noa, copy_of(mika))
        end = time.monotonic() + 150
        while not AccountImport.objects.filter(state__in=["done", "failed"]).exists():
            current_app.send_task(states.TASK, ignore_result=True)
            assert time.monotonic() < end, gardener.output()[-4000:]
            time.sleep(2)
    finally:
        gardener.stop()
    assert AccountImport.objects.get().trouble is None
    last = Take.objects.filter(owner=noa).latest("pk")
    assert last.lettering == line[2].lettering
    assert last.parent.mask is not None
    assert last.parent.parent.parent is None
