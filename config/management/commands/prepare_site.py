"""Everything a site needs in its database before it can draw: the house account, the bundled model, first requests."""

from typing import Any

from django.core.management.base import BaseCommand

from gallery.accounts.house import house_account
from generation.checkpoints import install_bundled
from generation.errors import CheckpointBroken
from generation.starter import request_starters


class Command(BaseCommand):
    """Idempotent and quick: it runs at each start. Without a usable model the site still shows its pictures."""

    help = "Install the bundled model and, on the first start, ask for the starter pictures."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say in one line what there is."""
        house_account()
        try:
            checkpoint = install_bundled()
            queued = request_starters(checkpoint)
        except CheckpointBroken as error:
            self.stderr.write(f"The bundled model can't be used: {error}")
            self.stdout.write("no usable model; nothing can be drawn until its files are restored")
            return
        said = f"model {checkpoint.name} ({checkpoint.short_hash})"
        self.stdout.write(f"{said}, {queued} starter pictures queued" if queued else said)
