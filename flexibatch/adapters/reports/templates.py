"""Templates of pages: every value escaped and visible, the style allowed by its digest alone."""

import base64
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from flexibatch.adapters.reports.writing import (
    Texts,
    dated,
    day,
    element,
    employer,
    euros,
    instant,
    number,
    period,
    visible,
)
from flexibatch.domain.findings import named


def compiled(template: str, timezone: ZoneInfo) -> Template:
    """Compile a template; the times on its pages are those of a zone."""
    # Undefined names fail: a page with a hole in it is worse than none.
    machine = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    machine.filters |= {
        "visible": visible,
        "named": named,
        "instant": instant,
        "number": number,
        "euros": euros,
        "day": day,
        "period": period,
        "moment": partial(_moment, timezone),
        "employer": employer,
        "element": element,
    }
    return machine.from_string(template)


def styled(style: str) -> Mapping[str, Markup]:
    """Return a style and its digest, for the page that holds it."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "style_digest": Markup(digest)}  # noqa: S704 - our own file, and base64


def _moment(timezone: ZoneInfo, moment: datetime, texts: Texts) -> str:
    local = moment.astimezone(timezone)
    return dated(texts["moment"], local, texts, time=f"{local:%H:%M:%S}")
