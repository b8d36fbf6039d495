"""What can go wrong with the place as a whole, not with one file."""


class OutOfReach(OSError):  # noqa: N818 - it says where the place is
    """The place where files lie can't be asked, or refuses: nothing is known of any file. The text is for the log."""
