"""The addresses that go into e-mails: the public URL of this installation and a signed token that names the touch."""

from api.links import Links


class MailLinks:
    def __init__(self, links: Links, *, public_url: str) -> None:
        self._links = links
        self._public_url = public_url.rstrip("/")

    def click(self, key: str, name: str) -> str:
        return f"{self._public_url}/t/{self._links.click(key, name)}"

    def unsubscribe(self, key: str) -> str:
        return f"{self._public_url}/u/{self._links.unsubscribe(key)}"
