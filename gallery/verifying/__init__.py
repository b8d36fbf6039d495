"""What can be said of any file: what it says itself, who signed it, which public posts look like it, and what all of
that does not prove.

`verify` does it, `verdict` has the one sentence, `signature` and `said` the words for what stands in the file,
`matches` the posts. Nothing is stored. How the file is opened is `gallery.ingest`'s, how often one may ask
`gallery.limits`'s.
"""

from gallery.verifying.check import Checked, verify

__all__ = ["Checked", "verify"]
