"""Signatures on files: opened as CMS, believed only from registered certificates."""
