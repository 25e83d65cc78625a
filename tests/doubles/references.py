"""The references of the samples' lines, made to be others."""

from samples.references import renumbered

__all__ = ["renumbered"]
