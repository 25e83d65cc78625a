"""Logs: one chain of events to stderr, each with a static name, none with a worker's number.

Identity (ticket, sender, environment, run) is bound with `bound_contextvars` of structlog where a set's turn
begins, and stands on every event below it. structlog is loaded with the first event, or by whoever is going to log:
it takes as long as a look into the database.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flexibatch.domain.findings import legible

if TYPE_CHECKING:
    from structlog import PrintLogger
    from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAYBE_PERSON = re.compile(r"(?<!\d)\d{2}[. /-]?\d{2}[. /-]?\d{2}[. /-]?\d{3}[. /-]?\d{2}(?!\d)")


_asked = {"log_format": "console", "log_level": "info"}
"""How events are written if any is."""


def ask(log_format: str, log_level: str) -> None:
    """Keep how events are to be written by a command that logs nothing unless it meets a bug."""
    _asked.update(log_format=log_format, log_level=log_level)


def configure(log_format: str, log_level: str) -> None:
    """Send events from a weight on (`debug` … `error`) to stderr, as `console` or `json`; may be repeated."""
    import structlog  # noqa: PLC0415 - loaded by who logs

    # It would write tracebacks past this chain; whatever it meets is told as trouble by who called it.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_persons,
            _renderer(log_format),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, log_level.upper())),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def report_bug(exc: BaseException) -> None:
    """Write the traceback of what should not have happened, to the chain as far as it was configured."""
    import structlog  # noqa: PLC0415 - loaded by who logs

    if not structlog.is_configured():
        configure(**_asked)
    structlog.get_logger().error("command.failed", exc_info=exc)


def hide_persons(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    """Replace whatever could be a worker's number (INSS), in every value of an event, however deep it stands.

    What a terminal would obey is replaced too: names of files are the bureaus'.

    Check digits are not asked: a mistyped number still tells who is meant. Eleven digits count, together or
    written in the usual groups; longer runs (tickets, period ids) do not, nor does a SHA-256.
    """
    return {key: _hidden(value) for key, value in event.items()}


def hidden(text: str) -> str:
    """Replace whatever could be a worker's number in a text.

    >>> hidden("worker 85073003328 (85.07.30-033.28) of period 600027876089")
    'worker *** (***) of period 600027876089'
    """
    return _MAYBE_PERSON.sub(HIDDEN, text)


def _hidden(value: object) -> object:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return HIDDEN if hidden(str(value)) != str(value) else value
    if isinstance(value, Mapping):
        return {hidden(str(key)): _hidden(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    text = legible(str(value), keep="\n\t")
    return text if _DIGEST.fullmatch(text) else hidden(text)


def _renderer(log_format: str) -> "Processor":
    import structlog  # noqa: PLC0415 - loaded by who logs

    if log_format == "json":
        # Escapes are JSON whatever stderr can hold; what Python would write in place of a sign is not.
        every_sign = sys.stderr.encoding.lower().startswith("utf")
        return structlog.processors.JSONRenderer(ensure_ascii=not every_sign)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _to_stderr(*_names: str) -> "PrintLogger":
    from structlog import PrintLogger  # noqa: PLC0415 - loaded by who logs

    return PrintLogger(sys.stderr)
