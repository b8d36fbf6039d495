"""What a copy of an account is called inside, for whoever writes one and whoever reads one (docs/account-copies.md)."""

FORMAT = "irodori-account"
VERSION = 1
"""Grows when what is there is named or meant otherwise; what is merely added leaves it."""
MANIFEST = "manifest.json"
