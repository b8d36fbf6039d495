"""The one door for pictures: whatever comes in leaves as a safe, labelled asset with its files.

Posts are made from assets in `gallery.posts`; what the labels say is in `gallery.provenance`.
"""

from gallery.ingest.assets import Prepared, make_asset, prepare, record

__all__ = ["Prepared", "make_asset", "prepare", "record"]
