"""The receiving side of the FLXWAGE batch channel: from a dropped file set to its answers."""

__version__ = "0.1.0"
