"""The index of a bureau's pages: one HTML page, in its language, that tells of nobody else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flexibatch.adapters.reports.templates import compiled, styled
from flexibatch.adapters.reports.writing import Texts
from flexibatch.domain.findings import Finding
from flexibatch.domain.inbox_contents import WaitingSet
from flexibatch.domain.overview import REFUSALS_FROM, Overview

NAME_CHARACTERS = 100
"""Characters of a name that are shown: a bureau's files are called what it likes."""
_LONGEST = timedelta(days=3660)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Wording = Callable[[Finding], str]
"""Says in the bureau's language what is wrong."""
PageLinks = Mapping[str, str]
"""The names of the pages that may be there, by ticket."""


class IndexPage:
    """Write the index; times in the zone where the channel lives."""

    def __init__(self, template: str, style: str, timezone: ZoneInfo) -> None:
        """Compile the template."""
        self._style, self._timezone = style, timezone
        self._template = compiled(template, timezone)

    def content(self, overview: Overview, pages: PageLinks, wording: Wording, texts: Texts) -> bytes:
        """Return the index in the language of the texts; `pages` are linked to."""
        inboxes = [
            (environment, content, [_waiting(one, wording) for one in content.sets])
            for environment, content in overview.inboxes.items()
            if content.sets or content.strays
        ]
        return self._template.render(
            overview=overview,
            sender=overview.sender,
            links={ticket: quote(name.encode(errors="replace")) for ticket, name in pages.items()},
            inboxes=inboxes,
            followed=REFUSALS_FROM,
            name_characters=NAME_CHARACTERS,
            texts=texts,
            index=texts["index"],
            zone=self._timezone.key,
            **styled(self._style),
        ).encode()


def _waiting(one: WaitingSet, wording: Wording) -> tuple[str, Sequence[str], datetime, datetime | None]:
    """Return a set that waits: name, what it lacks, since when, until when (None: as long as there is no room)."""
    lacking = [wording(finding) for finding in one.lacking]
    length = timedelta(microseconds=(one.until_ns - one.since_ns) // 1000)
    since = _EPOCH + timedelta(microseconds=one.since_ns // 1000)
    return one.name, lacking, since, since + length if length < _LONGEST else None
