"""Hash the files that a result depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path


def hash_tree(
    folder: Path, *, endings: Collection[str] = (".py",), extra: str = "", unused: Collection[str] = ()
) -> str:
    """A hash of the names and contents of a folder's files, or of a file.

    Args:
        folder: the folder or file.
        endings: the endings of the files that count.
        extra: text that counts too.
        unused: names of files and folders that do not count.
    """
    sha = hashlib.sha256(extra.encode())
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if path.suffix in endings and path.is_file() and not set(path.relative_to(folder).parts) & {*unused}:
            data = path.read_bytes()
            sha.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return sha.hexdigest()
