"""Addresses that pages link to: searches that differ by a term, orders, tag pages, numbered pages.

Nothing here looks at a post.
"""
