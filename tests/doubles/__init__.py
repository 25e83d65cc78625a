"""Hand-written stand-ins that pass the same suites as what they stand in for."""
