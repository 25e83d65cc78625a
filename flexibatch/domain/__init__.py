"""The rules of the channel as values and functions: no file, no clock, no log, no vendor type."""
