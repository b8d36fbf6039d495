"""Pictures as files to keep: in every format, with or without the prompt, saying what the site knows by now.

Who may have which is decided in `gallery.visibility` and asked by the views; what a file says is put together in
`gallery.provenance`; what was drawn comes in through `gallery.ingest`.
"""

from gallery.downloads.answer import EVERYBODY, NOWHERE, READERS_OWN, file_answer, refused, stored_answer
from gallery.downloads.cleanup import remove_old_downloads
from gallery.downloads.files import download_of
from gallery.downloads.labels import brought_label, drawn_label, post_label
from gallery.downloads.links import reader_of, signed_media_url
from gallery.downloads.menu import Menu, post_menu, take_menu

__all__ = [
    "EVERYBODY",
    "NOWHERE",
    "READERS_OWN",
    "Menu",
    "brought_label",
    "download_of",
    "drawn_label",
    "file_answer",
    "post_label",
    "post_menu",
    "reader_of",
    "refused",
    "remove_old_downloads",
    "signed_media_url",
    "stored_answer",
    "take_menu",
]
