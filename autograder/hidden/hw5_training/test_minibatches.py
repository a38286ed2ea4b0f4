"""Hidden tests of minibatches: what must hold for every permutation."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gradkit.suite import Call, Ref, Runner, Step, assert_unchanged, check, message

pytestmark = pytest.mark.question("minibatches")


def rows(n: int, dtype: torch.dtype = torch.float64, *, wide: bool = False) -> tuple[Tensor, Tensor]:
    """Inputs and targets that identify their row: row i is (i, 10 i) with the target 100 i.

    If they are wide, the row is a matrix, ((i, 10 i), (i, 10 i), (i, 10 i)), and the target (100 i, -i).
    """
    numbers = torch.arange(n)
    x, y = torch.stack([numbers, 10 * numbers], dim=1).to(dtype), 100 * numbers
    return (x[:, None].repeat(1, 3, 1), torch.stack([y, -numbers], dim=1)) if wide else (x, y)


def passes(n: int, size: int, count: int = 1, seed: int = 3, chance: int = 0, **form: Any) -> Call:
    """Passes over n rows with one generator; ``chance`` is torch's global seed, which must not matter."""
    x, y = rows(n, **form)
    steps = [Step("generator", "torch:Generator"), Step("seeded", "object:generator.manual_seed", (seed,))]
    for number in range(count):
        steps.append(Step("batches", "student:minibatches", (Ref("x"), Ref("y"), size, Ref("generator"))))
        steps.append(Step(f"pass{number}", "builtin:list", (Ref("batches"),)))
    observe = tuple(f"pass{number}" for number in range(count))
    return Call(steps, inputs={"x": x, "y": y}, observe=observe, seed=chance)


def pairs(student: Runner, call: Call) -> list[list[tuple[Tensor, Tensor]]]:
    """The batches of each pass, which are pairs of tensors."""
    found = student.run(call)
    assert_unchanged(found)
    pair = message("minibatches must yield pairs (xb, yb) of tensors, with one target per row.")
    every = [list(found.sequence(name, otherwise=pair)) for name in call.observe]
    for batch in (batch for batches in every for batch in batches):
        check(is_pair(batch, call), pair)
        check(bool(batch[0].isfinite().all()), message("The rows of a batch must be unchanged rows of x."))
    check(all(every), message("minibatches yielded no batch."))
    return every


def is_pair(batch: Any, call: Call) -> bool:
    """Whether a batch is two tensors with the same number of rows, at least one, shaped like those of x and y."""
    if not (isinstance(batch, (tuple, list)) and len(batch) == 2 and all(isinstance(part, Tensor) for part in batch)):
        return False
    shapes = zip(batch, ("x", "y"), strict=True)
    if not all(part.dim() and part.shape[1:] == call.inputs[name].shape[1:] for part, name in shapes):
        return False
    return len(batch[0]) == len(batch[1]) > 0


def order(batches: list[tuple[Tensor, Tensor]]) -> list[int]:
    """The row indices, in order."""
    return [round(float(number)) for xb, _ in batches for number in xb.reshape(len(xb), -1)[:, 0]]


def falls_apart(numbers: list[int], size: int) -> bool:
    """Whether the first batches contain exactly the first rows: by chance in one of ten thousand orders."""
    return any(sorted(numbers[:end]) == list(range(end)) for end in range(size, len(numbers), size))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("n", "size"), [(10, 3), (10, 6), (9, 3), (10, 1), (1, 4), (5, 8), (7, 7)])
def test_each_row_once_in_batches_of_the_size(student: Runner, n: int, size: int) -> None:
    """Each row occurs once; all batches have batch_size rows, except the last, which has the remaining rows."""
    (batches,) = pairs(student, passes(n, size))
    sizes = [len(xb) for xb, _ in batches]
    check(
        sum(sizes) == n and sorted(order(batches)) == list(range(n)),
        message("Each row must occur exactly once in a pass."),
    )
    check(
        sizes == [size] * (n // size) + [n % size] * (n % size > 0),
        message("All batches must have batch_size rows, except the last, which has the remaining rows."),
    )


@pytest.mark.points(0.5)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.int64])
@pytest.mark.parametrize("wide", [False, True], ids=["vectors", "matrices"])
def test_rows_keep_their_targets(student: Runner, dtype: torch.dtype, wide: bool) -> None:
    """Each row stays whole and with its own target, with dtypes unchanged, whatever the shape of a row."""
    x, y = rows(11, dtype, wide=wide)
    (batches,) = pairs(student, passes(11, 4, dtype=dtype, wide=wide))
    for xb, yb in batches:
        check(xb.dtype == dtype and yb.dtype == torch.int64, message("x and y must keep their dtypes."))
        numbers = [number for number in order([(xb, yb)]) if 0 <= number < len(x)]
        check(torch.equal(xb, x[numbers]), message("The features of different rows are mixed up."))
        check(torch.equal(yb, y[numbers]), message("A row has the target of another row."))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", [1, 2])
def test_order_is_shuffled(student: Runner, seed: int) -> None:
    """The order of the rows is random: the rows are shuffled, not only the batches."""
    batches, following = pairs(student, passes(43, 5, count=2, seed=seed))
    found = order(batches)
    check(found != sorted(found), message("The rows are in their original order: shuffle them."))
    numbers = [order([batch]) for batch in batches]
    together = sum(max(of_one) - min(of_one) == 4 for of_one in numbers)
    check(
        together < 4, message("The rows of a batch are consecutive rows of x: shuffle the rows, not only the batches.")
    )
    backwards = found == sorted(found, reverse=True)
    check(not backwards, message("The rows are in reverse order: shuffle them."))
    parts = all(falls_apart(numbers, 5) for numbers in (found, order(following)))
    check(not parts, message("The first rows of x always come before the last ones: shuffle all rows together."))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("size", [4, 40])
def test_generator_alone_decides(student: Runner, size: int) -> None:
    """The same generator seed gives the same order, whatever the global seed; another one gives another order."""
    first, again, other = (
        order(pairs(student, passes(40, size, seed=seed, chance=chance))[0])
        for seed, chance in ((5, 0), (5, 99), (6, 0))
    )
    check(
        first == again,
        message(
            "With the same seed of the generator the order must be the same: is there another source of randomness?"
        ),
    )
    check(first != other, message("With another seed of the generator the order must be different."))


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", [1, 2])
def test_passes_differ(student: Runner, seed: int) -> None:
    """Successive passes with the same generator have different orders."""
    orders = [order(batches) for batches in pairs(student, passes(40, 4, count=3, seed=seed))]
    apart = orders[0] != orders[1] and orders[1] != orders[2] and orders[0] != orders[2]
    check(
        apart,
        message("A second pass with the same generator must have a different order: do not reseed the generator."),
    )
