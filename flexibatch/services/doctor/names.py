"""What each check of `doctor` looks at, as an operator calls it."""

LOOKED_AT = {
    "database": "the database's tables, as this program needs them",
    "server": "the database server's encoding, sorting and encryption",
    "rights": "the rights of the channel's login in the database",
    "folders": "the spool's folders, those of bureaus too",
    "strangers": "the sets in the spool that the database should know",
    "renames": "the file system under the spool",
    "secrecy": "who else on this machine can open the home",
    "schemas": "the FLXWAGE schemas and the versions open today",
    "tables": "the tables of anomalies and of employer categories",
    "clock": "the clock of this machine",
    "elsewhere": "the SFTP servers of other parties",
    "space": "the free room on the disks",
    "front door": "the host keys and algorithms of the SFTP server",
    "signatures": "certificates, revocation lists and SHA-1",
    "inboxes": "strays, and sets past their grace, in the inboxes",
    "verdicts": "claimed sets that wait long for verdict or answers",
    "quarantine": "the sets in quarantine",
    "register": "the age of the Dimona register",
}
"""By the key of a check, which stays the same for scripts."""
