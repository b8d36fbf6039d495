"""Files that a member names by address instead of sending them: fetched from public addresses alone, within bounds.

Off unless the operator allows it (`IRODORI_FETCH_URLS`). What comes back goes through `gallery.ingest` like any upload.
"""

from gallery.fetching.fetch import MAX_REDIRECTS, SECONDS, Fetched, fetch
from gallery.fetching.network import ANYWHERE, PUBLIC, Network

__all__ = ["ANYWHERE", "MAX_REDIRECTS", "PUBLIC", "SECONDS", "Fetched", "Network", "fetch"]
