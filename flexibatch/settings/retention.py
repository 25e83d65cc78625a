"""The settings of what `purge` leaves: the table `[retention]`."""

from pydantic import BaseModel, ConfigDict

from flexibatch.settings.sftp import setting
from flexibatch.settings.values import AuditAge, Retention

LENGTHS = 'a duration with its unit ("90d", "2y": a year is 365 days; "P90D" of ISO 8601), up to ten years'


class RetentionSettings(BaseModel):
    """How long each kind of what is kept stays before `purge` deletes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    archive: Retention = setting(
        "P2Y", "How long the files of a set stay in the archive after its last answer.", LENGTHS
    )
    reports: Retention = setting(
        "P1Y", "How long the pages of a set stay in REPORT after its last answer.", LENGTHS
    )
    answers: Retention = setting("P90D", "How long an answer stays in OUT after it was fetched.", LENGTHS)
    audit: AuditAge = setting(
        "P10Y", "How long the audit tells what operators did.", f"{LENGTHS}, P366D at least"
    )
    door: AuditAge = setting(
        "P2Y", "How long it tells what bureaus did at the front door.", f"{LENGTHS}, P366D at least"
    )
