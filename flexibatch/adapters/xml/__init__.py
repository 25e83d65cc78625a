"""The message: read while it streams, judged by its schema, its faults explained and placed."""
