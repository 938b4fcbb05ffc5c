"""As whom PostgreSQL runs. It refuses to run as root, which is what a container or a CI machine often is; then it runs as `nobody`."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class User:
    uid: int
    gid: int


def unprivileged() -> User | None:
    """The user to drop to, or None when this process is not root and needs none."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def hand_over(folder: Path, user: User) -> None:
    """Give an existing folder and its contents to the user, with a way to reach it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.uid, user.gid, follow_symlinks=False)
    _open_the_way(folder)


def let_read(*folders: Path) -> None:
    """Let every user read the folders, run what their owner may run, and reach them: a strict umask may have installed them for root alone."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            mode = path.stat().st_mode
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                path.chmod(wanted)
        _open_the_way(folder)


def _open_the_way(target: Path) -> None:
    """Let every user pass through the folders above a path: the bit to search them, not the one to list them. Only root calls this, and it is logged."""
    for folder in target.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            _log.warning("folder_opened_for_search", folder=str(folder))
