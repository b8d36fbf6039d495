"""What people look at: accounts, posts, media, search, provenance and moderation.

Knows tags (`tagging`); has not heard of prompts being drawn (`generation`).
"""
