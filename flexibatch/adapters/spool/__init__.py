"""The spool: the bureaus' folders, the private ones, and how sets and answers move through them.

`interface` says what a bureau's folders do; `local` and `remote` do it, on this machine and on servers elsewhere, and
`routing` chooses by sender. Above them `arrivals` and `outbox` fulfil what the watcher and the journey ask.
"""
