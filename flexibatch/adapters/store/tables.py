"""The tables, as they stand after the last migration; constraints live here, not only in code.

Instants are UTC without zone information, days are days where the channel lives. Nothing in `declaration`, `version`,
`feature` and `financial_element` is ever overwritten or deleted; only an employer or person link moves a declaration.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from flexibatch.domain.vocabulary import Environment, Language, Operation, SetState, SignatureDemand

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

TICKET = String(13)


def _one_of(column: str, values: list[str], name: str) -> CheckConstraint:
    # Not IN: SQLite builds a table of its values for every row, which costs as much as the row.
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=name)


# ---------------------------------------------------------------------------------------------------- bureaus

sender = Table(
    "sender",
    metadata,
    Column("number", String(6), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(2), nullable=False),
    Column("signature", String(8), nullable=False),
    Column("user_name", String(64), unique=True),
    Column("held", Boolean, nullable=False),
    Column("allow_ssh_rsa", Boolean, nullable=False, server_default=false()),
    Column("acceptance", String(4)),
    Column("added_at", DateTime, nullable=False),
    Column("removed_at", DateTime),
    _one_of("language", [*Language], "language"),
    _one_of("signature", [*SignatureDemand], "signature"),
    CheckConstraint("length(number) = 6 AND number <> '000000' AND number <> '999999'", name="number"),
)

sender_key = Table(
    "sender_key",
    metadata,
    Column("sender", String(6), ForeignKey("sender.number"), primary_key=True),
    Column("fingerprint", String(100), primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("added_at", DateTime, nullable=False),
)

sender_certificate = Table(
    "sender_certificate",
    metadata,
    Column("sender", String(6), ForeignKey("sender.number"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("subject", String(500), nullable=False),
    Column("issuer", String(500), nullable=False),
    Column("serial", String(50), nullable=False),
    Column("valid_from", DateTime, nullable=False),
    Column("valid_until", DateTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("added_by", String(64), nullable=False),
    CheckConstraint("valid_until >= valid_from", name="order"),
)

# -------------------------------------------------------------------------------------- employers and workers

employer = Table(
    "employer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company_id", String(10), unique=True),
)

employer_number = Table(
    "employer_number",
    metadata,
    Column("nsso_number", String(10), primary_key=True),
    Column("employer_id", Integer, ForeignKey("employer.id"), nullable=False, index=True),
    Column("third_payer", Boolean, nullable=False, server_default=false()),
)

mandate = Table(
    "mandate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sender", String(6), ForeignKey("sender.number"), nullable=False),
    Column("employer_id", Integer, ForeignKey("employer.id"), nullable=False),
    Column("nsso_number", String(10)),
    Column("company_id", String(10)),
    Column("from_date", Date, nullable=False),
    Column("until_date", Date),
    Column("added_at", DateTime, nullable=False),
    CheckConstraint("until_date IS NULL OR until_date >= from_date", name="order"),
    CheckConstraint("nsso_number IS NOT NULL OR company_id IS NOT NULL", name="employer"),
    Index(None, "sender", "employer_id"),
)

replacement = Table(
    "replacement",
    metadata,
    Column("old_inss", String(11), primary_key=True),
    Column("new_inss", String(11), nullable=False),
    Column("current_inss", String(11), nullable=False, index=True),
    Column("replaced_on", Date),
    CheckConstraint("old_inss <> new_inss AND old_inss <> current_inss", name="differs"),
)

period = Table(
    "period",
    metadata,
    Column("period_id", String(12), primary_key=True),
    Column("employer_id", Integer, ForeignKey("employer.id"), nullable=False),
    Column("inss", String(11), nullable=False),
    Column("person", String(11), nullable=False),
    Column("worker_type", String(3), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("start_hour", String(4)),
    Column("end_date", Date),
    Column("end_hour", String(4)),
    Column("joint_committee", String(3)),
    Column("cancelled", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("flexi_conditions", Integer),
    Column("updated_at", DateTime),
    CheckConstraint("end_date IS NULL OR end_date >= start_date", name="order"),
    CheckConstraint("flexi_conditions IS NULL OR flexi_conditions BETWEEN 0 AND 4", name="conditions"),
    Index(None, "employer_id", "person"),
    Index(None, "person"),
)

register_import = Table(
    "register_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("file_name", String(255), nullable=False),
    Column("format", String(20), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("imported_at", DateTime, nullable=False),
)

# ---------------------------------------------------------------------------------------------- sets and runs

file_set = Table(
    "file_set",
    metadata,
    Column("arrival", Integer, primary_key=True),
    Column("ticket", TICKET, nullable=False, unique=True),
    Column("turn", Integer, nullable=False, index=True),
    Column("sender", String(6), ForeignKey("sender.number"), nullable=False),
    Column("environment", String(1), nullable=False),
    Column("subject", String(4), nullable=False),
    Column("name", String(255), nullable=False),
    Column("set_key", String(255), nullable=False),
    Column("leader", String(255), nullable=False),
    Column("names", JSON, nullable=False),
    Column("claim_faults", JSON, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("reserves", Boolean, nullable=False),
    Column("earlier_ticket", TICKET),
    Column("arrived_at", DateTime, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("claimed_at", DateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("discarded", Boolean, nullable=False),
    Column("released", Boolean, nullable=False),
    Column("run", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("troubles", Integer, nullable=False),
    Column("not_before", DateTime),
    Column("reason", String(500)),
    Column("purged_at", DateTime),
    _one_of("environment", [*Environment], "environment"),
    _one_of("state", [*SetState], "state"),
    CheckConstraint("run >= 1", name="run"),
    Index(None, "sender", "environment", "set_key"),
    Index(None, "state", "sender", "environment", "turn"),
    Index(None, "name"),
)

stream = Table(
    "stream",
    metadata,
    Column("sender", String(6), ForeignKey("sender.number"), primary_key=True),
    Column("environment", String(1), primary_key=True),
    _one_of("environment", [*Environment], "environment"),
)

received_file = Table(
    "received_file",
    metadata,
    Column("set_ticket", TICKET, ForeignKey("file_set.ticket"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("kind", String(2), nullable=False),
    Column("part", Integer),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("set_ticket", TICKET, ForeignKey("file_set.ticket"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("sha256", String(64)),
    Column("schema", String(40)),
    Column("catalogue", String(80)),
    Column("register_at", DateTime),
    Column("forms", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("anomalies", Integer, nullable=False),
    Column("published_at", DateTime),
    _one_of("verdict", ["received", "refused", "withdrawn", "recorded"], "verdict"),
    CheckConstraint("lines = accepted + unchanged + refused", name="counts"),
    Index(None, "published_at"),
)

form = Table(
    "form",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", TICKET, nullable=False, unique=True),
    Column("set_ticket", TICKET, ForeignKey("file_set.ticket"), nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("set_ticket", "number"),
)

form_run = Table(
    "form_run",
    metadata,
    Column("form_id", Integer, ForeignKey("form.id"), primary_key=True, autoincrement=False),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("operation", String(1)),
    Column("reference", String(64)),
    Column("reference_type", String(1)),
    Column("acceptance", String(4)),
    Column("employer_id", Integer, ForeignKey("employer.id")),
    Column("result", String(1), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    _one_of("result", ["0", "1", "2"], "result"),
    CheckConstraint("lines = accepted + unchanged + refused", name="counts"),
)

# ------------------------------------------------------------------------------------------------ declarations

declaration = Table(
    "declaration",
    metadata,
    Column("ticket", TICKET, primary_key=True),
    Column("environment", String(1), nullable=False),
    Column("employer_id", Integer, ForeignKey("employer.id"), nullable=False),
    Column("person", String(11), nullable=False),
    Column("reference", String(64), nullable=False),
    UniqueConstraint("person", "environment", "employer_id", "reference"),
    _one_of("environment", [*Environment], "environment"),
)

version = Table(
    "version",
    metadata,
    Column("form_id", Integer, ForeignKey("form.id"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("declaration", TICKET, ForeignKey("declaration.ticket"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("operation", String(1), nullable=False),
    Column("run", Integer, nullable=False),
    Column("arrival", Integer, nullable=False),
    Column("inss", String(11), nullable=False),
    Column("own_reference", String(64)),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("calculated_on", Date),
    Column("reference", String(64)),
    UniqueConstraint("declaration", "number"),
    _one_of("operation", [*Operation], "operation"),
    CheckConstraint("(operation = '3') = (start_date IS NULL)", name="content"),
    CheckConstraint("(operation = '0') = (number = 1)", name="first"),
    sqlite_with_rowid=False,
)
"""`reference` is the UUID as it was sent, `declaration.reference` as it is compared."""

feature = Table(
    "feature",
    metadata,
    Column("form_id", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("quality", Integer, primary_key=True, autoincrement=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("employer_class", String(3), nullable=False),
    Column("worker_code", String(3), nullable=False),
    ForeignKeyConstraint(["form_id", "line"], ["version.form_id", "version.line"]),
    sqlite_with_rowid=False,
)

financial_element = Table(
    "financial_element",
    metadata,
    Column("form_id", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("quality", Integer, primary_key=True, autoincrement=False),
    Column("element", Integer, primary_key=True, autoincrement=False),
    Column("code", String(10), nullable=False),
    Column("eurocents", BigInteger, nullable=False),
    Column("frequency", Integer),
    ForeignKeyConstraint(
        ["form_id", "line", "quality"], ["feature.form_id", "feature.line", "feature.quality"]
    ),
    CheckConstraint("eurocents > 0", name="eurocents"),
    CheckConstraint("frequency IS NULL OR frequency BETWEEN 0 AND 99", name="frequency"),
    sqlite_with_rowid=False,
)

unchanged_line = Table(
    "unchanged_line",
    metadata,
    Column("form_id", Integer, ForeignKey("form.id"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, nullable=False),
    Column("declaration", TICKET, ForeignKey("declaration.ticket"), nullable=False),
    Column("version", Integer, nullable=False),
)

refused_line = Table(
    "refused_line",
    metadata,
    Column("form_id", Integer, ForeignKey("form.id"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("employer_id", Integer, ForeignKey("employer.id")),
    Column("person", String(11)),
    Column("inss", String(11)),
    Column("reference", String(64)),
    Column("own_reference", String(64)),
    Index(None, "person", "employer_id"),
)
"""What is known of lines that were refused, as far as it could be read; `reference` as it is compared."""

# ------------------------------------------------------------------------------------------ what was answered

anomaly = Table(
    "anomaly",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("set_ticket", TICKET, ForeignKey("file_set.ticket"), nullable=False),
    Column("run", Integer, nullable=False),
    Column("form_number", Integer),
    Column("line", Integer),
    Column("rule", String(40), nullable=False),
    Column("code", String(9), nullable=False),
    Column("class", String(2), nullable=False),
    Column("tag", String(100)),
    Column("value", String(100)),
    Column("line_nbr", Integer),
    Column("column_nbr", Integer),
    Column("location", Text),
    Column("employer", String(30)),
    Column("inss", String(11)),
    Column("reference", String(64)),
    Column("own_reference", String(64)),
    Column("what", String(500), nullable=False),
    Column("remedy", String(500), nullable=False),
    Column("note", String(100)),
    Index(None, "set_ticket", "run"),
)

answer = Table(
    "answer",
    metadata,
    Column("set_ticket", TICKET, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("subject", String(4), primary_key=True),
    Column("sender", String(6), nullable=False),
    Column("environment", String(1), nullable=False),
    Column("name", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("signature", String(64)),
    ForeignKeyConstraint(["set_ticket", "run"], ["run.set_ticket", "run.number"]),
    UniqueConstraint("sender", "environment", "name"),
)

answer_counter = Table(
    "answer_counter",
    metadata,
    Column("sender", String(6), ForeignKey("sender.number"), primary_key=True),
    Column("environment", String(1), primary_key=True),
    Column("subject", String(4), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("set_ticket", TICKET, ForeignKey("file_set.ticket"), primary_key=True),
    Column("answer_name", String(64)),
    Column("answer_ticket", TICKET),
    Column("recorded_at", DateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("operator", String(64), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("details", JSON, nullable=False),
)
"""What operators did; never changed, and deleted by a row of `audit_purge` only (the migration sees to it)."""

session_event = Table(
    "session_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("session", String(8), nullable=False),
    Column("sender", String(6), index=True),
    Column("address", String(64), nullable=False),
    Column("act", String(20), nullable=False),
    Column("details", JSON, nullable=False),
)
"""What bureaus did at the front door, guarded as `audit` is."""

audit_purge = Table(
    "audit_purge",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("operator", String(64), nullable=False),
    Column("kind", String(13), nullable=False),
    Column("before", DateTime, nullable=False),
    Column("rows", Integer, nullable=False),
    _one_of("kind", ["audit", "session_event"], "kind"),
)
"""Who had what was told before a moment deleted: writing the row deletes it, and the row stays for ever."""
