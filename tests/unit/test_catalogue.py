"""The catalogue: complete, in four languages, within its limits, and changed only where that is allowed."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import product

import pytest

from flexibatch.adapters.tables import load_catalogue
from flexibatch.adapters.xml.wellformed import PHRASES
from flexibatch.domain.catalogue import Catalogue, day_first
from flexibatch.domain.findings import VALUE_LIMIT, Anomaly, Finding
from flexibatch.domain.flxwage.fields import BY_PATH, FIELDS, ZONES
from flexibatch.domain.flxwage.places import zone_at, zone_of
from flexibatch.domain.names import InboxContext, parse_name, part_rules, set_rules
from flexibatch.domain.vocabulary import AnomalyClass, Environment, Language
from flexibatch.errors import Refusal

# Rule, code (three digits where the element gives the zone), class, placeholders besides {tag}, {value} and {phrase}.
EXPECTED = """
name-go ACRF-107 B
name-data ACRF-131 B
name-signature ACRF-132 B
name-sender ACRF-108 B
date-format ACRF-109 B
date-unknown ACRF-110 B
date-future ACRF-111 B
date-old ACRF-126 B days
sequence-length ACRF-112 B
sequence-alphabet ACRF-367 B
sequence-zero ACRF-127 B
parts-format ACRF-114 B
parts-not-digit ACRF-115 B
parts-zero ACRF-116 B
parts-digits ACRF-128 B
environment-letter ACRF-117 B
environment-real ACRF-118 B
environment-test ACRF-119 B
environment-simulation ACRF-257 B
environment-closed ACRF-129 B
subject ACRF-129 B
go-missing ACRF-130 B
data-count ACRF-120 B announced found
signature-count ACRF-122 B announced found
data-numbering ACRF-123 B
signature-numbering ACRF-124 B
signature-too-big ACRF-125 B
signature-not-cms ACRF-125 B
signature-several-signers ACRF-125 B
signature-other-content ACRF-125 B
signature-unknown-certificate ACRF-125 B
signature-not-yet-valid ACRF-125 B
signature-expired ACRF-125 B
signature-revoked ACRF-125 B
signature-untrusted ACRF-125 B
signature-key-usage ACRF-125 B
signature-weak-key ACRF-125 B
signature-weak-algorithm ACRF-125 B
signature-signed-as-text ACRF-125 B
signature-content-changed ACRF-125 B
signature-not-genuine ACRF-125 B
name-received ACRF-133 B ticket
data-empty ACRF-134 B
part-size ACRF-184 B size limit
too-many-forms ACRF-184 B limit
too-many-declared ACRF-184 B limit
too-many-elements ACRF-184 B limit
too-many-unreadable ACRF-184 B limit
not-well-formed ACRF-102 B
doctype ACRF-102 B
bytes-encoding ACRF-102 B encoding
encoding ACRF-138 B encoding
root ACRF-089 B
root-attribute ACRF-089 B tag
namespace ACRF-139 B
schema-location ACRF-088 B newest
schema-version ACRF-137 B schema open
schema-window ACRF-137 B schema from until open
not-a-form ACRF-205 B
no-form ACRF-157 B
discarded ACRF-163 B
sender-removed ACRF-103 B
schema-missing 001 B
schema-not-numeric 002 B
schema-invalid 003 B
schema-domain 008 B
schema-cardinality 090 B
schema-sequence 091 B
schema-unknown 092 B
schema-length 093 B
literal-value 008 B
inss-check 00024-004 B
company-check 00014-004 B
nsso-check 00011-004 B
employer-conflict 00014-022 B nsso company
employer-missing 00011-001 B
mandate 00011-155 B
too-many-lines 90059-172 B limit
creation-future 00218-008 B received
repeated 90082-006 B
unknown 90082-234 B
cancelled 90082-241 B
declared 90082-272 B
declared-cancelled 90082-272 B
superseded 90082-180 B
unchanged 90082-444 NB
period-order 99002-014 B start
period-scope 99002-008 B
period-year 99002-400 B start first last
reference-missing 90082-001 B
reference-uuid 90082-008 B
reference-unseen 90082-008 B character
reference-composed 90082-008 B character
form-reference 90082-008 B
third-payer-company 00014-005 B
calculation-missing 99101-001 B
calculation-present 99101-005 B
wages-twice 99103-006 B
bonuses-twice 99103-006 B
calculation-date-late 99003-008 B received
calculation-date-early 99003-008 B start
validity-order 99005-014 B start
validity-start 99004-399 B start
validity-end 99005-400 B end
category-unknown 00036-008 B
category-closed 00036-008 B quarter
worker-code 00037-008 B
quality-empty 99103-001 B
frequency-on-wage 00068-005 B
frequency-missing 00068-001 NB
late 90017-460 NB due days
dimona-none 00024-152 B start end
dimona-anywhere 00024-152 B start end
dimona-outside 00024-152 B start end period period_start period_end
dimona-type 00024-152 B start end types
dimona-cancelled 00024-152 B start end period
dimona-late 90017-510 NB period
dimona-conditions 90017-510 NB period
more-anomalies 90059-006 W count
"""
RULES: Mapping[str, tuple[str, str, frozenset[str]]] = {
    words[0]: (words[1], words[2], frozenset(words[3:]))
    for words in map(str.split, EXPECTED.split("\n"))
    if words
}

LONG = "W" * (3 * VALUE_LIMIT)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def told(catalogue: Catalogue, finding: Finding, language: Language = Language.EN) -> Anomaly:
    anomaly = catalogue.anomaly(finding, language)
    assert anomaly is not None
    return anomaly


def test_every_rule_stands_with_its_code_and_class(catalogue: Catalogue) -> None:
    """The catalogue has exactly the rules of the channel, each with its code and default class."""
    expected = {rule: (code, class_) for rule, (code, class_, _) in RULES.items()}
    assert expected == {rule: (entry.code, entry.anomaly_class) for rule, entry in catalogue.rules().items()}


def test_the_version_is_told(catalogue: Catalogue) -> None:
    """Answers can tell which catalogue they were written with."""
    assert catalogue.version == "2026.1"


def test_a_rule_has_a_source_and_four_languages(catalogue: Catalogue) -> None:
    """Every rule names its source in one line and is told in every language, each in its own words."""
    for rule in RULES:
        entry = catalogue.rules()[rule]
        assert entry.source.strip(), rule
        assert "\n" not in entry.source, rule
        assert set(Language) == set(entry.texts), rule
        assert len(Language) == len({text.what for text in entry.texts.values()}), rule
        assert len(Language) == len({text.remedy for text in entry.texts.values()}), rule


def test_placeholders_are_those_of_the_rule_in_every_language(catalogue: Catalogue) -> None:
    """Only what a finding of the rule brings is asked for, all of it in every language."""
    for rule in RULES:
        code, _, details = RULES[rule]
        entry = catalogue.rules()[rule]
        always = frozenset({"own"} if code.startswith("ACRF") else {"tag", "value"})
        phrase = frozenset({"phrase"} if entry.phrase else ())
        for text in entry.texts.values():
            asked = frozenset(text.placeholders)
            assert details | phrase <= asked <= details | always | phrase, rule
            assert not re.search(
                r"[{}]", re.sub(r"\{\w+(:day)?\}", "", text.what + text.remedy + text.empty)
            ), rule


def test_a_label_keeps_to_500_characters(catalogue: Catalogue) -> None:
    """Long values give way, never the sentences: the remedy is told to its end."""
    for rule, language in product(RULES, Language):
        details = dict.fromkeys(RULES[rule][2], LONG)
        anomaly = told(catalogue, Finding(rule, tag=LONG, value=LONG, details=details), language)
        assert len(f"{anomaly.what} {anomaly.remedy}") <= 500, (rule, language)
        assert anomaly.label == f"{anomaly.what} {anomaly.remedy}", (rule, language)
        assert anomaly.remedy.endswith("."), (rule, language)


def test_every_phrase_is_told_in_four_languages(catalogue: Catalogue) -> None:
    """Every phrase is there in every language, and every element that holds a value has one that is there."""
    languages = {language.value for language in Language}
    assert [] == [name for name, phrase in catalogue.phrases().items() if languages != set(phrase)]
    wanted = {field.phrase for field in FIELDS if field.reader is not None}
    assert set() == wanted - set(catalogue.phrases())
    assert "" not in wanted


PATHS = [field.path for field in FIELDS if field.reader is not None]


def test_a_value_that_is_not_allowed_is_told_with_what_is(catalogue: Catalogue) -> None:
    """Whatever is wrong with a value, the label says within 500 characters how it is to be written."""
    for path, language in product(PATHS, Language):
        tag = path.rpartition("/")[2]
        for rule in (
            "schema-missing",
            "schema-not-numeric",
            "schema-domain",
            "schema-length",
            "literal-value",
        ):
            finding = Finding(rule, tag=tag, value=LONG, location=f"/FLXWAGE/{path}")
            anomaly = told(catalogue, finding, language)
            phrase = catalogue.phrases()[BY_PATH[path].phrase][language]
            assert phrase.format(allowed=BY_PATH[path].allowed) in anomaly.remedy, (path, language)
            assert len(f"{anomaly.what} {anomaly.remedy}") <= 500, (path, language)


AMOUNT = (
    "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation/Features[1]/FinancialElement[1]/Amount"
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("rule", "value"),
    [("schema-not-numeric", "1000,00"), ("schema-domain", "0"), ("schema-length", "9" * 12)],
)
def test_a_wrong_amount_is_told_in_eurocents(
    catalogue: Catalogue, language: Language, rule: str, value: str
) -> None:
    """Who wrote 1000,00 is told to write 100000, not only digits: 1000 would be ten euros."""
    anomaly = told(catalogue, Finding(rule, tag="Amount", value=value, location=AMOUNT), language)
    assert "eurocent" in anomaly.remedy.lower()
    assert re.search(r"1000[,.]00 \w+ .*100000", anomaly.remedy)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("rule", ["schema-domain", "schema-length", "literal-value"])
def test_an_empty_value_is_called_empty(catalogue: Catalogue, rule: str, language: Language) -> None:
    """Nobody is told that a dash between quotes is wrong."""
    anomaly = told(catalogue, Finding(rule, tag="Amount", value=" ", location=AMOUNT), language)
    assert re.search("leeg|vide|leer|empty", anomaly.what)
    assert not re.search("[–“„«]", anomaly.label)


@pytest.mark.parametrize("language", Language)
def test_nobody_is_told_to_declare_a_wage_twice(catalogue: Catalogue, language: Language) -> None:
    """An original sent again: there is nothing to do, before all else; a new reference declares it twice."""
    nothing, twice = {
        Language.NL: ("hoeft u niets te doen", "twee keer aangegeven"),
        Language.FR: ("n'avez rien à faire", "déclaré deux fois"),
        Language.DE: ("brauchen Sie nichts zu tun", "zweimal gemeldet"),
        Language.EN: ("there is nothing to do", "declared twice"),
    }[language]
    remedy = told(catalogue, Finding("declared", value="2026-09/0001"), language).remedy
    first, *_, last = re.split(r"[.] ", remedy)
    assert (nothing in first, twice in last) == (True, True)


@pytest.mark.parametrize("language", Language)
def test_numbers_of_an_employer_are_called_what_they_are(catalogue: Catalogue, language: Language) -> None:
    """An NSSO number is not told as an enterprise number, or the other way round."""
    nsso, company = {
        Language.NL: ("RSZ-nummer", "ondernemingsnummer"),
        Language.FR: ("numéro ONSS", "numéro d'entreprise"),
        Language.DE: ("LSS-Nummer", "Unternehmensnummer"),
        Language.EN: ("NSSO number", "enterprise number"),
    }[language]
    details = {"nsso": "100100022", "company": "0400100056"}
    both = told(catalogue, Finding("employer-conflict", value="100100022", details=details), language).what
    assert re.search(rf"{nsso} .\s?100100022.*{company} .\s?0400100056", both)
    for phrase, called in (("nsso-number", nsso), ("company-number", company)):
        finding = Finding("mandate", value="100100022", details={"phrase": phrase})
        assert re.search(rf"{called} .\s?100100022", told(catalogue, finding, language).what)


def test_a_phrase_belongs_to_each_kind_of_broken_xml(catalogue: Catalogue) -> None:
    """What a reader says in English stands in no sentence to people: each kind has a phrase in each language."""
    details = {"phrase": "xml-cut-off", "reason": "no element found"}
    for language in Language:
        what = told(catalogue, Finding("not-well-formed", details=details), language).what
        assert catalogue.phrases()["xml-cut-off"][language] in what
        assert "no element found" not in what
    assert set(PHRASES.values()) < set(catalogue.phrases())


NAME_RULES = [rule for rule in RULES if rule.startswith(("name-", "sequence-", "parts-"))]


def test_advice_on_a_name_shows_one(catalogue: Catalogue) -> None:
    """Who is told how a file is named sees a name that the channel takes."""
    for rule in sorted({*NAME_RULES} - {"name-received"}):
        for text in catalogue.rules()[rule].texts.values():
            told_to = text.remedy.replace("{own}", "000640.20261005")
            found = re.search(r"\b(GO|FI|FS)\.FLEX\.[0-9]{6}(\.\w+)+", told_to)
            assert found is not None, rule
            parsed = parse_name(found[0])
            assert parsed is not None, rule
            place = InboxContext("000640", Environment.REAL, date(2026, 10, 5), 365, frozenset(Environment))
            assert [] == [*set_rules(parsed, place), *part_rules(parsed)], rule


def test_no_number_is_followed_by_what_it_counts(catalogue: Catalogue) -> None:
    """A sentence reads right for one and for many: nothing is "1 periods" or "1 day(s)"."""
    for rule in RULES:
        for text in catalogue.rules()[rule].texts.values():
            told_in = text.what + text.remedy
            assert not re.search(r"\{(days|count|announced|found|size)\} \w", told_in), rule
            assert not re.search(r"\w\((s|en|e|n)\)", told_in), rule


def test_a_bare_finding_can_be_told(catalogue: Catalogue) -> None:
    """What a finding does not bring is told as a dash, so that no sentence breaks."""
    for rule in RULES:
        anomaly = told(catalogue, Finding(rule))
        assert "{" not in anomaly.label, rule
        entry = catalogue.rules()[rule]
        phrase = catalogue.phrases()[entry.phrase][Language.EN] if entry.phrase else ""
        text = entry.texts[Language.EN].about(None).phrased(phrase)
        assert ("–" in anomaly.label) == bool(text.placeholders), rule


def test_real_values_of_a_long_label_are_told_whole(catalogue: Catalogue) -> None:
    """Values of the usual length are never cut."""
    details = {
        "start": "2026-09-01",
        "end": "2026-09-30",
        "period": "600027876089",
        "period_start": "2026-10-01",
        "period_end": "2026-10-31",
    }
    for language in Language:
        label = told(
            catalogue, Finding("dimona-outside", value="85073003328", details=details), language
        ).label
        assert [] == [value for value in details.values() if day_first(value, language) not in label]
        assert "…" not in label


DAYS = ("value", "start", "end", "due", "received", "from", "until", "period_start", "period_end", "types")


TOLD_OF_VALUES = [rule for rule in RULES if not rule.startswith(("schema-", "literal-"))]


def test_days_are_written_as_people_write_them(catalogue: Catalogue) -> None:
    """No sentence has a day in ISO 8601; the remedies alone tell how a day is written in XML."""
    for rule, language in product(TOLD_OF_VALUES, Language):
        details = dict.fromkeys(RULES[rule][2], "")
        days = {name: "2026-11-20" for name in details if name in DAYS}
        anomaly = told(
            catalogue, Finding(rule, tag="x", value="2026-11-20", details=details | days), language
        )
        quoted = re.search(r"[„“«]\s?2026-11-20", anomaly.what)
        assert quoted or "2026-11-20" not in anomaly.label, (rule, language)
        written = {Language.DE: "20.11.2026", Language.EN: "20 Nov 2026"}.get(language, "20/11/2026")
        assert written in anomaly.label or not days or quoted, (rule, language)


@pytest.mark.parametrize("rule", ["period-order", "validity-order"])
def test_a_period_that_ends_before_it_starts_is_told_with_both_days(catalogue: Catalogue, rule: str) -> None:
    """A clerk sees which of the two days is wrong."""
    finding = Finding(rule, value="2026-08-31", details={"start": "2026-09-01"})
    for language in Language:
        what = told(catalogue, finding, language).what
        assert [] == [day for day in ("2026-09-01", "2026-08-31") if day_first(day, language) not in what]


def test_a_period_in_dutch_includes_its_last_day(catalogue: Catalogue) -> None:
    """A period goes from its first day to its last, that day included."""
    for entry in catalogue.rules().values():
        text = entry.texts[Language.NL]
        assert not re.search(r" tot \{", text.what + text.remedy)


def test_a_worker_nobody_declared_here_is_told_the_same_whoever_asks(catalogue: Catalogue) -> None:
    """These tell only the dates that were asked for, nothing that the register knows."""
    for rule in ("dimona-none", "dimona-anywhere"):
        for text in catalogue.rules()[rule].texts.values():
            assert {"start", "end"} == set(text.placeholders)


def test_a_value_cannot_smuggle_in_a_placeholder(catalogue: Catalogue) -> None:
    """Values are filled in as they are: braces in them mean nothing, control characters are replaced."""
    anomaly = told(catalogue, Finding("declared", value="{tag}{0.__class__}\x1b"))
    assert "“{tag}{0.__class__}?”" in anomaly.what


def test_a_schema_fault_takes_the_zone_of_its_finding(catalogue: Catalogue) -> None:
    """The zone comes from the finding, else from where it stands, else from its tag."""
    amount = "/FLXWAGE/Form[1]/Debtor/Beneficiary[1]/Relation[1]/Calculation/Features[1]/Amount"
    assert told(catalogue, Finding("schema-domain", zone="00024")).code == "00024-008"
    assert told(catalogue, Finding("schema-domain", location=amount)).code == "99007-008"
    assert told(catalogue, Finding("schema-missing", tag="INSS")).code == "00024-001"
    assert told(catalogue, Finding("schema-unknown")).code == "90059-092"


def test_code_of_a_rule(catalogue: Catalogue) -> None:
    """The code of a rule can be asked for without a finding."""
    assert catalogue.code("schema-length", "00024") == "00024-093"
    assert catalogue.code("signature-revoked") == "ACRF-125"


def test_an_override_changes_every_rule_of_its_code() -> None:
    """`00024-152` serves five rules; the setting weighs them all, and nothing else."""
    changed = load_catalogue({"00024-152": "NB"})
    weights = {
        rule: told(changed, Finding(rule)).anomaly_class for rule in RULES if rule.startswith("dimona-")
    }
    assert set(weights.values()) == {AnomalyClass.REMARK}
    assert told(changed, Finding("late")).anomaly_class is AnomalyClass.REMARK
    assert told(changed, Finding("inss-check")).blocking


def test_a_rule_can_be_switched_off() -> None:
    """A rule that is off is told to nobody; a schema fault of the same code still is."""
    changed = load_catalogue({"99002-008": "off", "99103-001": "W"})
    assert changed.anomaly(Finding("period-scope"), Language.NL) is None
    assert told(changed, Finding("schema-domain", zone="99002")).blocking
    assert told(changed, Finding("schema-missing", zone="99103")).blocking
    assert told(changed, Finding("quality-empty")).anomaly_class is AnomalyClass.WARNING


FIXED = [
    "ACRF-125",
    "90082-272",
    "00011-155",
    "00014-004",
    "90059-172",
    "00024-001",
    "99007-093",
    "90082-008",
    "00014-005",
    "99101-001",
    "99101-005",
]


@pytest.mark.parametrize("code", FIXED)
def test_what_is_fixed_cannot_be_changed(code: str) -> None:
    """File and schema faults, references, employer numbers and the line limit keep their class."""
    with pytest.raises(Refusal, match=rf'"{code}" = "NB" is not allowed: .*keep their class'):
        load_catalogue({code: "NB"})


@pytest.mark.parametrize("code", ["00024-153", "nonsense", "", "dimona-none", "ACRF-999"])
def test_an_unknown_code_is_refused(code: str) -> None:
    """A setting that would do nothing is an error, not a silence."""
    with pytest.raises(Refusal, match=rf'"{code}" = "off" names a code that the catalogue does not have'):
        load_catalogue({code: "off"})


@pytest.mark.parametrize("value", ["nb", "", "OFF", "X"])
def test_an_unknown_class_is_refused(value: str) -> None:
    """The sentence names key, value and what is allowed."""
    with pytest.raises(Refusal, match=rf'"00024-152" = "{value}" .* B, NB, W, off'):
        load_catalogue({"00024-152": value})


@pytest.mark.parametrize(
    "path", [("Reference", "Form"), ("ReferenceType", "Form"), ("ReferenceNbr", "Relation")]
)
def test_every_reference_has_one_zone(path: tuple[str, ...]) -> None:
    """Form and Relation both have references, block 90082."""
    assert "90082" == zone_of(*path)


def test_an_unknown_element_has_the_zone_of_what_holds_it() -> None:
    """A schema fault on a foreign element is told in the nearest zone that people know."""
    assert zone_of("Foreign", "Features", "Calculation") == "99102"
    assert zone_of("Foreign", "Stranger", "Debtor") == "90256"
    assert zone_of("Foreign") == "90059"
    assert zone_of("Foreign", "Reference", "Form") == "90082"


def test_zones_are_told_apart_from_a_location() -> None:
    """A location is enough to know the zone; one that names nothing is the Form's."""
    assert zone_at("/FLXWAGE/Form[2]/Debtor/Beneficiary[7]/INSS[2]") == "00024"
    assert zone_at("/FLXWAGE/Form[2]/Reference[1]/ReferenceNbr") == "90082"
    assert zone_at("/FLXWAGE/Form[2]/Debtor/Beneficiary[1]/Relation[3]/Reference/Foreign[4]") == "90082"
    assert zone_at("") == "90059"


def test_every_zone_is_five_digits() -> None:
    """A code has at most nine characters: five digits, a dash, three digits."""
    assert [] == [zone for zone in ZONES.values() if not re.fullmatch(r"[0-9]{5}", zone)]


def test_a_file_is_never_refused_by_a_rule_that_is_off() -> None:
    """Rules on files cannot be switched off; one that can is no reason to refuse a file."""
    off = load_catalogue({"00024-152": "off"})
    assert "ACRF-157" == off.fault(Finding("no-form"), Language.EN).code
    with pytest.raises(LookupError, match="dimona-none"):
        off.fault(Finding("dimona-none"), Language.EN)
