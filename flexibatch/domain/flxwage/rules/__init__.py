"""The rules of the message: one function each, in tuples whose order is that of the answers."""
