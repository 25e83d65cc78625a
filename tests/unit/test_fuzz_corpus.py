"""Every committed input of the fuzzing is read once, without the fuzzer: what it showed does not come back."""

from pathlib import Path

import pytest

from tests.fuzz.corpus import CORPUS, TARGETS, check_of, inputs_of
from tests.fuzz.der import parsed, written

CORPUS_LIMIT = 300_000


@pytest.mark.parametrize(
    ("target", "path"),
    [(target, path) for target in TARGETS for path in inputs_of(target)],
    ids=lambda one: getattr(one, "name", one),
)
def test_an_input_breaks_no_invariant(target: str, path: Path) -> None:
    """Whatever the bytes are, what reads them ends as it says."""
    check_of(target)(path.read_bytes())


def test_the_corpus_is_small() -> None:
    """It is copied with every clone."""
    sizes = {path: path.stat().st_size for target in TARGETS for path in inputs_of(target)}
    assert CORPUS_LIMIT > sum(sizes.values())
    assert {*TARGETS} == {path.name for path in CORPUS.iterdir()}


@pytest.mark.parametrize("name", ["attached", "bare", "detached"])
def test_der_is_written_as_it_was_read(name: str) -> None:
    """What changes a signature by its elements changes nothing else."""
    content = (CORPUS / "envelopes" / name).read_bytes()
    assert content == written(parsed(content))
