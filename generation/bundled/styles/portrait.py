"""What the portrait styles share: hair colours and skin."""

from __future__ import annotations

HAIR_COLOURS = ("black", "brown", "blonde", "red", "blue", "green", "pink", "purple", "grey", "white")
LIGHT_SKIN = ("f2d3b1", "ecad80", "ffdbac", "f5cfa0")
DARK_SKIN = ("9e5622", "763900", "8d5524", "6b3a1a")
DARK_SHARE = 0.35
