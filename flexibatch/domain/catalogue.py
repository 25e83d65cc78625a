"""The catalogue: what each rule is called, how heavy it weighs, and what is told to people about it.

It is data (`flexibatch/data/anomalies.toml`), parsed elsewhere; here it is checked, overridden and filled in.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flexibatch.domain.findings import VALUE_LIMIT, Anomaly, Finding, seen
from flexibatch.domain.flxwage.fields import FORM_ZONE
from flexibatch.domain.flxwage.places import phrase_at, zone_at, zone_of
from flexibatch.domain.vocabulary import AnomalyClass, Language
from flexibatch.errors import Refusal

OFF = "off"
LABEL_LIMIT = 500
UNKNOWN = "–"
PHRASE = "phrase"

_CODE = re.compile(r"(?:ACRF|[0-9]{5})-[0-9]{3}")
_LOCKED = re.compile(r"(?:90082|00011|00014)-[0-9]{3}|90059-172|99101-00[15]")
"""What keeps its class: without a Calculation (99101) there would be nothing to keep as a version."""
_PLACEHOLDER = re.compile(r"\{(\w+)(:day)?\}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")


def day_first(text: str, language: Language) -> str:
    """Write the days in a text as people write them in a language.

    >>> day_first("STU 2026-09-01–2026-09-30", Language.FR), day_first("2026-09-01", Language.DE)
    ('STU 01/09/2026–30/09/2026', '01.09.2026')
    >>> day_first("2026-11-05", Language.EN), day_first("2026-13-05", Language.EN)
    ('5 Nov 2026', '2026-13-05')
    """
    if language is Language.EN:
        return _DAY.sub(_english_day, text)
    return _DAY.sub(r"\3.\2.\1" if language is Language.DE else r"\3/\2/\1", text)


def _english_day(found: re.Match[str]) -> str:
    """Write a day so that nobody takes its month for the day; one that is none stays as it is."""
    year, month, day = found.groups()
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}" if 1 <= int(month) <= len(_MONTHS) else found[0]


@dataclass(frozen=True, slots=True)
class Text:
    """What is told of a rule in one language, with placeholders in braces; `:day` writes days as people do.

    `empty` is told in place of `what` where there is no value, or an empty one.
    """

    what: str
    remedy: str
    empty: str = ""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Name the placeholders, as often as they stand."""
        return tuple(name for name, _ in _PLACEHOLDER.findall(self.what + self.remedy))

    def about(self, value: str | None) -> "Text":
        """Return what is told of a value."""
        return self if (value and value.strip()) or not self.empty else Text(self.empty, self.remedy)

    def phrased(self, phrase: str) -> "Text":
        """Put a phrase where it belongs; it has placeholders of its own."""
        word = "{phrase}" if phrase else "{phrase} "
        return Text(*(text.replace(word, phrase) for text in (self.what, self.remedy, self.empty)))

    def filled(self, details: Mapping[str, str], language: Language) -> tuple[str, str]:
        """Fill the placeholders; long details give way, so that both texts together stay within 500."""
        what, remedy = self._filled(details, language, VALUE_LIMIT)
        if len(what) + 1 + len(remedy) <= LABEL_LIMIT:
            return what, remedy
        bare = len(_PLACEHOLDER.sub("", self.what)) + 1 + len(_PLACEHOLDER.sub("", self.remedy))
        return self._filled(details, language, (LABEL_LIMIT - bare) // len(self.placeholders))

    def _filled(self, details: Mapping[str, str], language: Language, limit: int) -> tuple[str, str]:
        def value(found: re.Match[str]) -> str:
            told = details.get(found[1]) or UNKNOWN
            return _clipped(day_first(told, language) if found[2] else told, limit)

        return _PLACEHOLDER.sub(value, self.what), _PLACEHOLDER.sub(value, self.remedy)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One rule; `code` is whole, or the three digits of its type where the element gives the zone.

    `anomaly_class` is None where the rule is switched off. `phrase` is the key of the phrase that is put in where
    neither the finding nor the element at fault brings one; None where the texts have no place for it.
    """

    code: str
    zoned: bool
    anomaly_class: AnomalyClass | None
    source: str
    texts: Mapping[Language, Text]
    phrase: str | None = None


class Catalogue:
    """Put findings into the words, codes and classes that people and answers are told."""

    def __init__(self, table: Mapping[str, Any], overrides: Mapping[str, str] | None = None) -> None:
        """Read the parsed table and lay the settings over it; raise `Refusal` where a setting is not allowed.

        `overrides` gives a code (`00024-152`) another class (`B`, `NB`, `W`) or `off`, for all its rules.
        """
        classes = _checked(overrides or {}, table)
        self.version: str = table["version"]
        self._entries = {rule: _entry(fields, classes) for rule, fields in _rules(table).items()}
        self._phrases: Mapping[str, Mapping[str, str]] = table.get("phrases", {})
        self._plain: dict[tuple[str, Language], tuple[str, str] | None] = {
            (rule, language): None if text.placeholders else (text.what, text.remedy)
            for rule, entry in self._entries.items()
            for language, text in entry.texts.items()
        }

    def rules(self) -> Mapping[str, CatalogueEntry]:
        """Return all rules by key, in the order of the table."""
        return self._entries

    def code(self, rule: str, zone: str | None = None) -> str:
        """Return the code of a rule; `zone` is that of the element at fault, for rules that serve many.

        >>> table = {"version": "1", "missing": {"type": "001", "class": "B", "source": "ours"}}
        >>> Catalogue(table).code("missing", "00024")
        '00024-001'
        """
        entry = self._entries[rule]
        return f"{zone or FORM_ZONE}-{entry.code}" if entry.zoned else entry.code

    def anomaly(self, finding: Finding, language: Language) -> Anomaly | None:
        """Return a finding in a language, its value as far as one is told; None where the rule is switched off."""
        entry = self._entries[finding.rule]
        if entry.anomaly_class is None:
            return None
        code = f"{_zone(finding)}-{entry.code}" if entry.zoned else entry.code
        what, remedy = self._plain[finding.rule, language] or self._told(entry, finding, language)
        if finding.value is not None and len(finding.value) > VALUE_LIMIT:
            finding = replace(finding, value=finding.value[:VALUE_LIMIT])
        return Anomaly(finding, code, entry.anomaly_class, what, remedy)

    def fault(self, finding: Finding, language: Language) -> Anomaly:
        """Return a finding on a whole file, whose rule cannot be switched off; raise `LookupError` where it is."""
        anomaly = self.anomaly(finding, language)
        if anomaly is None:
            raise LookupError(f"the rule {finding.rule} does not refuse a file: it was switched off")
        return anomaly

    def phrases(self) -> Mapping[str, Mapping[str, str]]:
        """Return all phrases by key, each by language."""
        return self._phrases

    def _told(self, entry: CatalogueEntry, finding: Finding, language: Language) -> tuple[str, str]:
        text, details = entry.texts[language].about(finding.value), _details(finding)
        if entry.phrase is not None:
            text = text.phrased(self._phrases[details.get(PHRASE, entry.phrase)][language])
        return text.filled(details, language)


def _zone(finding: Finding) -> str:
    if finding.zone:
        return finding.zone
    return zone_at(finding.location) if finding.location else zone_of(finding.tag or "Form")


def _details(finding: Finding) -> Mapping[str, str]:
    phrase = phrase_at(finding.location, finding.tag)
    return {**phrase, **finding.details, "value": finding.value or "", "tag": finding.tag or ""}


def _clipped(text: str, limit: int) -> str:
    safe = seen(text)
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"


def _entry(fields: Mapping[str, Any], classes: Mapping[str, AnomalyClass | None]) -> CatalogueEntry:
    zoned = "type" in fields
    code = fields["type"] if zoned else fields["code"]
    default = AnomalyClass(fields["class"])
    texts = {language: Text(**fields[language]) for language in Language if language in fields}
    return CatalogueEntry(
        code, zoned, classes.get(code, default), fields["source"], texts, fields.get(PHRASE)
    )


def _rules(table: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of the catalogue that are rules."""
    return {
        rule: fields for rule, fields in table.items() if isinstance(fields, Mapping) and rule != "phrases"
    }


def _checked(overrides: Mapping[str, str], table: Mapping[str, Any]) -> Mapping[str, AnomalyClass | None]:
    """Read the classes that the settings give; raise `Refusal` for what is unknown or may not be changed."""
    rules = _rules(table).values()
    codes = {fields["code"] for fields in rules if "code" in fields}
    types = {fields["type"] for fields in rules if "type" in fields}
    return {code: _class(code, value, codes, types) for code, value in overrides.items()}


def _class(code: str, value: str, codes: Collection[str], types: Collection[str]) -> AnomalyClass | None:
    told = f'the setting [rules] "{code}" = "{value}"'
    fixed = code in codes and (code.startswith("ACRF-") or _LOCKED.fullmatch(code) is not None)
    schema = code not in codes and _CODE.fullmatch(code) is not None and code[-3:] in types
    if fixed or schema:
        kind = "file and schema faults, 90082-*, 00011-*, 00014-*, 90059-172 and 99101-* keep their class"
        raise Refusal(f"{told} is not allowed: {kind}; take the line out")
    if code not in codes:
        raise Refusal(
            f"{told} names a code that the catalogue does not have; correct it or take the line out"
        )
    allowed = (*AnomalyClass, OFF)
    if value not in allowed:
        raise Refusal(f"{told} has a value that is not allowed; give one of {', '.join(allowed)}")
    return None if value == OFF else AnomalyClass(value)
