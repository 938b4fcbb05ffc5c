"""Where the mailbox is that is looked into for replies: the setting DIRIGENT_MAILBOX."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class MailboxDoor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    username: str
    password: SecretStr
    folder: str = "INBOX"
    tls: bool = True
    """Off on this machine alone: a password goes over the wire."""
    every_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
