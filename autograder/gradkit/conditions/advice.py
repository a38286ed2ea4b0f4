"""What to do about a file that cannot be loaded, and about code that was stopped: the same words at home and graded."""

from __future__ import annotations

import re

from gradkit.conditions.rules import READING_A_LINE

NO_GPU = (
    "There is none where it is graded: make new tensors on the device of your input, x.device, and leave out .cuda()."
)
NEVER_ENDS = "Is there a loop that never ends, or does it wait for something?"
_UNDER_MAIN = 'under if __name__ == "__main__":, which is not run when graded'
MAIN_GUARD = f"Put training, and whatever you only try out, {_UNDER_MAIN}."
ENDS_PROGRAM = "It ends the program. Take out exit() and the like."
NOTEBOOK_LINES = (
    "Lines that begin with ! or % work in notebooks only. Take them out of the .py file, and install packages in a "
    "terminal."
)
NOTEBOOK_NAMES = "get_ipython, display and the like are defined in notebooks only. Take them out of the .py file."
COLAB = "google.colab exists in Colab only. Take out its import, and what uses it (drive.mount, files.upload)."
UNFINISHED = f"It calls a function whose TODO is still there. {MAIN_GUARD}"
ENCODING = "Save the file with the encoding UTF-8."
# What torch says with a build for the CPU, and with one for CUDA where there is no GPU or the process is a fork.
_NO_GPU = re.compile(
    r"CUDA (enabled|GPU|in forked)|NVIDIA driver|libcuda|(invalid|available) .*CUDA device|CUDA device.*False"
)
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_NO_MODULE = frozenset({"ModuleNotFoundError", "ImportError"})
_NOTEBOOK_NAME = re.compile(r"name '(get_ipython|display|In|Out)' is not defined")
_UNDECODABLE = re.compile(r"unknown encoding|\(unicode error\)|encoding problem|codec can't decode|null bytes")


def asks_for_gpu(message: str) -> bool:
    """Whether an exception's message says that there is no GPU."""
    return _NO_GPU.search(message) is not None


def cannot_be_loaded(type_name: str, message: str, where: str, what_to_do: str) -> str:
    """Why a file cannot be loaded, and what to do about it.

    Args:
        type_name: the type of the exception; "" where there was none, and ``message`` says how loading ended.
        message: the exception's message.
        where: the line, as a clause that begins with a blank; "" where it is shown beside.
        what_to_do: see `advice`.
    """
    why = "it asks for a GPU" if asks_for_gpu(message) else ": ".join(part for part in (type_name, message) if part)
    why += where
    end = "" if why.endswith((".", "!", "?", ".)")) else "."
    return f"Your file cannot be loaded: {why}{end} {what_to_do}".strip()


def is_called(name: str, text: str) -> bool:
    """Whether a function of that name is called in a line."""
    return re.search(rf"\b{re.escape(name)}\s*\(", text) is not None


def overwritten(name: str, line: int, text: str) -> str:
    """What to do about a function that its own file gives another value, in ``line``."""
    return (
        f"{name} is overwritten in line {line}: {text} Nothing can call it after that. Use another name there, or put "
        f"the line {_UNDER_MAIN}."
    )


def advice(type_name: str, message: str, source: str, installed: str) -> str:
    """What to do about a file that cannot be loaded, in one or two sentences.

    Args:
        type_name: the type of the exception; "" where loading was stopped, or ended the process.
        message: its message.
        source: the text of the line that raised it.
        installed: what is installed where it is graded, in words: "Python 3.11 with torch, numpy".
    """
    if type_name in _SYNTAX:
        return _of_syntax(message, source, installed)
    if type_name in _NO_MODULE:
        if re.search(r"\bgoogle\b", message):
            return COLAB
        return f"Grading has {installed}. Take out imports of anything else; files of your own must be handed in."
    if type_name == "NameError" and _NOTEBOOK_NAME.search(message):
        return NOTEBOOK_NAMES
    if type_name == "NotImplementedError":
        return UNFINISHED
    if type_name in ("SystemExit", "KeyboardInterrupt"):
        return ENDS_PROGRAM
    if asks_for_gpu(message):
        return NO_GPU
    if type_name == "EOFError" and READING_A_LINE in message:
        return ""  # its message has the rule already
    return MAIN_GUARD


def _of_syntax(message: str, source: str, installed: str) -> str:
    if source.startswith(("!", "%")):
        return NOTEBOOK_LINES
    if _UNDECODABLE.search(message):
        return ENCODING
    python = installed.partition(" with ")[0]
    return f"Grading runs {python}; what a newer version has brought does not load there."
