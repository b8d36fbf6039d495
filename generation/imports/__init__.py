"""Takes that somebody brings along from another site, in the copy of their account that they had made there.

All of it was written by a stranger: `archive` opens the ZIP within bounds, `rows` and `recipes` read what it says,
`plan` what there is, `pictures` lets its files in through `gallery.ingest`, `bringing` makes takes of them one by one
and remembers each, `lineage` puts them below each other, `texts` are styles and wildcards, `style_pages` the styles
that have a page. `carrying_out` is the whole of it, `work` what it knows meanwhile, `states` what a copy goes through
from the first byte to the report, `report` what is said of it. The layout of the ZIP: docs/account-copies.md.
"""
