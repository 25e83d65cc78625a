"""The answers that bureaus' software reads: ACRF and NOTI."""
