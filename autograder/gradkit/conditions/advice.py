"""Advice on files that cannot be loaded and code that was stopped, the same at home and in grading."""

from __future__ import annotations

import re

from gradkit.conditions.rules import READING_A_LINE

NO_GPU = "Grading has none: create tensors on the device of your input, x.device, and leave out .cuda()."
NEVER_ENDS = "Look for a loop that never ends, or code that waits for something."
_UNDER_MAIN = 'under if __name__ == "__main__":, which does not run in grading'
MAIN_GUARD = f"Put training and experiments {_UNDER_MAIN}."
ENDS_PROGRAM = "It ends the program. Remove exit() and the like."
NOTEBOOK_LINES = (
    "Lines that begin with ! or % work only in notebooks. Remove them from the .py file, and install packages in a "
    "terminal."
)
NOTEBOOK_NAMES = "get_ipython, display and the like are defined only in notebooks. Remove them from the .py file."
COLAB = "google.colab exists only in Colab. Remove its import and its uses (drive.mount, files.upload)."
UNFINISHED = f"It calls a function whose TODO is still there. {MAIN_GUARD}"
# torch's messages from a CPU build, and from a CUDA build without a GPU or in a forked process.
_NO_GPU = re.compile(
    r"CUDA (enabled|GPU|in forked)|NVIDIA driver|libcuda|(invalid|available) .*CUDA device|CUDA device.*False"
)
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_NO_MODULE = frozenset({"ModuleNotFoundError", "ImportError"})
_NOTEBOOK_NAME = re.compile(r"name '(get_ipython|display|In|Out)' is not defined")
_UNDECODABLE = re.compile(r"unknown encoding|\(unicode error\)|encoding problem|codec can't decode|null bytes")


def encoding_advice(message: str, file: str = "the file") -> str:
    """What to do about a file that cannot be decoded; ``message`` names the encoding that was tried."""
    declared = "'utf-8' codec" not in message and "null bytes" not in message
    return f"Save {file} as UTF-8{', and remove the encoding declared at its top' * declared}."


def asks_for_gpu(message: str) -> bool:
    """Whether an exception's message reports a missing GPU."""
    return _NO_GPU.search(message) is not None


def cannot_be_loaded(type_name: str, message: str, where: str, what_to_do: str) -> str:
    """Why a file cannot be loaded, and what to do.

    Args:
        type_name: the type of the exception; "" if there was none, and ``message`` says how loading ended.
        message: the exception's message.
        where: the line, as a clause that begins with a space; "" if it is shown separately.
        what_to_do: see `advice`.
    """
    why = "it asks for a GPU" if asks_for_gpu(message) else ": ".join(part for part in (type_name, message) if part)
    why += where
    end = "" if why.endswith((".", "!", "?", ".)")) else "."
    return f"Your file cannot be loaded: {why}{end} {what_to_do}".strip()


def is_called(name: str, text: str) -> bool:
    """Whether a line calls a function of that name."""
    return re.search(rf"\b{re.escape(name)}\s*\(", text) is not None


def overwritten(name: str, line: int, text: str) -> str:
    """What to do about a function whose name its own file reassigns in ``line``."""
    return (
        f"{name} is overwritten in line {line}: {text} After that it cannot be called. Use another name there, or put "
        f"the line {_UNDER_MAIN}."
    )


def advice(type_name: str, message: str, source: str, installed: str) -> str:
    """What to do about a file that cannot be loaded, in one or two sentences.

    Args:
        type_name: the type of the exception; "" if loading was stopped, or ended the process.
        message: its message.
        source: the text of the line that raised it.
        installed: the grading environment, in words: "Python 3.11 with torch, numpy".
    """
    if type_name in _SYNTAX:
        return _of_syntax(message, source, installed)
    if type_name in _NO_MODULE:
        if re.search(r"\bgoogle\b", message):
            return COLAB
        return f"Grading has {installed}. Remove imports of anything else, and submit your own files with your work."
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
        return encoding_advice(message)
    python = installed.partition(" with ")[0]
    return f"Grading runs {python}, which does not load the syntax of newer versions."
