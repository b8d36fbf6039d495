"""Checkpoints in memory under a byte budget; the least recently used one that nobody needs leaves first."""

import logging
from collections import OrderedDict
from pathlib import Path

import torch

from generation.engine.checkpoint_files import CheckpointFacts, fingerprint_of, inspect_checkpoint
from generation.engine.errors import EngineBusy
from generation.engine.families import LoadedCheckpoint, load_checkpoint
from generation.engine.memory import free_caches
from generation.engine.remote import RemoteServer, is_remote
from generation.engine.remote.checkpoint import RemoteCheckpoint

logger = logging.getLogger(__name__)


class ResidentSet:
    """Loads checkpoints on demand and keeps as many as `byte_budget` (bytes of weights) allows.

    A checkpoint in use never leaves. One that is larger than the whole budget is loaded when it is alone.
    """

    def __init__(self, device: torch.device, dtype: torch.dtype, byte_budget: int) -> None:
        self._device = device
        self._dtype = dtype
        self._byte_budget = byte_budget
        self._loaded: OrderedDict[Path, LoadedCheckpoint] = OrderedDict()
        self._fingerprints: dict[Path, tuple[tuple[str, int, int], ...]] = {}
        self._users: dict[int, int] = {}

    @property
    def paths(self) -> tuple[Path, ...]:
        """Loaded checkpoints, least recently used first."""
        return tuple(self._loaded)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in memory."""
        return sum(loaded.nbytes for loaded in self._loaded.values())

    def acquire(self, path: str | Path, vae: str = "") -> LoadedCheckpoint:
        """Return the checkpoint at `path`, loaded, and keep it until `release`. `vae`: what a file without one takes.

        Raises EngineError missing_checkpoint, corrupt_checkpoint, unsupported_checkpoint, and EngineBusy when the
        checkpoints that are in use leave no room for this one. One that a server draws with takes none; for its
        address remote_address may be raised.
        """
        if is_remote(path):
            remote = RemoteCheckpoint(RemoteServer.parse(str(path)))
            self._users[id(remote)] = 1
            return remote
        key = Path(path).absolute()
        loaded = self._loaded.get(key)
        if loaded is not None and not self._is_current(key):
            # Its files were replaced (or removed): what is in memory is no longer the model of that name.
            if self._in_use(loaded) and key.exists():
                raise EngineBusy(key.name)
            self._drop(key)
            loaded = None
        if loaded is None:
            facts = inspect_checkpoint(key)
            self._make_room(facts)
            loaded = load_checkpoint(facts, self._device, self._dtype, vae)
            self._loaded[key], self._fingerprints[key] = loaded, facts.fingerprint
            logger.info("Loaded checkpoint %s, %d MB", key.name, loaded.nbytes // 2**20)
        self._loaded.move_to_end(key)
        self._users[id(loaded)] = self._users.get(id(loaded), 0) + 1
        return loaded

    def release(self, loaded: LoadedCheckpoint) -> None:
        """Say that one user of `acquire` is done with it; it stays in memory until its room is needed."""
        self._users[id(loaded)] -= 1
        if not self._users[id(loaded)]:
            del self._users[id(loaded)]

    def accepts(self, path: str | Path) -> bool:
        """Return False when `acquire(path)` would raise EngineBusy now. Errors of the files are raised."""
        if is_remote(path):
            return True
        key = Path(path).absolute()
        loaded = self._loaded.get(key)
        if loaded is not None:
            return self._is_current(key) or not self._in_use(loaded)
        held = sum(other.nbytes for other in self._loaded.values() if self._in_use(other))
        return not held or held + self._bytes_needed(inspect_checkpoint(key)) <= self._byte_budget

    def trim(self) -> None:
        """Keep to the budget after a loaded checkpoint has grown (by LoRAs, another VAE): others leave, if unused."""
        self._drop_until(self._byte_budget)

    def evict_unused(self) -> None:
        """Drop every checkpoint that nobody is using, and of the others the LoRAs and VAEs that nobody is."""
        for key, loaded in list(self._loaded.items()):
            if self._in_use(loaded):
                loaded.drop_unused()
            else:
                self._drop(key)
        free_caches()

    def _make_room(self, facts: CheckpointFacts) -> None:
        needed = self._bytes_needed(facts)
        held = sum(loaded.nbytes for loaded in self._loaded.values() if self._in_use(loaded))
        if held and held + needed > self._byte_budget:
            raise EngineBusy(facts.path.name)
        self._drop_until(self._byte_budget - needed)

    def _drop_until(self, nbytes: int) -> None:
        for key in list(self._loaded):
            if self.nbytes <= nbytes:
                break
            if not self._in_use(self._loaded[key]):
                self._drop(key)
                free_caches()

    def _bytes_needed(self, facts: CheckpointFacts) -> int:
        return facts.parameters * self._dtype.itemsize

    def _in_use(self, loaded: LoadedCheckpoint) -> bool:
        return id(loaded) in self._users

    def _is_current(self, key: Path) -> bool:
        return fingerprint_of(key) == self._fingerprints[key]

    def _drop(self, key: Path) -> None:
        self._loaded.pop(key)
        self._fingerprints.pop(key)
        logger.info("Unloaded checkpoint %s", key.name)
