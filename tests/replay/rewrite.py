"""Record the golden journals anew: `python -m tests.replay.rewrite [NAME …]`. It is played by
the number that stands in it. Do it for a journal that is new, and read the difference before committing it."""

import json
import sys

from tests.replay.journal import journals, played, text


def main(names: list[str]) -> None:
    """Rewrite the journals named, or all of them, from what is written in them of the journey and its events."""
    for path in journals():
        if not names or path.stem in names:
            path.write_text(text(played(json.loads(path.read_text()))))


if __name__ == "__main__":
    main(sys.argv[1:])
