"""Write a file whole or not at all.

A file is written under a name of its own beside the target, handed to the disk, and renamed over the target, which every
file system does in one step: whoever opens the target, at whatever moment a run is killed, finds the old file or the new one.

A folder that holds an earlier result cannot be renamed over. Linux can let two names change places in one step (renameat2), and
so a folder, too, is the old one or the new one at every moment; where that is not to be had, the old one is moved aside first, and
a run killed between the two moves leaves it there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from corridors.toml_files import ScenarioError


def write_text(file: Path, text: str) -> Path:
    """Write a text file in UTF-8, whole or not at all.

    Raises
    ------
    ScenarioError
        Where the folder is not there or cannot be written.
    """
    return write_with(file, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def write_with(file: Path, write: Callable[[Path], object]) -> Path:
    """Let a function write under a name of its own with the same ending, and rename that over the target.

    Parameters
    ----------
    file
        Target; an earlier file is replaced.
    write
        Writes the file that it is given.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    ScenarioError
        Where the target is a folder, its folder is not there, or the disk refuses.
    """
    if file.is_dir():
        raise ScenarioError(f"{file}: is a folder; name a file")
    if not file.parent.is_dir():
        raise ScenarioError(f"{file}: there is no folder {file.parent}; make it, or name another file")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.stem}.", suffix=f".part{file.suffix}", dir=file.parent)
    except OSError as error:
        raise ScenarioError(f"{file}: cannot be written ({error.strerror}); name another file") from error
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.chmod(0o644)
        part.replace(file)
    except OSError as error:
        raise ScenarioError(f"{file}: cannot be written ({error.strerror}); name another file") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return file


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def exchange(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; False, and nothing done, where the system cannot or one is not there."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
