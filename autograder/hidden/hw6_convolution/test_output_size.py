"""Hidden tests of output_size."""

import pytest

from gradkit.suite import Runner, assert_matches, assert_raises, check, expected, function_call, message

pytestmark = pytest.mark.question("output_size")

HINT = "floor((size + 2 padding - kernel_size) / stride) + 1"


@pytest.mark.points(0.5)
@pytest.mark.parametrize("size", [1, 2, 7, 8, 11])
@pytest.mark.parametrize("kernel_size", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_every_size(student: Runner, reference: Runner, size: int, kernel_size: int, stride: int, padding: int) -> None:
    """The number of positions is right for every kernel that fits."""
    if kernel_size > size + 2 * padding:
        return
    call = function_call(
        "output_size", {"size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    )
    found = student.run(call)
    check(type(found.value()) is int, message("output_size must return an int: use //, which divides and rounds down."))
    assert_matches(found, reference.run(call), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("options", "places"), [({}, 6), ({"stride": 2}, 3), ({"padding": 1}, 8), ({"stride": 3, "padding": 2}, 4)], ids=str
)
def test_figures_worked_by_hand(student: Runner, options: dict[str, int], places: int) -> None:
    """Sizes counted by hand come out right; stride and padding default to 1 and 0.

    A kernel of 3 in 8 pixels: 6 positions; every second of 0 to 5: 0, 2, 4; in 10 pixels 8 positions; in 12 pixels
    every third of 0 to 9: 0, 3, 6, 9.
    """
    found = student.run(function_call("output_size", {"size": 8, "kernel_size": 3}, **options))
    assert_matches(found, expected(result=places), hint=HINT)


@pytest.mark.points(0.5)
@pytest.mark.parametrize(("size", "kernel_size", "padding"), [(2, 3, 0), (1, 9, 3), (4, 7, 1)])
@pytest.mark.parametrize("stride", [1, 2, 9])
def test_kernel_that_does_not_fit(student: Runner, size: int, kernel_size: int, padding: int, stride: int) -> None:
    """A kernel larger than the padded image raises a ValueError."""
    arguments = {"size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    hint = message("a kernel larger than size + 2 padding does not fit: raise a ValueError")
    assert_raises(student.run(function_call("output_size", arguments)), ValueError, hint=hint)
