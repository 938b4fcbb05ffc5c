"""The addresses that go into messages: the public URL of this installation, and after it a signed token or a short code that names the touch."""

from api.links import Links


class MailLinks:
    def __init__(self, links: Links, *, public_url: str) -> None:
        self._links = links
        self._public_url = public_url.rstrip("/")

    def click(self, key: str, name: str) -> str:
        return f"{self._public_url}/t/{self._links.click(key, name)}"

    def unsubscribe(self, key: str) -> str:
        return f"{self._public_url}/u/{self._links.unsubscribe(key)}"

    def preferences(self, key: str) -> str:
        return f"{self._public_url}/p/{self._links.preferences(key)}"

    def confirm(self, opt_in: str) -> str:
        """Where the second click of a double opt-in is made."""
        return f"{self._public_url}/c/{self._links.confirm(opt_in)}"

    def answer(self, key: str, answer: str) -> str:
        return f"{self._public_url}/a/{self._links.answer(key, answer)}"

    def code(self, key: str) -> str:
        return self._links.code(key)

    def short_click(self, key: str, name: str) -> str:
        return f"{self._public_url}/t/{self.code(key)}/{name}"

    def short_unsubscribe(self, key: str) -> str:
        return f"{self._public_url}/u/{self.code(key)}"

    def short_preferences(self, key: str) -> str:
        return f"{self._public_url}/p/{self.code(key)}"
