"""What can be said of any file: what it says itself, who signed it, which public posts look like it, and what all of
that does not prove.

`verify` does it, `verdict` has the one sentence, `signature` and `said` the words for what stands in the file,
`matches` the posts, `turns` how often one may ask. Nothing is stored. How the file is opened is `gallery.ingest`'s.
"""

from gallery.verifying.check import Checked, verify
from gallery.verifying.turns import take_turn

__all__ = ["Checked", "take_turn", "verify"]
