"""Write a folder whole or not at all.

Everything is written into a folder beside the target and moved into place at the end: whoever opens the target, at whatever
moment a run is killed, finds the old folder or the new one; never a part of one, and never a mixture of two runs. On Linux the two
change places in one step (:func:`corridors.safe_files.exchange`); elsewhere there is none for the instant between two moves. A folder
that holds something else is refused.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from corridors.safe_files import exchange
from corridors.toml_files import ScenarioError


def write_folder(folder: Path, write: Callable[[Path], object], ours: Callable[[Path], bool], what: str) -> list[Path]:
    """Let a function fill a folder of its own, and move that to the target.

    Parameters
    ----------
    folder
        Target; replaced as a whole if it holds an earlier one of ours, refused if it holds anything else.
    write
        Fills the folder that it is given.
    ours
        Whether a folder that is not empty holds an earlier one of ours.
    what
        What we write, for the sentence that refuses.

    Returns
    -------
    list of Path
        Files written, by name.

    Raises
    ------
    ScenarioError
        Where the target is a file, holds something that is not ours, or cannot be written.
    """
    folder = folder.absolute()
    if folder.is_file():
        msg = f"{folder}: is a file; name an empty or a new folder with --out"
        raise ScenarioError(msg)
    if _holds_something_else(folder, ours):
        msg = f"{folder}: holds something that is no {what}; name an empty or a new folder with --out"
        raise ScenarioError(msg)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        msg = f"{folder}: cannot be written ({error.strerror}); name another folder with --out"
        raise ScenarioError(msg) from error
    try:
        write(work)
        work.chmod(0o755)
        names = sorted(path.name for path in work.iterdir())
        _put_in_place(work, folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return [folder / name for name in names]


def _holds_something_else(folder: Path, ours: Callable[[Path], bool]) -> bool:
    try:
        empty = not any(folder.iterdir())
    except FileNotFoundError:
        return folder.is_symlink()  # a link that leads nowhere
    except NotADirectoryError:
        return True
    return not empty and not ours(folder)


def _put_in_place(work: Path, folder: Path) -> None:
    """Move the new folder to its place and the old one away; of two runs at once, the later one stays."""
    if exchange(work, folder):
        shutil.rmtree(work, ignore_errors=True)  # it holds the old folder now
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    try:
        for number in itertools.count():
            old = aside / str(number)
            with contextlib.suppress(FileNotFoundError):  # nothing there, or another run has just moved it away
                folder.rename(old)
            try:
                work.rename(folder)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another run was quicker
                    continue
                if old.exists():
                    old.rename(folder)
                raise
            return
    finally:
        shutil.rmtree(aside, ignore_errors=True)
