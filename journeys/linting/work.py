"""How much a rule may work on one file. A definition that would take longer is not judged by that rule: no finding is better than no answer."""


class TooMuch(Exception):
    """The work allowed is done."""


class Work:
    """What a rule may do, in steps of its own that take about a microsecond each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.done = 0

    def spend(self, steps: int = 1) -> None:
        """Raises TooMuch where it is more than is left."""
        if self.done + steps > self.most:
            self.done = self.most
            raise TooMuch
        self.done += steps
