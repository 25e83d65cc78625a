"""A bureau that does very much of what changes little: it is counted, and what its sets are traced by is told."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import paramiko
import pytest

from tests.twins.front import Street, running_street
from tests.twins.program import Caller

MOST = 5
TIMES = 200


def _events(street: Street) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in street.front.said if line.startswith("{")]
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
    """Six hundred deeds leave a few rows and events; the upload's digest and the file's last name are among them."""
    with running_street(tmp_path, {"FLEXIBATCH_SFTP__TOLD_PER_MINUTE": str(MOST)}) as street:
        with street.front.peer(street.key) as client:
            _flood(client)
        assert 0 == street.front.end()
        events = _events(street)
        acts = Counter(one["act"] for one in events)
        assert (1, MOST + 1, MOST + 1) == (acts["put"], acts["rename"], acts["refused"])
        [last] = [one for one in events if one.get("to") == "/IN/final"]
        assert ("/IN/back", 2 * TIMES + 1 - MOST) == (last["path"], last["count"])
        [rest] = [one for one in events if one["act"] == "refused" and "count" in one]
        assert TIMES - MOST == rest["count"]
        rows = Caller(street.town.home.path, capsys).done("audit", "list", "--json").json
        kept = Counter(row["action"] for row in rows if row["by"] == "bureau")
        assert acts == kept
