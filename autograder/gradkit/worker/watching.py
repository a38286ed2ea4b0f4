"""Watch the student's code run: which operators, what it prints."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# Characters kept of what one call prints: many honest lines, and still less than a frame may hold.
MAX_PRINTED = 500_000


class _FunctionNames(TorchFunctionMode):
    """Notes torch's Python-level functions: ``linear`` and ``backward`` have no ATen operator of their own."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def __torch_function__(
        self, func: Callable[..., Any], _types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        # torch.ops.aten.linear.default is called "linear.default"
        self.names.add(getattr(func, "__name__", "").partition(".")[0])
        return func(*args, **(kwargs or {}))


class _OperatorNames(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the ATen operators that reach the dispatcher, by whatever name or alias they were called."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names = names

    def __torch_dispatch__(
        self, func: Any, _types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.names.add(func._schema.name.removeprefix("aten::"))
        return func(*args, **(kwargs or {}))

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Nothing is compiled here, and torch's guard against it would be paid for at every operator.
        return False


@contextmanager
def operators(names: set[str]) -> Iterator[None]:
    """Add to ``names`` every torch function and ATen operator that runs inside the block."""
    with _FunctionNames(names), _OperatorNames(names):
        yield


@contextmanager
def operators_of_backward(names: set[str]) -> Iterator[None]:
    """Add ATen operators only: the call of autograd inside the block is ours, not the student's."""
    with _OperatorNames(names):
        yield


class _Tee(io.TextIOBase):
    """Keeps the beginning of what is printed, and passes everything on to the process's real output."""

    def __init__(self, real: TextIO) -> None:
        self.real = real
        self.kept: list[str] = []
        self.room = MAX_PRINTED

    def write(self, text: str) -> int:
        if self.room > 0:
            self.kept.append(text[: self.room])
            self.room -= len(text)
        self.real.write(text)
        return len(text)

    def flush(self) -> None:
        self.real.flush()


@contextmanager
def printing() -> Iterator[Callable[[], str]]:
    """Keep what is printed inside the block; yields a function that returns it."""
    real = sys.stdout
    tee = _Tee(real)
    sys.stdout = tee
    try:
        yield lambda: "".join(tee.kept)
    finally:
        sys.stdout = real
