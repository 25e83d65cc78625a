"""The sentences of signature faults: one for each fault in each language."""

import tomllib
from importlib.resources import files

from flexibatch.domain.signatures import SignatureFault
from flexibatch.domain.vocabulary import Language


def test_each_fault_has_a_sentence_in_each_language() -> None:
    """No fault without its sentence, no sentence without its fault."""
    texts = tomllib.loads((files("flexibatch") / "data" / "signature_faults.toml").read_text("utf-8"))
    expected = {fault.value: {language.value for language in Language} for fault in SignatureFault}
    assert expected == {fault: {name for name, text in told.items() if text} for fault, told in texts.items()}
