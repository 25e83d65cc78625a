"""What a stranger asks for is kept, cut and made safe, whatever it sends."""

from asyncssh.packet import Byte, String
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.adapters.sftp.login_attempt import MOST, LoginAttempt
from flexibatch.adapters.sftp.paths import SHOWN_BYTES

REQUEST = Byte(50) + String("000640") + String("ssh-connection")

SIGNED, ASKED = b"\1", b"\0"


@given(st.binary(max_size=300), st.booleans())
def test_no_request_breaks_it(content: bytes, begins_well: bool) -> None:
    """A request that is cut anywhere, or is no request at all, is left to the one who answers it."""
    applicant = LoginAttempt()
    applicant.hear((REQUEST if begins_well else b"") + content)
    assert all(text.isprintable() for text in applicant.told.values())


@given(st.lists(st.binary(max_size=400), max_size=30))
def test_what_it_keeps_is_bounded(names: list[bytes]) -> None:
    """However many names of methods and kinds it is told."""
    applicant = LoginAttempt()
    for name in names:
        key = SIGNED + String(name) + String(b"key") + String(String(name) + String(b"signature"))
        applicant.hear(Byte(50) + String(name) + String("ssh-connection") + String("publickey") + key)
        applicant.hear(Byte(50) + String(name) + String("ssh-connection") + String(name))
    assert all(text.isprintable() for text in applicant.told.values())
    assert len(applicant.user) <= SHOWN_BYTES
    assert len(applicant.methods) <= MOST
    assert len(applicant.signed) <= MOST
    assert sum(map(len, applicant.told.values())) < 3 * MOST * (SHOWN_BYTES + 2)


def test_what_was_asked_is_told() -> None:
    """As whom, how, with which kinds of signature."""
    applicant = LoginAttempt()
    applicant.hear(REQUEST + String("none"))
    applicant.hear(REQUEST + String("publickey") + ASKED + String("ssh-rsa") + String(b"key"))
    signed = String(String("rsa-sha2-256") + String(b"signature"))
    applicant.hear(REQUEST + String("publickey") + SIGNED + String("ssh-rsa") + String(b"key") + signed)
    expected = {
        "user": "000640",
        "methods": "none, publickey",
        "offered": "ssh-rsa",
        "signed": "rsa-sha2-256",
    }
    assert expected == applicant.told
