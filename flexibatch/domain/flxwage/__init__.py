"""The FLXWAGE message: what its elements are, in one table; its values; the rules that it must keep."""
