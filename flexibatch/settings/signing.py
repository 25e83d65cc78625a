"""The settings of signatures: `[trust]`, by which bureaus' are judged, and `[answers]`, for the channel's own."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from flexibatch.settings.sftp import setting
from flexibatch.settings.values import Files, Flag, OptionalFile, OptionalLink

FILES = "paths of files, in PEM or DER"
FILE = "the path of a PEM file, or nothing"


class TrustSettings(BaseModel):
    """What a bureau's signature is judged by beside the registration of its certificate."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    roots: Files = setting(
        [],
        "Certificates that a bureau's certificate must lead to. Empty: being registered is the trust.",
        FILES,
    )
    crls: Files = setting([], "Revocation lists, which the operator renews; nothing is fetched.", FILES)
    allow_sha1: Flag = setting(False, "Whether signatures with SHA-1 are taken too.", "true or false")  # noqa: FBT003

    def placed(self, home: Path) -> Self:
        """Return the same seen from the home folder."""
        return self.model_copy(
            update={
                "roots": tuple(home / one for one in self.roots),
                "crls": tuple(home / one for one in self.crls),
            }
        )


class AnswerSettings(BaseModel):
    """What the channel's answers are signed with."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    certificate: OptionalFile = setting(
        "", "The certificate that answers are signed with, those that lead to its root behind it.", FILE
    )
    key: OptionalFile = setting("", "Its private key, without pass phrase, mode 0600.", FILE)
    timestamp_url: OptionalLink = setting(
        "",
        "A time stamp service (RFC 3161) for the signatures on answers.",
        "an http or https URL, or nothing",
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.certificate is None) is not (self.key is None) or (self.timestamp_url and not self.key):
            raise ValueError("not all that is needed")
        return self

    def placed(self, home: Path) -> Self:
        """Return the same seen from the home folder."""
        return self.model_copy(
            update={
                "certificate": home / self.certificate if self.certificate else None,
                "key": home / self.key if self.key else None,
            }
        )
