"""Answers on disk, stored as wire frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from gradkit.errors import WireError
from gradkit.temporary import replacing
from gradkit.wire.frames import Frame, pack, read
from gradkit.wire.observation import Observation, observation_from_value, observation_to_value


@dataclass(frozen=True, eq=False)
class CaseAnswers:
    """The answers of a submission to one case of a test.

    Attributes:
        passed: whether it passed the case.
        observations: its answers, in order.
    """

    passed: bool
    observations: Sequence[Observation]


Answers = Mapping[str, Sequence[CaseAnswers]]
"""Test id -> the answers to its cases."""


def save(path: Path, answers: Mapping[str, Answers]) -> None:
    """Write answers (name -> tests) to ``path``, and remove outdated files of the same assignment.

    Raises:
        OSError: ``path`` cannot be written.
    """
    for old in path.parent.glob(f"{path.name.rpartition('-')[0]}-*"):
        old.unlink(missing_ok=True)
    with replacing(path) as new, new.open("wb") as file:
        for frame in _frames(answers):
            file.writelines(pack(frame))


def load(path: Path) -> dict[str, Answers] | None:
    """Read what `save` wrote; None if the file is missing or incomplete."""
    try:
        stream = BytesIO(path.read_bytes())
    except OSError:
        return None

    def take(size: int) -> bytearray:
        data = bytearray(stream.read(size))
        if len(data) != size:
            raise WireError("the file ends too early")
        return data

    answers: dict[str, dict[str, Sequence[CaseAnswers]]] = {}
    try:
        while (frame := read(take)).kind == "answers":
            answers.setdefault(frame.nonce, {})[frame.value["test"]] = [
                CaseAnswers(passed, [observation_from_value(value) for value in observations])
                for passed, observations in frame.value["cases"]
            ]
    except (WireError, KeyError, TypeError, ValueError):
        return None
    return dict(answers)


def _frames(answers: Mapping[str, Answers]) -> Iterator[Frame]:
    for name, tests in answers.items():
        for test, cases in tests.items():
            values = [[case.passed, [_value(observation) for observation in case.observations]] for case in cases]
            yield Frame("answers", name, {"test": test, "cases": values})
    yield Frame("end", "", {})


def _value(observation: Observation) -> dict[str, object]:
    """An observation as plain data, without the fields that are never compared."""
    return observation_to_value(replace(observation, operators=frozenset(), seconds=0.0))
