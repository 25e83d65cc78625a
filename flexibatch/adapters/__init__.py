"""The edges of the channel: one door for each neighbour."""
