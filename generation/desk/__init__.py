"""The desk: what its maker does with takes after they were drawn.

`marks` (picked, rejected, stars, what is to be fixed), `terms`, `search` and `pages` (finding them again), `keeping`
(archive, bin, and what goes for good), `storage` (what they take up), and `lineage`.
"""
