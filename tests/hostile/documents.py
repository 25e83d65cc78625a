"""What a hostile part holds."""

import gzip
import io
import zipfile
from base64 import b64decode
from collections.abc import Iterator

from samples import signing, today
from tests.doubles.xml_samples import OPENING, SPACE, beneficiary, form, relation, uuid

PART = 36_700_160
"""The largest part that the channel takes: 35 MiB."""
LARGE = 35 * 1000 * 1000
ENDING = "</FLXWAGE>"


def document(text: str, opening: str = OPENING) -> bytes:
    """Write a document around what stands in it, moved to today."""
    return today.moved(f"{opening}{text}{ENDING}".encode(), today.this_day())


def small(reference: str = uuid(1), amount: str = "100000") -> bytes:
    """Write a document of one line."""
    return document(form(beneficiary(relation(reference, amount))))


def namespaces(count: int) -> bytes:
    """Declare very many namespaces at the root, and use each."""
    told = " ".join(f'xmlns:n{one}="urn:{one}"' for one in range(count))
    used = "".join(f"<n{one}:x/>" for one in range(count))
    return document(used, f'<FLXWAGE xmlns="{SPACE}" {told}>')


def attributes(elements: int, each: int, depth: int = 1) -> bytes:
    """Return elements within one another very many attributes each."""
    many = " ".join(f'a{one}="1"' for one in range(each))
    return document((f"<Form {many}>" * depth + "</Form>" * depth) * elements)


def empty_lines(count: int, size: int) -> bytes:
    """Write one Form of lines that hold nothing, with white space up to a size."""
    padding = " " * max(0, size // count - len("<Relation/>"))
    return document(form(beneficiary(f"<Relation/>{padding}" * count)))


def long_names(count: int, length: int) -> bytes:
    """Write lines of one stranger each, of names that all differ."""
    lines = (f"<Relation><{'x' * length}{one}/></Relation>" for one in range(count))
    return document(form(beneficiary(*lines)))


def faulty(employers: int) -> bytes:
    """Write Forms of a thousand lines, each line with a fault in its amount."""
    lines = "".join(beneficiary(relation(uuid(one), "x" * 100)) for one in range(1_000))
    return document(form(lines) * employers)


def sound(lines: int, elements: int) -> bytes:
    """Write lines that obey the schema, each with very many elements."""
    element = (
        "<FinancialElement><FinancialElementType>1</FinancialElementType>"
        "<FinancialElementCode>0002001000</FinancialElementCode><Amount>2500</Amount>"
        "<BonusPaymentFrequency>12</BonusPaymentFrequency></FinancialElement>"
    )
    made = (
        relation(uuid(one)).replace("</Features>", f"{element * elements}</Features>") for one in range(lines)
    )
    return document(form("".join(map(beneficiary, made))))


MARKUP = (
    "&lt;script&gt;alert(7)&lt;/script&gt;",
    "&quot;&gt;&lt;img src=x onerror=alert(7)&gt;",
    "&#x3c;script&#x3e;alert(7)&#x3c;/script&#x3e;",
    "<![CDATA[<script>alert(7)</script>]]>",
    "{{7*7}}{% raw %}&lt;script&gt;",
    "javascript:alert(7)",
)


def markup() -> Iterator[bytes]:
    """Write documents whose values, references and names are markup for a page."""
    for text in MARKUP:
        for tag in ("INSS", "RelationType", "ReferenceNbr", "EmployerClass", "CompanyID", "CalculationDate"):
            whole = form(beneficiary(relation()))
            begin, end = f"<{tag}>", f"</{tag}>"
            before, _, rest = whole.partition(begin)
            yield document(f"{before}{begin}{text}{end}{rest.partition(end)[2]}")
    yield document(form(beneficiary("<script>alert(7)</script>")))
    yield document(f'<script xmlns="http://www.w3.org/1999/xhtml">alert(7)</script>{form()}')


def tricks(size: int) -> dict[str, bytes]:
    """Write what parsers were ever broken by; `size` bounds those that grow."""
    body = f"{OPENING}{form()}{ENDING}"
    laughs = "".join(f'<!ENTITY l{one} "{f"&l{one - 1};" * 10}">' for one in range(1, 10))
    doctype = f'<!DOCTYPE FLXWAGE [<!ENTITY l0 "ha">{laughs}]>'
    entity = body.replace("85073003328", "&l9;")
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    declared = '<?xml version="1.0" encoding="{}"?>'
    return {
        "entities": f"{doctype}{entity}".encode(),
        "external entity": f'<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>{entity}'.encode(),
        "external subset": f'<!DOCTYPE FLXWAGE SYSTEM "http://127.0.0.1:9/x.dtd">{body}'.encode(),
        "doctype far behind": f"<!--{' ' * size}--><!DOCTYPE x>{body}".encode(),
        "xinclude": document(form(beneficiary(include))),
        "schema elsewhere": body.replace(
            "<FLXWAGE ",
            '<FLXWAGE xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:schemaLocation="http://127.0.0.1:9/ http://127.0.0.1:9/FLXWAGE_20264.xsd" ',
        ).encode(),
        "utf-16": f"{declared.format('utf-16')}{body}".encode("utf-16"),
        "utf-16 that says utf-8": f"{declared.format('utf-8')}{body}".encode("utf-16"),
        "utf-8 that says utf-16": f"{declared.format('utf-16')}{body}".encode(),
        "utf-7": f"{declared.format('utf-7')}{body.replace('<', '+ADw-')}".encode(),
        "utf-7 doctype": f"{declared.format('utf-7')}+ADwAIQ-DOCTYPE x+AD4-{body}".encode(),
        "mixed": f"{declared.format('utf-8')}{OPENING}".encode()
        + form().encode("utf-16-le")
        + ENDING.encode(),
        "half a character": body.replace("FLXWAGE</Id", "FLX\udcff</Id").encode("utf-8", "surrogateescape"),
        "deep": document("<Form>" * (size // 13) + "</Form>" * (size // 13)),
        "instructions": document("<?x y?>" * (size // 7)),
        "comments": document("<!-- -->" * (size // 8)),
        "sections": document("<![CDATA[]]>" * (size // 12)),
        "huge text": document(form(beneficiary(relation(amount="9" * size)))),
        "huge attribute": document(f'<Form a="{"9" * size}"/>'),
        "references": document("&#65;" * (size // 5)),
        "gzip": gzip.compress(bytes(size * 10)),
        "zip": zipped(bytes(size * 10)),
        "zeros": bytes(size),
        "nothing": b"",
        "no end": document("<Form>" * 100)[:-200],
    }


def zipped(content: bytes) -> bytes:
    """Compress a part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("FI.xml", content)
    return made.getvalue()


def changed_signatures(part: bytes, count: int) -> Iterator[bytes]:
    """Yield a signature that is right, in DER, with one byte changed each time."""
    made = b64decode(signing.signature(part))
    for number in range(count):
        place = number * len(made) // count if count < len(made) else number % len(made)
        change = 1 + number // len(made) * 37 % 255
        yield made[:place] + bytes([made[place] ^ change]) + made[place + 1 :]
