"""Forms as providers post them, of either kind. A file in one is told by nothing: it is not looked into."""

from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qsl

from orchestrator.webhooks.telling import Delivery


def form_of(given: Delivery) -> dict[str, str]:
    """The fields of a form, of either kind; a file in it is told by its name alone. Raises ValueError."""
    return {name: value.decode("utf-8", "replace") for name, value in bytes_of(given).items()}


def bytes_of(given: Delivery) -> dict[str, bytes]:
    """The same as the bytes that were posted: of an e-mail they may be in a charset of their own. Raises ValueError."""
    kind = given.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        pairs = parse_qsl(given.body.decode("latin-1"), keep_blank_values=True, max_num_fields=500, encoding="latin-1")
        return {name.encode("latin-1").decode("utf-8", "replace"): value.encode("latin-1") for name, value in pairs}
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    found: dict[str, bytes] = {}
    for part in message_from_bytes(head + given.body, policy=HTTP).iter_parts():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            found[name] = payload if isinstance(payload, bytes) else b""
    return found
