"""Drafts, sets and the pages that make posts of what was sent."""
