"""What can go wrong with the channel itself, as sentences for an operator.

A refused file is no error: findings are values (`flexibatch.domain.findings`). What stands here stops a command
or leaves a set for the next sweep.
"""

import re
from enum import StrEnum
from typing import Any

_BEFORE_AT = re.compile(r"(?s)\A(['\"]?(?:\w[\w+]*://)?).*@")
_IN_QUERY = re.compile(r"(?<=password=)[^&'\"\s]*")


class Remedy(StrEnum):
    """Name what can be done next where that is a command's or a button's: whoever shows an error words it."""

    ADD_AGAIN = "add-again"
    ADD_CERTIFICATE = "add-certificate"
    CHOOSE_USER = "choose-user"
    CORRECT_ACCOUNTS = "correct-accounts"
    CORRECT_NAME = "correct-name"
    CORRECT_USER = "correct-user"
    DECIDE_QUARANTINE = "decide-quarantine"
    END_SSH_RSA = "end-ssh-rsa"
    FEED_REGISTER = "feed-register"
    GIVE_LOGIN = "give-login"
    GO_BELOW = "go-below"
    INSTALL_DRIVER = "install-driver"
    LIST_QUARANTINE = "list-quarantine"
    LIST_SETS = "list-sets"
    LIST_STRAYS = "list-strays"
    LIST_WAITING = "list-waiting"
    MAKE_HOME = "make-home"
    MEND_NAME = "mend-name"
    PURGE = "purge"
    RELEASE_MENDED = "release-mended"
    RELEASE_SENDER = "release-sender"
    RELEASE_SET = "release-set"
    REPEAT_ROLES = "repeat-roles"
    SEE_EVENTS = "see-events"
    SEE_WAITING = "see-waiting"
    SHOW_VERDICT = "show-verdict"
    SWEEP = "sweep"
    TAKE_SETTING = "take-setting"
    TELL_SENDER = "tell-sender"


class FlexibatchError(Exception):
    """Say in one sentence what happened and what to do next; `exit_status` is the command's.

    A `remedy` is worded by whoever shows the error; `about` names what it is done with, such as a set's ticket.

    Source: docs/operations.md, "Every day".
    """

    exit_status = 3

    def __init__(self, told: str = "", *, remedy: Remedy | None = None, about: str = "") -> None:
        """Keep the sentence, and what can be done next."""
        super().__init__(told)
        self.remedy, self.about = remedy, about


class Refusal(FlexibatchError):
    """Tell the operator that a request cannot be done as it was asked: unknown sender, wrong setting, bad line."""

    exit_status = 2


class NotFound(Refusal):
    """Tell the operator that nothing has the ticket or name that was asked for."""


class WrongLine(Refusal):
    """What is wrong in one line of a file."""

    def __init__(self, line: int, told: str) -> None:
        """Keep the line."""
        super().__init__(f"line {line}: {told}")
        self.line = line


class WrongLines(Refusal):
    """Tell the lines of a file that are wrong, so that it was not taken in: the first of them, and how many `more`."""

    def __init__(self, lines: tuple[str, ...], more: int = 0, *, file: str = "", then: str = "") -> None:
        """Keep the lines; one alone stands in the sentence. `then` is what became of the `file`."""
        self.lines, self.more = lines, more
        count = len(lines) + more
        told = lines[0] if count == 1 else f"lines that are wrong: {count}"
        super().__init__(". ".join(filter(None, (f"{file and f'{file}: '}{told.removesuffix('.')}", then))))


class Unavailable(FlexibatchError):
    """Tell that a neighbour (database, disk, peer) does not answer now; the work is kept and tried again."""


def refused_by_machine(exc: OSError) -> str:
    """Say what the machine (disk, network) refuses, where no adapter has said it better.

    >>> refused_by_machine(OSError(5, "Input/output error", "/spool/claimed/T"))
    'The machine refuses /spool/claimed/T (Input/output error): look at disk, rights and network there; try again.'
    """
    what = exc.filename if isinstance(exc.filename, str) else "a file or a connection"
    return f"The machine refuses {what} ({exc.strerror or exc}): look at disk, rights and network there; try again."


def without_password(told: str) -> str:
    """Take out of what is told whatever may be the secret of a URL: what stands before its last @, and `password=`.

    >>> without_password("POSTGRES://anna:se/cr@et@db/x"), without_password("anna:secret@db/x")
    ('POSTGRES://***@db/x', '***@db/x')
    >>> without_password("postgresql:///x?user=anna&password=secret&host=db")
    'postgresql:///x?user=anna&password=***&host=db'
    """
    return _IN_QUERY.sub("***", _BEFORE_AT.sub(r"\1***@", told))


class Superseded(FlexibatchError):
    """Tell that another commit was first, so that what was judged must be judged again."""


class DocumentBroken(FlexibatchError):
    """Carry the findings for which a whole file is refused while it is read.

    Raised by a reader or the journey, caught by the journey only; `findings` are `flexibatch.domain.findings.Finding`.
    """

    def __init__(self, findings: tuple[Any, ...]) -> None:
        """Keep the findings that refuse the file."""
        super().__init__("the document cannot be read to its end")
        self.findings = findings
