"""Write the settings file of a new home."""

from textwrap import wrap

from flexibatch.settings.complaints import SenderDirectory, allowed


def default_file(known: SenderDirectory) -> str:
    """Write the settings file that `init` puts down: every setting with meaning and default, commented out.

    A line that begins with `#` and no space is a setting.
    """
    lines = _prose(
        "The settings of this home. Every line below shows a default; take its # away to change it. A "
        "variable FLEXIBATCH_<KEY> of the environment overrides what stands here (FLEXIBATCH_GO_GRACE=600; "
        "two underscores for an entry of a table). A wrong one stops the program and says what is allowed."
    )
    for key, field in known.items():
        _table, _, entry = key.rpartition(".")
        lines += ["", *_prose(f"{field.description} Allowed: {allowed(field)}.")]
        lines.append(f"#[{key}]" if isinstance(field.default, dict) else f"#{entry} = {_toml(field.default)}")
    return "\n".join(lines) + "\n"


def _prose(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, 98)]


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
