"""Perform one call and observe it."""

from __future__ import annotations

import errno
import os
import random
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType, TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradkit.bans.noting import NOTES
from gradkit.bans.replacing import replace_calls
from gradkit.conditions.rules import explained, forget
from gradkit.wire.call import Call
from gradkit.wire.kinds import FailureKind
from gradkit.wire.observation import BUILTIN_EXCEPTIONS, MAX_LINE, MAX_TEXT, Failure, Observation
from gradkit.wire.values import MAX_NAME
from gradkit.worker.gradients import differences, differentiate
from gradkit.worker.loading import file_of
from gradkit.worker.objects import CallError, Objects
from gradkit.worker.observing import observe
from gradkit.worker.printing import printing

_BUILTIN = frozenset(BUILTIN_EXCEPTIONS.values())


def perform(call: Call, module: ModuleType) -> Observation:
    """Perform the call on ``module`` and report what happened. Never raises.

    Args:
        call: the call.
        module: the module that its steps may use.
    """
    forget()
    replace_calls(call.banned)  # already done if a worker was told in advance

    def start() -> Objects:
        seed_everything(call.seed)
        return Objects(module, call)

    objects = start()
    values: dict[str, Any] = {}
    gradients: Mapping[str, Tensor | None] = {}
    failure, gradient_error, vjp = None, "", call.vjp
    with NOTES.asking(call.banned) as used, printing() as printed:
        try:
            objects.run_all(call)
            values = {name: observe(objects.look(name)) for name in call.observe}
            if vjp is not None:
                objects.doing = vjp.output
                with NOTES.ours("functions"):  # the call to autograd is ours, the code it runs is the student's
                    gradients, gradient_error = differentiate(objects, vjp)
                gradients = {**gradients, **differences(call, start)}
        except CallError as error:
            failure = error.failure
        except BaseException as error:  # noqa: BLE001 - sys.exit() in student code is an answer like any other
            failure = describe_exception("raised", error, file_of(module))
            if failure.kind == "raised" and not _is_students(error, objects):
                failure = replace(failure, kind="unusable", name=str(objects.doing), bases=())
    return Observation(
        failure=failure,
        values=values if failure is None else {},
        gradients=gradients if failure is None else {},
        gradient_error=gradient_error,
        mutated=objects.changed(),
        operators=used(),
        printed=printed(),
    )


def seed_everything(seed: int) -> None:
    """Seed every generator that a student's code may draw from."""
    # Not torch.manual_seed, which also queries three kinds of absent devices, at some cost per call.
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def describe_exception(kind: FailureKind, error: BaseException, filename: str) -> Failure:
    """The failure for an exception of student code, with the line of ``filename``, a path, that raised it."""
    limit = None
    try:  # at once: later lookups open files themselves
        ours = isinstance(error, SyntaxError) and error.filename == filename  # its text names the line, as we do
        message = str(error.msg if ours and isinstance(error, SyntaxError) else error)
        limit = _limit_hit(error, message)
        message = explained(error, message)
    except BaseException:  # noqa: BLE001 - __str__ may be student code
        message = "(its message cannot be shown)"
    line = _line(error.__traceback__, filename)
    if isinstance(error, SyntaxError) and error.filename == filename:
        line = error.lineno
    if type(line) is not int or not 0 < line < MAX_LINE:
        line = None
    if limit is not None:
        return Failure(limit, line=line)
    bases = [base.__name__ for base in type(error).__mro__ if base in _BUILTIN] if kind == "raised" else ()
    return Failure(kind, message[:MAX_TEXT], type(error).__name__[:MAX_NAME], line, bases=tuple(bases))


def _is_students(error: BaseException, objects: Objects) -> bool:
    """Whether an exception comes from the student's code, not from a step that could not use what the code returned.

    It does if it passed through the student's code, or was raised by a call that never reached that code, for example
    because of the wrong number of arguments.
    """
    frames = traceback.walk_tb(error.__traceback__)
    if any(_wrote(objects.module, frame.f_code.co_filename) for frame, _ in frames):
        return True
    if isinstance(objects.doing, str):
        return False
    place, _, name = objects.call.steps[objects.doing].target.partition(":")
    if place == "object":
        owner = sys.modules.get(str(type(objects.named.get(name.partition(".")[0])).__module__))
        return isinstance(owner, ModuleType) and _wrote(objects.module, file_of(owner))
    return place == "student"


def _wrote(module: ModuleType, filename: str) -> bool:
    """Whether a file is the student's: the module, one beside it, or code that these compiled from text."""
    made_of_text = filename.startswith("<") and not filename.startswith("<frozen ")
    return made_of_text or os.path.dirname(filename) == os.path.dirname(file_of(module))  # noqa: PTH120 - in a loop


def _limit_hit(error: BaseException, message: str) -> FailureKind | None:
    """The process limit that caused an exception, if any."""
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in message:
        return "memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return "disk"
    return "threads" if "can't start new thread" in message else None


def _line(trace: TracebackType | None, filename: str) -> int | None:
    """The innermost line of ``filename`` in a traceback."""
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename == filename]
    return frames[-1].lineno if frames else None
