"""Django's admin, as the owner's way to look into tables: read, hardly ever written.

What is decided about people and posts is decided on the site's own pages, which keep log, cases and counters right.
Private things (takes, drafts, filters, saved searches, hidden prompts) are not registered: an owner is no reader of
other people's drawers. `site` says who gets in, `tables` what there is; floors above register theirs themselves.
"""
