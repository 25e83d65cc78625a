"""Every remedy has its words."""

from flexibatch.cli.remedies import WORDS, worded
from flexibatch.errors import Refusal, Remedy


def test_every_remedy_is_worded() -> None:
    assert set(WORDS) == set(Remedy)


def test_an_error_without_a_remedy_stays_as_it_is() -> None:
    assert worded(Refusal("Nothing is there.")) == "Nothing is there."


def test_a_remedy_says_what_it_is_done_with() -> None:
    for remedy in Remedy:
        told = worded(Refusal("It is so.", remedy=remedy, about="000640"))
        assert told.startswith("It is so")
        assert "{" not in told
