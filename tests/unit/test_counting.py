"""What is remembered across Forms: each reference once, every line counted."""

from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.counting import LINES_LIMIT, LineCounter, Repetitions

WORDS = st.text(alphabet="ab#1/ é", max_size=3)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=30))
def test_each_reference_is_seen_once(keys: list[tuple[str, str, str]]) -> None:
    """The first of a key is new, each further one is seen, and nothing else is."""
    repetitions = Repetitions()
    assert [key in keys[:index] for index, key in enumerate(keys)] == [repetitions.seen(*key) for key in keys]


def test_what_runs_together_is_kept_apart() -> None:
    """Where one part ends and the next begins makes a difference."""
    repetitions = Repetitions()
    assert [False, False] == [repetitions.seen("#1", "12", "3"), repetitions.seen("#11", "2", "3")]


def test_the_form_that_passes_the_limit_is_refused_and_all_later_ones() -> None:
    """2,000 lines stand; the Form with which there are more is refused, and the employer's later ones."""
    counter = LineCounter()
    assert [False, False, True, True] == [counter.passes("#1", lines) for lines in (LINES_LIMIT - 1, 1, 1, 1)]


def test_employers_are_counted_apart() -> None:
    """What one employer sends does not count for another."""
    counter = LineCounter()
    assert [True, False] == [counter.passes("#1", LINES_LIMIT + 1), counter.passes("#2", LINES_LIMIT)]
