"""A bureau that does very much of what changes little: it is counted, and what its sets are traced by is told."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import paramiko
import pytest

from tests.doubles.program import Caller
from tests.doubles.running_server import ServedInstallations, running_sites

MOST = 5
TIMES = 200


def _events(sites: ServedInstallations) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in sites.front.said if line.startswith("{")]
    return [one for one in told if one["event"] in ("sftp.done", "sftp.refused")]


def _flood(client: paramiko.SFTPClient) -> None:
    """Rename a file back and forth, ask for what is refused, and at last let a set be complete."""
    with client.open("/IN/tmp", "wb") as file:
        file.write(b"x")
    for _ in range(TIMES):
        client.rename("/IN/tmp", "/IN/back")
        client.rename("/IN/back", "/IN/tmp")
        with pytest.raises(OSError, match="No folder can be removed"):
            client.rmdir("/IN")
    client.rename("/IN/tmp", "/IN/final")


def test_a_flood_of_renames_and_refusals_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Six hundred events leave a few rows and events; the upload's digest and the file's last name are among them."""
    with running_sites(tmp_path, {"FLEXIBATCH_SFTP__TOLD_PER_MINUTE": str(MOST)}) as sites:
        with sites.front.peer(sites.key) as client:
            _flood(client)
        assert 0 == sites.front.end()
        events = _events(sites)
        acts = Counter(one["act"] for one in events)
        assert (1, MOST + 1, MOST + 1) == (acts["put"], acts["rename"], acts["refused"])
        [last] = [one for one in events if one.get("to") == "/IN/final"]
        assert ("/IN/back", 2 * TIMES + 1 - MOST) == (last["path"], last["count"])
        [rest] = [one for one in events if one["act"] == "refused" and "count" in one]
        assert TIMES - MOST == rest["count"]
        rows = Caller(sites.installation.home.path, capsys).done("audit", "list", "--json").json
        kept = Counter(row["action"] for row in rows if row["by"] == "bureau")
        assert acts == kept
