"""What holds every answer of the tests to the schemas does find what does not fit."""

import pytest

from tests.doubles.answers import written_below
from tests.doubles.installation import SAMPLES

NOTI = next((SAMPLES / "partly-no-dimona").glob("FO.NOTI.*")).read_bytes()
ACRF = next((SAMPLES / "partly-no-dimona").glob("FO.ACRF.*")).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "sound"),
    [
        ("FO.NOTI.999999.20261005.00001.R", NOTI, True),
        ("FO.ACRF.999999.20261005.00001.R", ACRF, True),
        ("FO.NOTI.999999.20261005.00001.R", NOTI.replace(b"<Channel>0", b"<Channel>9"), False),
        ("FO.NOTI.999999.20261005.00001.R", NOTI.replace(b'outcome="accepted"', b'outcome="lost"'), False),
        ("FO.ACRF.999999.20261005.00001.R", ACRF.replace(b">FA<", b">PA<"), False),
    ],
)
def test_an_answer_that_does_not_fit_is_found(
    name: str, content: bytes, *, sound: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wherever it lies below a folder, its own schema and that of the outcomes in it are asked."""
    folder = tmp_path_factory.mktemp("answers") / "spool/archive/2026/10/05/T/out/run-1"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    [(path, wrong)] = written_below(folder.parents[6])
    assert (folder / name, sound) == (path, wrong == [])
