"""The spool: the bureaus' folders, the private ones, and how sets and answers move through them."""
