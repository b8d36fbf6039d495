"""Wiki pages as the gallery shows them: who may change them, their text with its links, differences.

The pages themselves and their states are in `tagging.wiki`.
"""
