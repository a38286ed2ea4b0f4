"""The depth of a computation: the largest number of consecutive steps on the way to a tensor.

A recurrent network takes a step for each token, whatever its layers are called. A sum over positions, a convolution
over time or attention takes as many for a long sequence as for a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from torch import Tensor

# Autograd's names for operations that only move, select or add numbers. They are not steps: a running total is as deep
# after one token as after forty.
_PLAIN = re.compile(
    r"""
    AccumulateGrad | Add | Alias | Amax | Amin | AsStrided | Broadcast | Cat | Chunk | Clone | Contiguous | Copy |
    CopySlices | Cummax | Cummin | Cumsum | Detach | Diagonal | Embedding | Expand | Flip | Gather | Index |
    IndexAdd | IndexCopy | IndexPut | IndexSelect | Lerp | Lift | MaskedFill | MaskedScatter | MaskedSelect | Max |
    Maximum | Mean | Min | Minimum | Movedim | Nansum | Narrow | Neg | PackPaddedSequence | Permute | Repeat |
    ReshapeAlias | Roll | Rsub | Scatter | ScatterAdd | Select | SelectScatter | Slice | SliceScatter | Split |
    SplitWithSizes | Squeeze | Stack | Sub | Sum | T | TakeAlongDim | ToCopy | Transpose | Unbind | UnsafeSplit |
    UnsafeView | Unsqueeze | View | Where
    """,
    re.VERBOSE,
)
# Products are steps only if autograd knows both factors: multiplication by a constant is a scaling.
_PRODUCTS = frozenset(["Mul", "Div", "Mm", "Bmm", "Mv", "Dot"])
# The first operand of these is only added; the factors follow.
_ADDED_PRODUCTS = frozenset(["Addmm", "Addmv", "Addbmm", "Baddbmm", "Addr", "Addcmul", "Addcdiv"])


def depth(value: Any) -> int:
    """The largest number of steps on one path of a tensor's autograd graph, from its leaves to it.

    A step is a nonlinear operation, or a product of two factors that gradients flow into. A fused recurrent layer takes
    as many steps as its sequence has positions.

    Args:
        value: the tensor; anything else, and a tensor without a graph, has depth 0.
    """
    root = value.grad_fn if isinstance(value, Tensor) else None
    longest: dict[Any, int] = {}
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting[-1]
        missing = [before for before, _ in _edges(node) if before not in longest]
        if missing and node not in longest:
            waiting += missing
            continue
        longest[node] = max((longest[before] + steps for before, steps in _edges(node)), default=0)
        waiting.pop()
    return longest.get(root, 0)


def _edges(node: Any) -> Iterator[tuple[Any, int]]:
    """The nodes of a node's operands, each with the steps from there to the node's result."""
    kind = re.sub(r"Backward\d*$", "", node.name().rpartition("::")[2])
    known = [before for before, _ in node.next_functions]
    factors = known[1:] if kind in _ADDED_PRODUCTS else known
    if _PLAIN.fullmatch(kind):
        steps = 0
    elif kind in _PRODUCTS or kind in _ADDED_PRODUCTS:
        steps = int(sum(factor is not None for factor in factors) >= 2)
    else:
        steps = _sequence_length(node) if kind == "MkldnnRnnLayer" else 1
    for place, before in enumerate(known):
        if before is not None:
            yield before, 0 if kind in _ADDED_PRODUCTS and place == 0 else steps


def _sequence_length(node: Any) -> int:
    """The steps of a fused recurrent layer, whose input is (T, N, features); 1 once ``backward()`` has freed it."""
    try:
        return len(node._saved_input)
    except RuntimeError:
        return 1
