"""The moves of the game: how a run enters steps, waits, sends, is blocked, splits into lines and ends. The conductor decides which event makes which."""
