"""The commands of the program, by what they are about: where each stands, and what the program's help says of it."""

GROUPS: dict[str, dict[str, tuple[str, str, str]]] = {
    "Bureaus": {
        "sender": ("flexibatch.cli.bureaus", "sender", "Register bureaus, hold them, manage their keys."),
        "mandate": (
            "flexibatch.cli.mandates",
            "mandate",
            "Say which bureau may declare for which employer.",
        ),
        "employer": (
            "flexibatch.cli.employers",
            "employer",
            "Look up employers, and mark third payers.",
        ),
    },
    "Sets": {
        "sweep": ("flexibatch.cli.channel", "sweep", "Take what has arrived, settle it, publish, and end."),
        "watch": ("flexibatch.cli.channel", "watch", "Sweep for ever."),
        "serve": ("flexibatch.cli.serve", "serve", "Open the front door: SFTP server and watcher."),
        "status": ("flexibatch.cli.status", "status", "Show the day on one screen."),
        "list": ("flexibatch.cli.records", "list_", "List the sets that were received, or what waits."),
        "show": (
            "flexibatch.cli.set_details",
            "show",
            "Show a set: verdict, codes, files, runs, answers, lines.",
        ),
        "cat": ("flexibatch.cli.set_files", "cat", "Print a received file, or an answer, of a set."),
        "check": ("flexibatch.cli.check", "check", "Judge files as the channel would; keep nothing."),
        "rerun": (
            "flexibatch.cli.reruns",
            "rerun",
            "Judge archived sets again, or show what that would change.",
        ),
        "republish": ("flexibatch.cli.channel", "republish", "Put a set's answers down again."),
        "quarantine": (
            "flexibatch.cli.keeping",
            "quarantine",
            "Decide about sets that met a bug, or took too much, again and again.",
        ),
        "declarations": (
            "flexibatch.cli.declarations",
            "declarations",
            "Look up what was declared, with all versions.",
        ),
    },
    "Register": {
        "dimona": ("flexibatch.cli.dimona", "dimona", "Feed the Dimona register, and look into it."),
        "worker": (
            "flexibatch.cli.declarations",
            "worker",
            "Look up a worker, beside the Dimona register.",
        ),
        "person": (
            "flexibatch.cli.persons",
            "person",
            "Give out what the channel holds on one person.",
        ),
    },
    "Upkeep": {
        "init": ("flexibatch.cli.upkeep", "init", "Make a home, or what is missing of one."),
        "doctor": (
            "flexibatch.cli.upkeep",
            "doctor",
            "Look for trouble before it comes, and say what to do.",
        ),
        "db": ("flexibatch.cli.upkeep", "db", "Upgrade the database, or check it."),
        "schema": ("flexibatch.cli.upkeep", "schema", "Show the FLXWAGE schemas and when each is taken."),
        "purge": ("flexibatch.cli.purging", "purge", "Delete what has been kept for long enough."),
        "audit": (
            "flexibatch.cli.audit",
            "audit",
            "Look up who did what: operators, and bureaus at the door.",
        ),
    },
}
"""The headings of the program's help, each with its commands."""

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
"""Each command's module, its name there and what the program's help says of it."""
