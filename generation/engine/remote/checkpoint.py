"""A checkpoint that an image server draws with; see `generation.engine.families.LoadedCheckpoint`.

Nothing is loaded. A run is one request in a thread; while it is under way the run waits, and stands at step 0 of 1.
"""

import os
import threading
from collections.abc import Hashable, Sequence

from PIL import Image, ImageFilter

from generation.engine.errors import EngineError
from generation.engine.jobs import EngineJob
from generation.engine.limits import REMOTE_CANNOT, beyond
from generation.engine.remote.address import RemoteServer
from generation.engine.remote.exchange import Exchange
from generation.engine.remote.images_api import picture_in, request_for

REQUEST_SECONDS = 600.0
"""For one picture, with the time that it waits in the server's own queue."""


class RemoteRun:
    """One request. `close` breaks it off."""

    unprepared = False

    def __init__(self, job: EngineJob, server: RemoteServer, key: str) -> None:
        self.job = job
        self.group: Hashable = object()
        self.step = 0
        self.total = 1
        self._source, self._mask = _laid_out(job)
        self._server = server
        self._exchange = Exchange(server.endpoint, key, REQUEST_SECONDS)
        self._image: Image.Image | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._draw, name="remote-picture", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> bool:
        """True while the server is at work."""
        if self._thread.is_alive() and self._exchange.late:
            self._exchange.close()
        return self._thread.is_alive()

    def advance(self) -> None:
        """Take in what came of the request. Raises EngineError."""
        self._thread.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def apply(self, prediction: object) -> None:
        """Count the one step."""
        self.step = 1

    def is_finite(self) -> bool:
        """Nothing can be told before the picture is there."""
        return True

    def picture(self) -> Image.Image:
        """Return the picture, laid into the source where there is a mask."""
        image = self._image
        if image is None:
            raise RuntimeError("the request has not been answered")
        if self._source is None or self._mask is None:
            return image
        # Whatever the server made of the mask: what isn't under it stays as it was.
        return Image.composite(image, self._source, self._mask.filter(ImageFilter.GaussianBlur(self.job.mask_blur)))

    def close(self) -> None:
        """Break the request off; its thread ends by itself."""
        self._exchange.close()

    def _draw(self) -> None:
        try:
            request = request_for(self.job, self._server.model, self._source, self._mask)
            answer = self._exchange.post(request, self._server.name)
            self._image = picture_in(answer, self.job.width, self.job.height)
        except BaseException as error:
            self._error = error


class RemoteCheckpoint:
    """Starts runs at one server."""

    nbytes = 0

    def __init__(self, server: RemoteServer) -> None:
        self._server = server

    def start(self, job: EngineJob) -> RemoteRun:
        """Send the request. Raises EngineError unsupported, remote_without_key."""
        what = beyond(job, REMOTE_CANNOT)
        if what:
            raise EngineError("unsupported", what=what, checkpoint=self._server.name)
        return RemoteRun(job, self._server, self._key())

    def prepare(self, run: RemoteRun) -> None:
        """Nothing: the server does it."""

    def predict(self, runs: Sequence[RemoteRun]) -> list[None]:
        """Take in the answers of runs that no longer wait."""
        for run in runs:
            run.advance()
        return [None for _run in runs]

    def preview(self, run: RemoteRun) -> None:
        """The servers send none."""

    def decode(self, run: RemoteRun) -> Image.Image:
        """Return the finished picture."""
        return run.picture()

    def drop_unused(self) -> None:
        """Nothing: all of it is elsewhere."""

    def _key(self) -> str:
        variable = self._server.key_variable
        if not variable:
            return ""
        key = os.environ.get(variable, "").strip()
        # What can't stand in a header would be shown by the error that refuses it.
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise EngineError("remote_without_key", variable=variable)
        return key


def _laid_out(job: EngineJob) -> tuple[Image.Image | None, Image.Image | None]:
    """Return source and mask in the size that is drawn."""
    size = (job.width, job.height)
    if job.source is None:
        return None, None
    source = job.source.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return source, job.mask.convert("L").resize(size, Image.Resampling.LANCZOS) if job.mask is not None else None
