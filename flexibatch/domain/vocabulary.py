"""The closed sets of words the channel is described in.

Source: docs/spec/channel.md, "Folders"; docs/spec/message.md, "Elements".
"""

from enum import StrEnum

GROSS_WAGE = "0001001000"
GROSS_BONUS = "0002001000"
"""The codes of the two kinds of financial element."""


class Environment(StrEnum):
    """Name the three worlds that are kept apart: real, test, simulation."""

    REAL = "R"
    TEST = "T"
    SIMULATION = "S"

    @property
    def inbox(self) -> str:
        """Name the folder a bureau drops sets of this environment in."""
        return {"R": "IN", "T": "INTEST", "S": "INTEST-S"}[self.value]

    @property
    def outbox(self) -> str:
        """Name the folder a bureau fetches the answers of this environment from."""
        return {"R": "OUT", "T": "OUTTEST", "S": "OUTTEST-S"}[self.value]


REPORT_FOLDER = "REPORT"


class FileKind(StrEnum):
    """Name the kinds of file, inbound and outbound."""

    DATA = "FI"
    SIGNATURE = "FS"
    GO = "GO"
    WITHDRAW = "TD"
    ANSWER = "FO"
    COMPRESSED = "CO"


class Subject(StrEnum):
    """Name what a file speaks about."""

    DECLARATION = "FLEX"
    ACKNOWLEDGEMENT = "ACRF"
    NOTIFICATION = "NOTI"


class Language(StrEnum):
    """Name the languages a bureau is spoken to in."""

    NL = "nl"
    FR = "fr"
    DE = "de"
    EN = "en"


class Operation(StrEnum):
    """Name what a Form asks for (AttestationStatus, zone 00110)."""

    ORIGINAL = "0"
    MODIFICATION = "1"
    CANCELLATION = "3"


class AnomalyClass(StrEnum):
    """Name what an anomaly does: blocking, non-blocking remark, warning."""

    BLOCKING = "B"
    REMARK = "NB"
    WARNING = "W"


class Outcome(StrEnum):
    """Name what became of one line."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ResultCode(StrEnum):
    """Name the result of a file or a Form as answers tell it."""

    REFUSED = "0"
    ACCEPTED = "1"
    PARTLY = "2"


class SetState(StrEnum):
    """Name where a set stands from the claim on."""

    CLAIMING = "claiming"
    CLAIMED = "claimed"
    REFUSED = "refused"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    QUARANTINE = "quarantine"
    RECORDED = "recorded"


class SetOutcome(StrEnum):
    """Name what became of a set, in one word wherever it is told."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RECORDED = "recorded"


class SignatureDemand(StrEnum):
    """Name whether a sender must sign its files."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Acceptance(StrEnum):
    """Name what a blocking anomaly of a line refuses: that line, or its Form whole."""

    LINE = "line"
    FORM = "form"


class WorkerType(StrEnum):
    """Name the worker types of the Dimona register that the check tells apart; the others are text."""

    FLEXI = "FLX"


class Effect(StrEnum):
    """Name what an anomaly refused."""

    NOTHING = "nothing"
    FILE = "file"
    FORM = "form"
    LINE = "line"


INSTITUTION = "999999"


class Why(StrEnum):
    """Name why a set is not done with, and so what an operator can do."""

    HELD = "held"
    ROOM = "room"
    BURDENED = "burdened"
    ARRIVING = "arriving"
    CLAIMING = "claiming"
    BACK_OFF = "back-off"
    BEHIND = "behind"
    SWEEP = "sweep"
    PUBLISHING = "publishing"
    QUARANTINE = "quarantine"


class RetentionKind(StrEnum):
    """Name what is kept for a while; each has its setting in `[retention]`."""

    ARCHIVE = "archive"
    REPORTS = "reports"
    ANSWERS = "answers"
    AUDIT = "audit"
    DOOR = "door"
