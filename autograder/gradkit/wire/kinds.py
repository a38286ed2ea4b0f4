"""The kinds of failure, and how each is reported, worded, scored and listed.

Records and tables are read without torch, so this module does not import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never, get_args

from gradkit.messages import message

# Why a call gave no result.
FailureKind = Literal[
    "import",  # the student's module raised while it was loaded
    "missing",  # the called name does not exist
    "parameter",  # a parameter in the contract is missing or has the wrong shape
    "raised",  # the student's code raised
    "unusable",  # a step of the suite failed on what the student's code returned
    "timeout",  # a call took too long
    "died",  # the process ended before it answered
    "memory",  # the code requested more memory than allowed
    "disk",  # the code wrote more to its temporary folder than allowed
    "threads",  # the code started more threads than allowed
    "output",  # the process printed far more than allowed
    "protocol",  # the reply was malformed or did not match the call
    "unavailable",  # the time or the restarts of this submission are used up
]
# Why a test failed.
Kind = Literal[
    FailureKind,
    "not_started",  # the TODO is still there
    "type",  # the result has the wrong type
    "shape",  # the result has the wrong shape or length
    "dtype",  # the result has the wrong dtype
    "finite",  # the result or a gradient is infinite or NaN
    "value",  # the result is wrong
    "detached",  # no gradient can flow back
    "gradient",  # a gradient is wrong
    "mutated",  # an input was modified
    "check",  # a custom check of the suite failed
    "banned",  # the question uses a banned call
]
FAILURE_KINDS: frozenset[str] = frozenset(get_args(FailureKind))
KINDS: tuple[Kind, ...] = get_args(Kind)

_EXCEPTION = frozenset({"message", "type_name", "line"})


@dataclass(frozen=True)
class Meaning:
    """The meaning of a kind of failure.

    Attributes:
        bare: the sentence shown if the message is withheld.
        of_answer: whether it describes the code's answer, which could reveal a hidden input. Otherwise every student
            may read the reason.
        hinted: whether the suite's hint helps; without a result it would not.
        counted: whether students see how many cases fail.
        of_whole: whether it can fail every test of a submission, so that the message on the whole says more.
        marked: whether the class table flags it.
        while_loading: the fields that a loading reply sets with it; None if no such reply may report it.
        in_a_call: the fields that a call's reply sets with it; None if no such reply may report it.
    """

    bare: str = message("This is not right yet.")
    of_answer: bool = False
    hinted: bool = False
    counted: bool = True
    of_whole: bool = False
    marked: bool = False
    while_loading: frozenset[str] | None = None
    in_a_call: frozenset[str] | None = None


def meaning_of(kind: Kind) -> Meaning:
    """The meaning of a kind of failure. Kinds that no reply may report come only from the grader."""
    match kind:
        case "not_started":
            return Meaning(counted=False, of_whole=True)
        case "import":
            bare = message("Not run: your file cannot be loaded.")
            return Meaning(bare, counted=False, of_whole=True, marked=True, while_loading=_EXCEPTION)
        case "missing":
            bare = message("A name that the handout gives is missing.")
            return Meaning(bare, counted=False, in_a_call=frozenset({"name"}))
        case "parameter":
            bare = message("A parameter that the handout names is missing or has the wrong shape.")
            return Meaning(bare, in_a_call=frozenset({"name", "shape"}))
        case "raised":
            return _of_answer(message("Your code raised an exception."), in_a_call=_EXCEPTION | {"bases"})
        case "unusable":
            bare = message("The value that your code returned cannot be used as the handout says.")
            return _of_answer(bare, in_a_call=frozenset({"name", "message", "type_name"}))
        case "type":
            return _of_answer(message("A value has the wrong type."))
        case "shape":
            return _of_answer(message("A value has the wrong shape or length."))
        case "dtype":
            return _of_answer(message("A value has the wrong dtype."))
        case "finite":
            return _of_answer(message("A value is infinite or NaN."))
        case "value":
            return _of_answer(Meaning.bare)
        case "detached":
            return _of_answer(message("A value is not attached to the graph."))
        case "gradient":
            return _of_answer(message("A gradient is wrong."))
        case "mutated":
            return _of_answer(
                message("Your code modified one of its inputs. Work on a copy: the caller still needs it.")
            )
        case "check":
            return Meaning(of_answer=True)
        case "banned":
            return Meaning(message("Your code uses a call that is not allowed in this question."))
        case "timeout":
            return Meaning(message("Your code was stopped: it took too long."), marked=True)
        case "died":
            return Meaning(message("Your code ended the Python process. That counts as no answer."), marked=True)
        case "memory":
            return _over_a_limit(message("Your code exceeded its memory limit."))
        case "disk":
            return _over_a_limit(message("Your code exceeded its disk space limit."))
        case "threads":
            return _over_a_limit(message("Your code exceeded its thread limit."))
        case "output":
            return Meaning(message("Your code was stopped: it printed too much."), marked=True)
        case "protocol":
            bare = message("The reply of your code's process could not be used.")
            return Meaning(bare, marked=True, in_a_call=frozenset())
        case "unavailable":
            bare = message("This test was not run: your code was stopped too often, or used up its time.")
            return Meaning(bare, counted=False, marked=True)
        case _:
            assert_never(kind)


def _of_answer(bare: str, in_a_call: frozenset[str] | None = None) -> Meaning:
    return Meaning(bare, of_answer=True, hinted=True, in_a_call=in_a_call)


def _over_a_limit(bare: str) -> Meaning:
    return Meaning(bare, marked=True, while_loading=frozenset({"line"}), in_a_call=frozenset({"line"}))
