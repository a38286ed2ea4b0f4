"""The kinds of failure, and what each means to those who state it, word it, score it and list it.

Records and tables are read without torch, so this module imports nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never, get_args

# Why a call gave no result.
FailureKind = Literal[
    "import",  # the student's module raised while it was loaded
    "missing",  # the name that is called is not there
    "parameter",  # a parameter that the contract names is missing or has another shape
    "raised",  # the student's code raised
    "unusable",  # a step of the suite's own failed on what the student's code gave back
    "timeout",  # a call took too long
    "died",  # the process ended before it answered
    "memory",  # the code asked for more memory than allowed
    "disk",  # the code wrote more to its temporary folder than allowed
    "threads",  # the code started more threads than allowed
    "output",  # the process printed far more than allowed
    "protocol",  # the reply was not a well-formed answer to the question
    "unavailable",  # the time or the restarts of this submission are used up
]
# Why a test failed.
Kind = Literal[
    FailureKind,
    "not_started",  # the TODO is still there
    "type",  # the result is of another type
    "shape",  # the result is of another shape or length
    "dtype",  # the result is of another dtype
    "finite",  # the result or a gradient is infinite or NaN
    "value",  # the result is wrong
    "detached",  # no gradient can flow back
    "gradient",  # a gradient is wrong
    "mutated",  # an input was changed
    "check",  # a check of the suite's own
    "banned",  # the question uses a banned call
]
FAILURE_KINDS: frozenset[str] = frozenset(get_args(FailureKind))
KINDS: tuple[Kind, ...] = get_args(Kind)

_EXCEPTION = frozenset({"message", "type_name", "line"})


@dataclass(frozen=True)
class Meaning:
    """What a kind of failure means.

    Attributes:
        bare: what students read where the message is kept back.
        of_answer: whether it says what the code made of a call, which could tell of a hidden input. Where it does not,
            everybody may read why.
        hinted: whether the suite's hint helps; where there was no result it would only be noise.
        counted: whether students read how many cases fail.
        of_whole: whether every test of a submission can fail by it, so that what is said of the whole says more.
        marked: whether the table of a class marks it as trouble.
        while_loading: the facts that a reply to loading states with it; None where no such reply may state it.
        in_a_call: the facts that a reply to a call states with it; None where no such reply may state it.
    """

    bare: str = "This is not right yet."
    of_answer: bool = False
    hinted: bool = False
    counted: bool = True
    of_whole: bool = False
    marked: bool = False
    while_loading: frozenset[str] | None = None
    in_a_call: frozenset[str] | None = None


def meaning_of(kind: Kind) -> Meaning:
    """What a kind of failure means. The grader alone states the kinds that no reply may state."""
    match kind:
        case "not_started":
            return Meaning(counted=False, of_whole=True)
        case "import":
            bare = "Not run: your file cannot be loaded."
            return Meaning(bare, counted=False, of_whole=True, marked=True, while_loading=_EXCEPTION)
        case "missing":
            bare = "A name that the handout gives is missing."
            return Meaning(bare, counted=False, in_a_call=frozenset({"name"}))
        case "parameter":
            bare = "A parameter that the handout names is missing or has the wrong shape."
            return Meaning(bare, in_a_call=frozenset({"name", "shape"}))
        case "raised":
            return _of_answer("Your code raised an exception.", in_a_call=_EXCEPTION | {"bases"})
        case "unusable":
            bare = "The value that your code returned cannot be used as the handout says."
            return _of_answer(bare, in_a_call=frozenset({"name", "message", "type_name"}))
        case "type":
            return _of_answer("A value has the wrong type.")
        case "shape":
            return _of_answer("A value has the wrong shape or length.")
        case "dtype":
            return _of_answer("A value has the wrong dtype.")
        case "finite":
            return _of_answer("A value is infinite or NaN.")
        case "value":
            return _of_answer(Meaning.bare)
        case "detached":
            return _of_answer("A value is not attached to the graph.")
        case "gradient":
            return _of_answer("A gradient is wrong.")
        case "mutated":
            return _of_answer("Your code modified one of its inputs. Work on a copy: the caller still needs it.")
        case "check":
            return Meaning(of_answer=True)
        case "banned":
            return Meaning("Your code uses a call that is not allowed in this question.")
        case "timeout":
            return Meaning("Your code was stopped: it took too long.", marked=True)
        case "died":
            return Meaning("Your code ended the Python process. That counts as no answer.", marked=True)
        case "memory":
            return _over_a_limit("Your code exceeded its memory limit.")
        case "disk":
            return _over_a_limit("Your code exceeded its disk space limit.")
        case "threads":
            return _over_a_limit("Your code exceeded its thread limit.")
        case "output":
            return Meaning("Your code was stopped: it printed too much.", marked=True)
        case "protocol":
            bare = "The reply of your code's process could not be used."
            return Meaning(bare, marked=True, in_a_call=frozenset())
        case "unavailable":
            bare = "This test was not run: your code was stopped too often, or used up its time."
            return Meaning(bare, counted=False, marked=True)
        case _:
            assert_never(kind)


def _of_answer(bare: str, in_a_call: frozenset[str] | None = None) -> Meaning:
    return Meaning(bare, of_answer=True, hinted=True, in_a_call=in_a_call)


def _over_a_limit(bare: str) -> Meaning:
    return Meaning(bare, marked=True, while_loading=frozenset({"line"}), in_a_call=frozenset({"line"}))
