"""Accounts beyond what allauth does: names, roles, the owner's one-time sign-in link, settings."""
