"""Advice on files that cannot be loaded and code that was stopped, the same at home and in grading."""

from __future__ import annotations

import re

from gradkit.conditions.rules import READING_A_LINE, with_rule
from gradkit.messages import Message, message, sentences

NO_GPU = message("Grading has none: create tensors on the device of your input, x.device, and leave out .cuda().")
NEVER_ENDS = message("Look for a loop that never ends, or code that waits for something.")
_MAIN = 'if __name__ == "__main__":'
MAIN_GUARD = message("Put training and experiments under {guard}, which does not run in grading.", guard=_MAIN)
ENDS_PROGRAM = message("It ends the program. Remove exit() and the like.")
NOTEBOOK_LINES = message(
    "Lines that begin with ! or % work only in notebooks. Remove them from the .py file, and install packages in a "
    "terminal."
)
NOTEBOOK_NAMES = message(
    "get_ipython, display and the like are defined only in notebooks. Remove them from the .py file."
)
COLAB = message("google.colab exists only in Colab. Remove its import and its uses (drive.mount, files.upload).")
UNFINISHED = sentences(message("It calls a function whose TODO is still there."), MAIN_GUARD)
# torch's messages from a CPU build, and from a CUDA build without a GPU or in a forked process.
_NO_GPU = re.compile(
    r"CUDA (enabled|GPU|in forked)|NVIDIA driver|libcuda|(invalid|available) .*CUDA device|CUDA device.*False"
)
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_NO_MODULE = frozenset({"ModuleNotFoundError", "ImportError"})
_NOTEBOOK_NAME = re.compile(r"name '(get_ipython|display|In|Out)' is not defined")
_UNDECODABLE = re.compile(r"unknown encoding|\(unicode error\)|encoding problem|codec can't decode|null bytes")


def encoding_advice(text: str, file: Message | None = None) -> Message:
    """What to do about a file that cannot be decoded; ``text``, the exception's, names the encoding that was tried."""
    name = message("the file") if file is None else file
    if "'utf-8' codec" in text or "null bytes" in text:
        return message("Save {file} as UTF-8.", file=name)
    return message("Save {file} as UTF-8, and remove the encoding declared at its top.", file=name)


def asks_for_gpu(message: str) -> bool:
    """Whether an exception's message reports a missing GPU."""
    return _NO_GPU.search(message) is not None


def cannot_be_loaded(type_name: str, text: str, what_to_do: str, line: int | None = None, source: str = "") -> Message:
    """Why a file cannot be loaded, and what to do.

    Args:
        type_name: the type of the exception; "" if there was none, and ``text`` says how loading ended.
        text: the exception's message.
        what_to_do: see `advice`.
        line: the line of the file; None if there is none, or if it is shown separately.
        source: the text of the line.
    """
    why: str = with_rule(text)
    if asks_for_gpu(text):
        why = message("it asks for a GPU")
    elif type_name:
        why = message("{name}: {text}", name=type_name, text=why) if text else type_name
    if line is not None:
        why = message("{what} in line {line}: {source}", what=why, line=line, source=source)
    if why.endswith((".", "!", "?", ".)")):
        return sentences(message("Your file cannot be loaded: {why}", why=why), what_to_do)
    return sentences(message("Your file cannot be loaded: {why}.", why=why), what_to_do)


def is_called(name: str, text: str) -> bool:
    """Whether a line calls a function of that name."""
    return re.search(rf"\b{re.escape(name)}\s*\(", text) is not None


def overwritten(name: str, line: int, text: str) -> Message:
    """What to do about a function whose name its own file reassigns in ``line``."""
    return sentences(
        message("{name} is overwritten in line {line}: {source}", name=name, line=line, source=text),
        message(
            "After that it cannot be called. Use another name there, or put the line under {guard}, which does not run "
            "in grading.",
            guard=_MAIN,
        ),
    )


def advice(type_name: str, text: str, source: str, installed: str) -> str:
    """What to do about a file that cannot be loaded, in one or two sentences.

    Args:
        type_name: the type of the exception; "" if loading was stopped, or ended the process.
        text: its message.
        source: the text of the line that raised it.
        installed: the grading environment, in words: "Python 3.11 with torch, numpy".
    """
    if type_name in _SYNTAX:
        return _of_syntax(text, source, installed)
    if type_name in _NO_MODULE:
        if re.search(r"\bgoogle\b", text):
            return COLAB
        return message(
            "Grading has {installed}. Remove imports of anything else, and submit your own files with your work.",
            installed=installed,
        )
    if type_name == "NameError" and _NOTEBOOK_NAME.search(text):
        return NOTEBOOK_NAMES
    if type_name == "NotImplementedError":
        return UNFINISHED
    if type_name in ("SystemExit", "KeyboardInterrupt"):
        return ENDS_PROGRAM
    if asks_for_gpu(text):
        return NO_GPU
    if type_name == "EOFError" and READING_A_LINE in text:
        return ""  # its message has the rule already
    return MAIN_GUARD


def _of_syntax(text: str, source: str, installed: str) -> str:
    if source.startswith(("!", "%")):
        return NOTEBOOK_LINES
    if _UNDECODABLE.search(text):
        return encoding_advice(text)
    python = installed.partition(" with ")[0]
    return message("Grading runs {python}, which does not load the syntax of newer versions.", python=python)
