"""A PostgreSQL server of the tests' own: the one that the demo runs on."""

from samples.postgresql import BIN, OWNER, Server

__all__ = ["BIN", "OWNER", "Server"]
