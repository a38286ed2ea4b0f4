"""The rules for submissions: which files belong to one, and how messages describe the others.

All ways of collecting (the exchange, zip files, repositories, folders) and grading itself use these rules, so that a
tree of files is treated alike however it arrives.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath, PurePosixPath

from gradkit.course.course import SubmissionLimits
from gradkit.ids import composed
from gradkit.messages import Message, message, plural, sentences, with_commas

# What operating systems and file managers put into folders.
SYSTEM = (
    *(".DS_Store", "._*", "__MACOSX", ".AppleDouble", ".Spotlight-V100", ".Trashes", ".fseventsd", "Icon\r"),
    *("Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"),
    *(".directory", ".Trash-*", ".nfs*", ".fuse_hidden*", "lost+found"),
)
# What tools leave beside the work: version control, environments, caches, editors, office programs, nbgrader, gradkit.
TOOLS = (
    *(".git", ".hg", ".svn", ".bzr"),
    *("venv", ".venv", "env", ".env", "virtualenv", ".conda", ".direnv", "node_modules", "site-packages"),
    *("__pycache__", "*.pyc", "*.pyo", "*.egg-info", ".eggs", ".ipynb_checkpoints", ".virtual_documents"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".cache", ".tox", ".nox", ".coverage"),
    *(".vscode", ".idea", ".vs", ".spyproject", ".spyder*", ".settings", ".project", ".pydevproject", ".jupyter"),
    *("*~", "~$*", ".~*", ".*.sw?", "*.swp", "*.swo", ".#*", "#*#"),
    *(".filed", "feedback"),  # the latter is where nbgrader puts fetched feedback
)
IGNORED = (*SYSTEM, *TOOLS)

# The accepted kinds of files, in any case.
ENDINGS = (".ipynb", ".py", ".txt", ".csv", ".json", ".md", ".png", ".jpg", ".jpeg")
ARCHIVES = (".zip", ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")

TIME_FILE = "timestamp.txt"
SECRET_FILE = "submission_secret.txt"  # noqa: S105 - nbgrader's name for it; it only names a feedback page
BESIDE = frozenset({TIME_FILE, SECRET_FILE})  # nbgrader's, beside the work rather than a part of it
SEEN = 50  # files and folders looked at, for each file allowed
CHECKS = "test_public.py"  # in each handout; importing the name from `check` would slow the start of grading
_WORK = (".py", ".ipynb")
_MEBIBYTE = 1024 * 1024
_SHOWN, _LONGEST = 10, 60  # names in one list, and characters of each
_COPY = re.compile(r"[\W_\d]*(?:(?:copy|kopie|copie|final|new|old|v\d)[\W_\d]*)?", re.IGNORECASE)


def _matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern.casefold()) for pattern in patterns))


_SYSTEM, _IGNORED = _matcher(SYSTEM), _matcher(IGNORED)


def ignored(name: str) -> bool:
    """Whether a file or folder of this name is ignored: it is hidden, or made by a system or tool."""
    return name.startswith(".") or _IGNORED.match(name.casefold()) is not None


def system_made(name: str) -> bool:
    """Whether the name is an operating system's, so not a student's id."""
    return _SYSTEM.match(name.casefold()) is not None


def kept(name: str) -> bool:
    """Whether a file is of an accepted kind. Others never count towards a limit."""
    return name.casefold().endswith(ENDINGS)


def archived(name: str) -> bool:
    """Whether a file is an archive, by its name."""
    return name.casefold().endswith(ARCHIVES)


def wrapper(names: Iterable[str]) -> str:
    """The folder around everything that counts, with code or a notebook in it, as "folder/"; else "".

    There is one when the folder was submitted instead of the files in it.
    """
    files = [PurePosixPath(name) for name in names if kept(name) and name not in BESIDE]
    depth = 0
    while files and all(len(path.parts) > depth + 1 for path in files):
        if len({path.parts[: depth + 1] for path in files}) > 1:
            return ""
        depth += 1
    works = any(len(path.parts) == depth + 1 and path.name.casefold().endswith(_WORK) for path in files)
    return "/".join((*files[0].parts[:depth], "")) if depth and works else ""


def listed(names: Iterable[str]) -> str:
    """Names for a message; if there are many, those in folders are counted: "a.py, data/ (12 files)"."""
    every = sorted(names)
    if len(every) > _SHOWN:
        inside = Counter(name.partition("/")[0] + "/" for name in every if "/" in name)
        counted: list[str] = [
            plural("{folder} ({n} file)", "{folder} ({n} files)", number, folder=_short(top))
            for top, number in sorted(inside.items())
        ]
        shown: list[str] = [_short(name) for name in every if "/" not in name] + counted
    else:
        shown = [_short(name) for name in every]
    names = with_commas(shown[:_SHOWN])
    if len(shown) > _SHOWN:
        return message("{names} and {number} more", names=names, number=len(shown) - _SHOWN)
    return names


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."


def most_of(weights: Mapping[str, float]) -> str:
    """The folder that weighs most, for messages on exceeded limits: ', most of it in data/'; "" for none.

    Args:
        weights: path -> number of files or bytes.
    """
    tops: defaultdict[str, float] = defaultdict(float)
    for name, weight in weights.items():
        tops[name.rpartition("/")[0]] += weight
    folder, heaviest = max(tops.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    if not folder or 2 * heaviest <= sum(tops.values()):
        return ""
    return message(", most of it in {folder}/", folder=_short(folder))


def likenesses(module: str, names: Iterable[str]) -> list[str]:
    """Files that may be meant as ``module``: in another folder, in other case, or as a copy ("losses (1).py")."""
    stem = _folded(PurePath(module).stem)
    found = []
    for name in names:
        path = PurePosixPath(name)
        if name == module or not path.name.casefold().endswith((".py", ".py.txt", ".ipynb.py")):
            continue
        found_stem = _folded(path.name.partition(".")[0])
        if found_stem.startswith(stem) and _COPY.fullmatch(found_stem[len(stem) :]):
            found.append(name)
    return sorted(found)


def missing_module(module: str, others: Sequence[str]) -> str:
    """The message to a student who submitted no file of the module's name, with the files found instead."""
    python = [name for name in others if name.casefold().endswith(".py") and PurePosixPath(name).name != CHECKS]
    nothing = message("no Python file, but {names}", names=listed(others)) if others else message("no files")
    found = listed(python) if python else nothing
    missing = message("{module} is not among the submitted files (found: {found}).", module=module, found=found)
    return sentences(missing, _instead(module, others, python))


def _instead(module: str, others: Sequence[str], python: Sequence[str]) -> Message:
    """What to do about a missing module."""
    alike = likenesses(module, others)
    if len(alike) == 1:
        folder, _, name = alike[0].rpartition("/")
        if name == module:
            return message("Submit the files in the folder {folder}.", folder=folder)
        return message(
            "If {name} is your work, rename it to {module} and submit again.", name=listed(alike), module=module
        )
    if packed := [name for name in others if archived(name)]:
        return message(
            "Unpack {names} and submit the files themselves, or one .zip file of them.", names=listed(packed)
        )
    if not python and any(name.endswith(".ipynb") for name in others):
        return message("Write your code into {module}: code in a notebook is not graded.", module=module)
    return message("Did you submit the right folder?")


def untouched_module(module: str, others: Sequence[str]) -> str:
    """The message to a student whose module is untouched beside other Python files; "" otherwise."""
    python = [name for name in others if name.casefold().endswith((".py", ".py.txt"))]
    alike = likenesses(module, python) or python
    if not alike:
        return ""
    return message(
        "The submitted {module} is unchanged: all its TODOs are still there. There is also {names}, which is not "
        "graded. If your work is there, put it into {module} and submit again.",
        module=module,
        names=listed(alike),
    )


def _folded(text: str) -> str:
    return composed(text).casefold()


def bytes_allowed(megabytes: float) -> int:
    """Mebibytes as bytes."""
    return int(megabytes * _MEBIBYTE)


def limits_in_words(limits: SubmissionLimits) -> str:
    """The limits as one phrase for messages."""
    return message("{limits} ([submission] in {file})", limits=limits.in_words, file="course.toml")
