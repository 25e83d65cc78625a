"""Attack a running `serve` one way after another while an honest bureau works, and tell what that bureau feels.

    python -m tests.hostile.run [--short] [--on postgresql] [NAME…]

Prints a table; ends with 1 when a bar was not kept, a set is lost, or the server has ended or met a bug.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flexibatch.settings import FILE
from samples.postgresql import Server
from tests.hostile import of_door, of_files, of_sets
from tests.hostile.figures import HEAD, LONGEST_STAT, LONGEST_WAIT, Row
from tests.hostile.running import LONG, SETTINGS, SHORT, Attack, Stage, running_stage

ATTACKS: tuple[Attack, ...] = (*of_door.ATTACKS, *of_files.ATTACKS, *of_sets.ATTACKS)


def main() -> int:
    """Run the attacks that are named, or all of the form; give the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="a few attacks, small")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only attacks whose name begins so")
    told = parser.parse_args()
    wanted = [one for one in ATTACKS if not told.short or told.names or one.short]
    attacks = [one for one in wanted if one.name.startswith(tuple(told.names) or ("",))]
    form = SHORT if told.short else LONG
    say(
        f"On {told.on}. Settings: {', '.join(f'{key}={value}' for key, value in SETTINGS.items())}; none is taken off."
    )
    say(
        f"Bars: an answer within {LONGEST_WAIT:.0f} s of its GO, a STAT within {LONGEST_STAT * 1000:.0f} ms. MiB are of"
    )
    say("all processes of serve together: before, at most, after.")
    say(HEAD)
    rows: list[Row] = []
    with _folder(told.on) as folder, running_stage(folder) as stage:
        rows += [show(stage, attack, stage.attack(attack, form)) for attack in attacks]
    broken = [row for row in rows if row.broken]
    say(f"{len(rows) - len(broken)} of {len(rows)} attacks kept all bars.")
    return 1 if broken else 0


def show(stage: Stage, attack: Attack, row: Row) -> Row:
    """Print a row, and what the attack found out."""
    say(row.line())
    for key, value in row.notes.items():
        say(f"{'':4s}{key}: {value}")
    if row.broken:
        say(f"{'':4s}({attack.sends}; serve is {stage.front.pid})")
    return row


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def _folder(engine: str) -> Iterator[Path]:
    """Yield a folder whose home will keep its records in an engine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if engine == "sqlite":
            yield folder
            return
        server = Server.made(durable=True)
        (folder / "home").mkdir()
        (folder / "home" / FILE).write_text(f'database = "{server.url(server.create())}"\n', "utf-8")
        try:
            yield folder
        finally:
            server.remove()


if __name__ == "__main__":
    sys.exit(main())
