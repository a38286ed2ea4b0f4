"""Hidden tests of Value."""

from collections.abc import Mapping, Sequence

import pytest

from gradkit.suite import Call, Found, Ref, Runner, Step, check

pytestmark = pytest.mark.question("Value")

A, B, C = Ref("a"), Ref("b"), Ref("c")


def expression(numbers: Mapping[str, float], *steps: Step, nodes: Sequence[str] = ()) -> Call:
    """Make a Value of each number, do the steps, call backward() on the one named "result", and look at all nodes."""
    made = [Step(name, "student:Value", [number]) for name, number in numbers.items()]
    names = (*numbers, *nodes, "result")
    observe = tuple(f"{name}.{part}" for name in names for part in ("data", "grad"))
    return Call([*made, *steps, Step("done", "object:result.backward")], observe=observe)


def assert_numbers(found: Found, expected: Mapping[str, float], hint: str) -> None:
    """Every observed number is there and right."""
    for name, right in expected.items():
        node, _, part = name.partition(".")
        value = found.number(name, otherwise=f"The {part} of a Value must be a plain number, a float.")
        what = (
            "the result" if node == "result" else "a Value that went into it" if len(node) == 1 else "a Value between"
        )
        check(
            abs(value - right) <= 1e-8 * (1 + abs(right)),
            f"The {part} of {what} is wrong: {hint}.",
        )


def assert_same(found: Found, expected: Found, hint: str) -> None:
    """Every observed number is that of the reference."""
    assert_numbers(found, {name: expected.number(name) for name in expected.call.observe}, hint)


@pytest.mark.points(1)
@pytest.mark.parametrize(
    ("target", "arguments", "hint"),
    [
        ("operator:add", [A, B], "d(a + b) is 1 for both"),
        ("operator:sub", [A, B], "d(a - b) is 1 for a, -1 for b"),
        ("operator:mul", [A, B], "d(a b)/da = b and d(a b)/db = a"),
        ("operator:truediv", [A, B], "d(a / b)/da = 1 / b and d(a / b)/db = -a / b^2"),
        ("operator:neg", [A], "d(-a)/da = -1"),
        ("operator:pow", [A, 3], "d(a^n)/da = n a^(n - 1)"),
        ("operator:pow", [A, -2], "d(a^n)/da = n a^(n - 1), for negative n too"),
        ("operator:pow", [A, 0.5], "d(a^n)/da = n a^(n - 1), for a fraction too"),
    ],
)
def test_arithmetic(student: Runner, reference: Runner, target: str, arguments: list[object], hint: str) -> None:
    """Sums, differences, products, quotients and powers have the right value and derivatives."""
    call = expression({"a": 1.75, "b": -0.6}, Step("result", target, arguments))
    assert_same(student.run(call), reference.run(call), hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv"])
@pytest.mark.parametrize("arguments", [[A, 2.5], [2.5, A], [A, 3], [-4, A]], ids=["right", "left", "whole", "negative"])
def test_numbers_on_both_sides(student: Runner, reference: Runner, name: str, arguments: list[object]) -> None:
    """A plain number may stand on either side of + - * /."""
    call = expression({"a": -1.25}, Step("result", f"operator:{name}", arguments))
    assert_same(student.run(call), reference.run(call), "a number next to a Value counts as a Value with that data")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("a", [0.7, -0.7, 2.0])
@pytest.mark.parametrize("name", ["exp", "log", "tanh", "relu", "sigmoid"])
def test_functions(student: Runner, reference: Runner, name: str, a: float) -> None:
    """exp, log, tanh, relu and sigmoid have the right value and derivative."""
    call = expression({"a": abs(a) if name == "log" else a}, Step("result", f"object:a.{name}"))
    assert_same(student.run(call), reference.run(call), f"look at {name} and its derivative")


@pytest.mark.points(1)
@pytest.mark.parametrize(
    "steps",
    [
        [Step("result", "operator:mul", [A, A])],
        [
            Step("p", "operator:mul", [A, B]),
            Step("q", "operator:add", [A, B]),
            Step("result", "operator:mul", [Ref("p"), Ref("q")]),
        ],
        [
            Step("p", "operator:add", [A, 1]),
            Step("q", "object:p.exp"),
            Step("r", "operator:mul", [Ref("p"), Ref("q")]),
            Step("s", "operator:add", [Ref("r"), Ref("p")]),
            Step("result", "operator:sub", [Ref("s"), A]),
        ],
        [
            Step("p", "object:a.tanh"),
            Step("q", "operator:mul", [Ref("p"), Ref("p")]),
            Step("r", "operator:mul", [Ref("q"), Ref("q")]),
            Step("result", "operator:truediv", [Ref("r"), Ref("p")]),
        ],
        [
            Step("p", "operator:mul", [A, B]),
            Step("q", "object:p.exp"),
            Step("r", "object:q.exp"),
            Step("result", "operator:mul", [Ref("r"), Ref("p")]),
        ],
    ],
    ids=["square", "two products", "long and short path", "ladder", "short path to a product"],
)
def test_several_paths(student: Runner, reference: Runner, steps: list[Step]) -> None:
    """Where a Value is used several times, its gradient is the sum over all paths, whatever their lengths."""
    nodes = [step.name for step in steps[:-1]]
    call = expression({"a": 0.8, "b": -1.5}, *steps, nodes=nodes)
    hint = "gradients of several paths add up, and a node passes its gradient on only when all of it has arrived"
    assert_same(student.run(call), reference.run(call), hint)


@pytest.mark.points(0.5)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right, on every node.

    a = 2, b = -3, c = 10: p = a b = -6, q = p + c = 4, result = q^2 + a = 16 + 2 = 18. Backwards: dq = 2 q = 8,
    dp = 8, dc = 8, db = 8 a = 16, and a is used twice: 8 b + 1 = -23.
    """
    steps = [
        Step("p", "operator:mul", [A, B]),
        Step("q", "operator:add", [Ref("p"), C]),
        Step("r", "operator:pow", [Ref("q"), 2]),
        Step("result", "operator:add", [Ref("r"), A]),
    ]
    found = student.run(expression({"a": 2.0, "b": -3.0, "c": 10.0}, *steps, nodes=["p", "q"]))
    data = {"a": 2, "b": -3, "c": 10, "p": -6, "q": 4, "result": 18}
    grad = {"a": -23, "b": 16, "c": 8, "p": 8, "q": 8, "result": 1}
    expected = {f"{name}.data": n for name, n in data.items()} | {f"{name}.grad": n for name, n in grad.items()}
    assert_numbers(found, expected, "the chain rule, node by node")


@pytest.mark.points(0.5)
@pytest.mark.parametrize("others", [0, 1, 2])
def test_gradients_are_set_anew(student: Runner, reference: Runner, others: int) -> None:
    """Calling backward() twice, or on another result of the same Values first, changes nothing."""
    steps = [
        Step("p", "operator:mul", [A, B]),
        Step("other", "operator:add", [Ref("p"), A]),
        Step("result", "operator:mul", [Ref("p"), A]),
        Step("first", f"object:{'other' if others else 'result'}.backward"),
        *([Step("again", "object:result.backward")] if others == 2 else []),
    ]
    call = expression({"a": 1.5, "b": -0.5}, *steps, nodes=["p"])
    hint = "backward() sets the gradients of all Values below it to zero before it adds anything"
    assert_same(student.run(call), reference.run(call), hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("length", [4_000, 10_000])
def test_long_chains(student: Runner, reference: Runner, length: int) -> None:
    """A sum of thousands of summands, one after the other, can be differentiated."""
    steps = [
        Step("summands", "operator:mul", [[A], length]),
        Step("result", "builtin:sum", [Ref("summands")]),
    ]
    call = expression({"a": 0.5}, *steps)
    assert_same(student.run(call), reference.run(call), "walk through the graph with a list, not by recursion")


@pytest.mark.points(0.25)
@pytest.mark.parametrize("a", [-100.0, 100.0])
@pytest.mark.parametrize("name", ["exp", "tanh", "relu", "sigmoid"])
def test_large_numbers(student: Runner, reference: Runner, name: str, a: float) -> None:
    """The functions work for data from -100 to 100."""
    call = expression({"a": a}, Step("result", f"object:a.{name}"))
    assert_same(student.run(call), reference.run(call), f"{name} of -100 and of 100, and its slope there, are finite")
