"""Generate answers that no right solution gives, but that a student's process may give.

Most are a right answer with one part changed, since these reach furthest into a test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from gradkit.audit.pool import Pool, filled
from gradkit.errors import WireError
from gradkit.messages import Message, message
from gradkit.wire.call import Call
from gradkit.wire.kinds import FailureKind
from gradkit.wire.observation import Failure, Observation, observation_from_value, observation_to_value
from gradkit.wire.values import DTYPES, ObservedTensor, as_tensor, decode, encode, sendable

_FAILURES: Sequence[FailureKind] = get_args(FailureKind)
_FACTORS = (0.0, -1.0, 5e-324, 1e-310, 1e-30, 1 + 1e-12, 7.0, 1e300, math.inf, math.nan)
_SHAPES = ((), (0,), (1,), (3,), (2, 0), (1, 1), (3, 2), (1, 1, 1, 1))
_PRINTED = (
    "",
    "\n" * 3,
    "9" * 5000,
    "nan",
    "inf",
    "-1",
    "1e999",
    "1_0",
    "\u0663",
    "\0",
    ".",
    "epoch:",
    "%s {} \x1b[31m",
)
_ERRORS = ("", "ValueError", "TypeError", "NotImplementedError", "SystemExit", "KeyboardInterrupt", "Strange")


@dataclass(frozen=True, eq=False)
class Strange:
    """One strange answer.

    Attributes:
        what: what is strange about it, for the message about a test that breaks on it.
        observation: the answer.
    """

    what: Message
    observation: Observation


class Stranger:
    """A generator of strange answers.

    Args:
        pool: values to build them from.
        random: the source of randomness.
    """

    def __init__(self, pool: Pool, random: Random) -> None:
        self._pool, self._random = pool, random

    def answer(self, call: Call, right: Observation) -> Strange:
        """A strange answer to a call, made from the right one, that the protocol accepts."""
        while (strange := self._draw(call, right)) is None:
            pass
        return strange

    def _draw(self, call: Call, right: Observation) -> Strange | None:
        kinds = [self._failed, self._side_effects]
        kinds += [self._one_value] * 6 + [self._values] if call.observe else []
        kinds += [self._one_gradient] * 2 + [self._gradients] if call.vjp is not None else []
        what, observation = self._random.choice(kinds)(call, right)
        try:
            tensors: list[Tensor] = []
            tree = encode(observation_to_value(observation), tensors)
            return Strange(what, observation_from_value(decode(tree, tensors)))
        except WireError:
            return None

    def _one_value(self, call: Call, right: Observation) -> tuple[Message, Observation]:
        """Change one part of one observed value."""
        name = self._random.choice(list(call.observe))
        value, what = self._changed(right.values.get(name))
        return message("{name}: {what}", name=name, what=what), replace(
            right, failure=None, values={**right.values, name: value}
        )

    def _values(self, call: Call, right: Observation) -> tuple[Message, Observation]:
        """Replace or drop every observed value, and perhaps add an unrequested one."""
        values = {name: self._other(right.values.get(name)) for name in self._some(call.observe)}
        if self._perhaps():
            values[self._text()] = self._any()
        return message("the values are {values}", values=_short(values)), replace(right, failure=None, values=values)

    def _one_gradient(self, call: Call, right: Observation) -> tuple[Message, Observation]:
        """Replace one gradient by another one, or by None."""
        name = self._random.choice([*call.vjp.names, ""] if call.vjp is not None else [""])
        gradient = self._gradient(right.gradients.get(name))
        strange = replace(right, failure=None, gradients={**right.gradients, name: gradient})
        return message("the gradient of {name}: {value}", name=name, value=_short(gradient)), strange

    def _gradients(self, call: Call, right: Observation) -> tuple[Message, Observation]:
        """Replace or drop every gradient, with a random error message of autograd."""
        names = self._some(call.vjp.names if call.vjp is not None else ())
        gradients = {name: self._gradient(right.gradients.get(name)) for name in names}
        strange = replace(right, failure=None, gradients=gradients, gradient_error=self._text())
        return message("the gradients are {values}", values=_short(gradients)), strange

    def _side_effects(self, call: Call, right: Observation) -> tuple[Message, Observation]:
        """Keep the values, and change the output, the mutated inputs and the operators."""
        printed = self._random.choice(_PRINTED)
        if self._perhaps():
            printed = right.printed.replace(self._random.choice("0123456789.: \n"), printed)
        mutated = tuple(name for name in call.given() if self._random.random() < 0.2)
        operators = frozenset([self._text(), self._text()])
        strange = replace(right, printed=printed, mutated=mutated, operators=operators)
        what = message("printed {text}, changed the inputs {names}", text=repr(printed[:40]), names=mutated)
        return what, strange

    def _failed(self, _call: Call, _right: Observation) -> tuple[Message, Observation]:
        choice = self._random.choice
        line = choice((None, 0, 1, -1, 2**64 - 1))
        failure = Failure(choice(_FAILURES), self._text(), choice(_ERRORS), line, self._text())
        return message("the call failed: {failure}", failure=str(failure)[:300]), Observation(failure=failure)

    def _changed(self, value: Any) -> tuple[Any, Message]:
        """The value with one part changed, and a description of the change."""
        path, part = self._part(value)
        edits = [(message("{where} is {value}"), self._other(part))]
        if isinstance(part, dict):
            edits.append((message("{where} lacks entries {value}"), {key: part[key] for key in self._some(part)}))
            edits.append((message("{where} has more entries {value}"), {**part, self._key(): self._any()}))
            edits.append((message("{where} has other keys {value}"), {self._key(): item for item in part.values()}))
        elif isinstance(part, (list, tuple)):
            edits.append((message("{where} lacks entries {value}"), type(part)(self._some(part))))
            edits.append((message("{where} has more entries {value}"), type(part)([*part, self._any()])))
            edits.append(
                (message("{where} is of the other type {value}"), tuple(part) if isinstance(part, list) else list(part))
            )
        what, new = self._random.choice(edits)
        where = "".join(f"[{key!r}]" for key in path) or message("it")
        return _put(value, path, new), Message(what.id, {"where": where, "value": _short(new)})

    def _part(self, value: Any) -> tuple[list[Any], Any]:
        """A random part of the value, mostly a leaf, with its path."""
        path: list[Any] = []
        while isinstance(value, (dict, list, tuple)) and value and self._random.random() < 0.75:
            path.append(self._random.choice(list(value) if isinstance(value, dict) else range(len(value))))
            value = value[path[-1]]
        return path, value

    def _other(self, value: Any) -> Any:
        """Another value; for a tensor or array, mostly a similar one."""
        if isinstance(value, ObservedTensor) and self._random.random() < 0.75:
            return ObservedTensor(self._like(value.data), self._perhaps())
        if sendable(value) and self._random.random() < 0.75:
            like = self._like(as_tensor(value))
            return ObservedTensor(like, attached=False) if like.dtype == torch.bfloat16 else like.numpy()
        return self._any()

    def _gradient(self, right: Tensor | None) -> Tensor | None:
        if self._random.random() < 0.2:
            return None
        if right is not None:
            return self._like(right)
        return self._filled(self._random.choice(_SHAPES), self._random.choice(list(DTYPES.values())))

    def _like(self, tensor: Tensor) -> Tensor:
        """A tensor with other numbers, another shape, or another dtype."""
        match self._random.randrange(6):
            case 0:
                return (tensor.double() * self._random.choice(_FACTORS)).to(tensor.dtype)
            case 1 if tensor.numel():
                changed = tensor.clone(memory_format=torch.contiguous_format)
                changed.view(-1)[self._random.randrange(tensor.numel())] = self._filled((), tensor.dtype)
                return changed
            case 2:
                turned = tensor.mT if tensor.ndim > 1 else tensor.unsqueeze(0)
                return self._random.choice((tensor.unsqueeze(-1), tensor.flatten(), turned, tensor[..., None][:0]))
            case 3:
                return tensor.to(self._random.choice(list(DTYPES.values())))
            case 4:
                return self._filled(self._random.choice(_SHAPES), tensor.dtype)
            case _:
                return self._filled(tuple(tensor.shape), tensor.dtype)

    def _filled(self, shape: Sequence[int], dtype: torch.dtype) -> Tensor:
        return filled(shape, dtype, self._random.choice(self._pool.numbers))

    def _any(self) -> Any:
        return self._random.choice(self._pool.values)

    def _text(self) -> str:
        return self._random.choice(self._pool.texts)

    def _key(self) -> str | int:
        return self._random.choice((self._text(), "", -1, 0, 1))

    def _perhaps(self) -> bool:
        return self._random.random() < 0.5

    def _some(self, items: Any) -> list[Any]:
        return [item for item in items if self._random.random() < 0.75]


def _put(value: Any, path: Sequence[Any], new: Any) -> Any:
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: _put(value[key], rest, new)}
    return type(value)(_put(item, rest, new) if place == key else item for place, item in enumerate(value))


def _short(value: Any) -> str:
    if isinstance(value, ObservedTensor):
        return f"{_short(value.data)}{'' if value.attached else ' (not attached)'}"
    if isinstance(value, Tensor):
        numbers = ", ".join(f"{number:g}" for number in value.flatten()[:3].tolist())
        return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)} of {numbers}, ..."
    if isinstance(value, np.ndarray):
        return f"array of {_short(as_tensor(value))}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {_short(item)}' for key, item in value.items())}}}"[:200]
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__} of {', '.join(map(_short, value))}"[:200]
    return repr(value)[:80]
