"""The algorithms that are spoken, by name: no SHA-1, no CBC, no compression. See docs/decisions/0005."""

KEY_EXCHANGES = (
    "mlkem768x25519-sha256",
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp521",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp256",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
)
CIPHERS = (
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
)
MACS = (
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
)
SIGNATURES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
)
WEAK_SIGNATURE = "ssh-rsa"
HOST_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")


def offered(names: tuple[str, ...], spoken: list[bytes]) -> list[str]:
    """Return those of the names that this machine's libraries speak: the newest exchanges need a new OpenSSL.

    >>> offered(("b", "x", "a"), [b"a", b"b"])
    ['b', 'a']
    """
    known = {name.decode() for name in spoken}
    return [name for name in names if name in known]
