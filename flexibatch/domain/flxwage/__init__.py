"""The FLXWAGE message: what its elements are, in one table."""
