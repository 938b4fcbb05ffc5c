"""Links of letters in tests: plain words in place of signed codes."""


class PlainLinks:
    """Links that name the touch."""

    def click(self, key: str, name: str) -> str:
        return f"http://127.0.0.1/t/{key}/{name}"

    def unsubscribe(self, key: str) -> str:
        return f"http://127.0.0.1/u/{key}"

    def preferences(self, key: str) -> str:
        return f"http://127.0.0.1/p/{key}"

    def answer(self, key: str, answer: str) -> str:
        return f"http://127.0.0.1/a/{key}/{answer}"

    def code(self, key: str) -> str:
        return key

    def short_click(self, key: str, name: str) -> str:
        return self.click(key, name)

    def short_unsubscribe(self, key: str) -> str:
        return self.unsubscribe(key)

    def short_preferences(self, key: str) -> str:
        return self.preferences(key)
