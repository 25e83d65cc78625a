"""What can be done next, in the words of the command line."""

from flexibatch.errors import FlexibatchError, Remedy

WORDS = {
    Remedy.TAKE_SETTING: ": leave --older-than out.",
}
"""How each remedy goes on from the sentence of the error; `{about}` is what it is done with."""


def worded(exc: FlexibatchError) -> str:
    """Return what an error tells, with what can be done next.

    >>> worded(FlexibatchError("How long the door is kept is a setting", remedy=Remedy.TAKE_SETTING))
    'How long the door is kept is a setting: leave --older-than out.'
    """
    if exc.remedy is None:
        return str(exc)
    return f"{str(exc).removesuffix('.')}{WORDS[exc.remedy].format(about=exc.about)}"
