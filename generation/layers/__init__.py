"""The layers of a take: what each step of its history changed, as files for drawing programs; and texts on a picture.

A layer holds exactly the pixels that its step changed, fully opaque, and nothing elsewhere, so that flattening all of
them gives the take pixel for pixel, whatever program does it.
"""
