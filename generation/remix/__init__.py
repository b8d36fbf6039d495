"""Remixes: a recipe taken over from a post, what was changed in it, and the credit for it.

`words` reads a prompt word by word, `common` finds what two lists share, `diff` compares two prompts; these know no
Django. `differences` compares whole recipes, `credit` says which post a take owes its recipe to. The credits themselves
are the gallery's (`gallery.credits`).
"""
