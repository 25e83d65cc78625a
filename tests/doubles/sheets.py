"""CSV as people's programs save it: one table in each of the forms that are read."""

LINE_ENDS = {"LF": "\n", "CR LF": "\r\n", "CR": "\r"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be")


def sheets(table: str) -> dict[str, bytes]:
    """Write a table (commas, LF, no quotes) in every form, by name; every other one with all values quoted."""
    written: dict[str, bytes] = {}
    for encoding in ENCODINGS:
        for delimiter, sign in DELIMITERS.items():
            for line_end, sequence in LINE_ENDS.items():
                quote = '"' if len(written) % 2 else ""
                lines = [
                    sign.join(f"{quote}{value}{quote}" for value in line.split(",")) if line else ""
                    for line in table.split("\n")
                ]
                name = f"{encoding}, {delimiter}, {line_end}{', quoted' if quote else ''}"
                written[name] = encoded(sequence.join(lines), encoding)
    return written


def encoded(text: str, encoding: str) -> bytes:
    """Encode a text, with its mark where it is UTF-16."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    return (mark + text).encode(encoding)
