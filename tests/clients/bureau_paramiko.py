"""A bureau whose paramiko signs with SHA-1 only: it puts a part and its GO and fetches an answer.

Debian's paramiko, run by Debian's Python: newer ones no longer can. Arguments: port, user, key, part, GO, answer,
target.
"""

import stat
import sys
from pathlib import Path

import paramiko


def main(told: list[str]) -> None:
    port, user, key, part, go, answer, target = told
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507 - a server of the test
    client.connect(
        "127.0.0.1",
        int(port),
        user,
        pkey=paramiko.RSAKey.from_private_key_file(key),
        allow_agent=False,
        look_for_keys=False,
        disabled_algorithms={"pubkeys": ["rsa-sha2-256", "rsa-sha2-512"]},
    )
    sftp = client.open_sftp()
    print("root:", *sorted(sftp.listdir("/")))  # noqa: T201 - what the test reads
    print("IN:", stat.S_ISDIR(sftp.stat("/IN").st_mode or 0))  # noqa: T201 - the same
    for path in map(Path, (part, go)):
        sftp.put(str(path), f"/IN/{path.name}.filepart")
        sftp.rename(f"/IN/{path.name}.filepart", f"/IN/{path.name}")
    sftp.get(f"/OUT/{answer}", target)
    client.close()


if __name__ == "__main__":
    main(sys.argv[1:])
