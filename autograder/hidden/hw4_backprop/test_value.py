"""Hidden tests of Value."""

from collections.abc import Mapping, Sequence

import pytest

from gradkit.suite import Call, Found, Ref, Runner, Step, check, message

pytestmark = pytest.mark.question("Value")

A, B, C = Ref("a"), Ref("b"), Ref("c")


def expression(numbers: Mapping[str, float], *steps: Step, nodes: Sequence[str] = ()) -> Call:
    """Make a Value of each number, do the steps, call backward() on "result", and observe all nodes."""
    made = [Step(name, "student:Value", [number]) for name, number in numbers.items()]
    names = (*numbers, *nodes, "result")
    observe = tuple(f"{name}.{part}" for name in names for part in ("data", "grad"))
    return Call([*made, *steps, Step("done", "object:result.backward")], observe=observe)


def assert_numbers(found: Found, expected: Mapping[str, float], hint: str) -> None:
    """Every observed number is there and right."""
    for name, right in expected.items():
        node, _, part = name.partition(".")
        value = found.number(
            name, otherwise=message("The {part} of a Value must be a plain number, a float.", part=part)
        )
        what = (
            message("the result")
            if node == "result"
            else message("a Value that it depends on")
            if len(node) == 1
            else message("an intermediate Value")
        )
        check(
            abs(value - right) <= 1e-8 * (1 + abs(right)),
            message("The {part} of {what} is wrong: {hint}.", part=part, what=what, hint=hint),
        )


def assert_same(found: Found, expected: Found, hint: str) -> None:
    """Every observed number is that of the reference."""
    assert_numbers(found, {name: expected.number(name) for name in expected.call.observe}, hint)


SIDES = [[A, B], [A, A], [A, 2.5], [2.5, A], [A, 3], [-4, A]]  # a Value or a number on either side
HINTS = {
    "add": message("d(a + b)/da = d(a + b)/db = 1; a plain number counts as a Value"),
    "sub": message("d(a - b)/da = 1 and d(a - b)/db = -1; a plain number counts as a Value"),
    "mul": message("d(a b)/da = b and d(a b)/db = a; a plain number counts as a Value"),
    "neg": "d(-a)/da = -1",
}


@pytest.mark.points(0.75)
@pytest.mark.parametrize(
    ("name", "arguments"), [("neg", [A]), *((name, pair) for name in ("add", "sub", "mul") for pair in SIDES)], ids=str
)
def test_sums_and_products(student: Runner, reference: Runner, name: str, arguments: list[object]) -> None:
    """Sums, differences and products of Values and numbers have the right value and derivatives."""
    call = expression({"a": -1.75, "b": 2}, Step("result", f"operator:{name}", arguments))
    assert_same(student.run(call), reference.run(call), HINTS[name])


SUM = Step("result", "operator:add", [Ref("once"), Ref("again")])  # a has two paths to it


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    ("a", "exponent"),
    [(1.75, 3), (-1.75, 3), (-2, 2.0), (1.75, -2), (-0.5, -1), (2.25, 0.5), (0.0, 2), (0, 3), (1.5, 0)],
)
def test_powers(student: Runner, reference: Runner, a: float, exponent: float) -> None:
    """Powers have the right value and derivative, also for bases of 0 or less and negative or fractional exponents."""
    twice = [Step(name, "operator:pow", [A, exponent]) for name in ("once", "again")]
    call = expression({"a": a}, *twice, SUM, nodes=("once",))
    assert_same(student.run(call), reference.run(call), message("d(a^n)/da = n a^(n - 1), also at a = 0"))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("arguments", SIDES, ids=str)
def test_quotients(student: Runner, reference: Runner, arguments: list[object]) -> None:
    """Quotients of Values and numbers have the right value and derivatives."""
    call = expression({"a": -1.25, "b": 0.6}, Step("result", "operator:truediv", arguments))
    assert_same(student.run(call), reference.run(call), message("d(a / b)/da = 1 / b and d(a / b)/db = -a / b^2"))


def function(name: str, a: float) -> Call:
    """One of the functions, taken twice of a: a gradient of 2 comes from above to the first, of 1 to the second."""
    twice = [Step(step, f"object:a.{name}") for step in ("once", "other")]
    again = Step("again", "operator:add", [Ref("once"), Ref("other")])
    return expression({"a": a}, *twice, again, SUM, nodes=("once",))


smooth = pytest.mark.parametrize("a", [0.0, 0.7, -0.7, 2.0, 60.0, -100.0, 100.0])


@pytest.mark.points(0.25)
@smooth
def test_exp(student: Runner, reference: Runner, a: float) -> None:
    """The exponential has the right value and derivative, from -100 to 100."""
    call = function("exp", a)
    assert_same(student.run(call), reference.run(call), message("the derivative of exp is exp, from -100 to 100"))


@pytest.mark.points(0.25)
@pytest.mark.parametrize("a", [1.5, 2.75, 10.0, 100.0])
def test_log(student: Runner, reference: Runner, a: float) -> None:
    """The logarithm has the right value and derivative."""
    call = function("log", a)
    assert_same(student.run(call), reference.run(call), message("the derivative of the natural logarithm is 1 / a"))


@pytest.mark.points(0.25)
@smooth
def test_tanh(student: Runner, reference: Runner, a: float) -> None:
    """The hyperbolic tangent has the right value and derivative, from -100 to 100."""
    call = function("tanh", a)
    assert_same(
        student.run(call), reference.run(call), message("the derivative of tanh is 1 - tanh^2, from -100 to 100")
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("a", [0.7, -0.7, 2.0, -100.0, 100.0])
def test_relu(student: Runner, reference: Runner, a: float) -> None:
    """ReLU has the right value and derivative."""
    call = function("relu", a)
    assert_same(student.run(call), reference.run(call), message("the derivative of relu is 1 above 0 and 0 below"))


@pytest.mark.points(0.25)
@smooth
def test_sigmoid_of_values(student: Runner, reference: Runner, a: float) -> None:
    """The sigmoid has the right value and derivative, from -100 to 100."""
    call = function("sigmoid", a)
    assert_same(student.run(call), reference.run(call), message("the derivative of s is s (1 - s), from -100 to 100"))


def chain(*steps: tuple[str, str, Ref, Ref]) -> list[Step]:
    """Steps such as p = a * b, by name, operator and operands."""
    return [Step(name, f"operator:{operator}", [one, other]) for name, operator, one, other in steps]


P, Q, R, S = map(Ref, "pqrs")


@pytest.mark.points(0.75)
@pytest.mark.parametrize(
    "steps",
    [
        chain(("result", "mul", A, A)),
        chain(("p", "mul", A, B), ("q", "add", A, B), ("result", "mul", P, Q)),
        chain(("p", "add", A, B), ("q", "mul", P, A), ("r", "mul", Q, P), ("s", "add", R, P), ("result", "add", S, A)),
        chain(("p", "mul", A, B), ("q", "mul", P, A), ("r", "mul", Q, A), ("result", "mul", R, P)),
        chain(("p", "add", A, A), ("q", "mul", P, P), ("r", "add", Q, Q), ("result", "mul", R, R)),
    ],
    ids=["square", "two products", "long and short path", "short path to a product", "ladder"],
)
def test_several_paths(student: Runner, reference: Runner, steps: list[Step]) -> None:
    """If a Value is used several times, its gradient is the sum over all paths, whatever their length."""
    nodes = [step.name for step in steps[:-1]]
    call = expression({"a": 0.8, "b": -1.5}, *steps, nodes=nodes)
    hint = message(
        "the gradients of all paths add up, and a node passes its gradient on only when all of it has arrived"
    )
    assert_same(student.run(call), reference.run(call), hint)


@pytest.mark.points(0.25)
def test_figures_worked_by_hand(student: Runner) -> None:
    """A small example worked by hand comes out right, at every node.

    a = 2, b = -3, c = 10: p = a b = -6, q = p + c = 4, result = q q + a = 16 + 2 = 18. Backwards: dq = 2 q = 8,
    dp = 8, dc = 8, db = 8 a = 16, and a is used twice: 8 b + 1 = -23.
    """
    steps = [
        Step("p", "operator:mul", [A, B]),
        Step("q", "operator:add", [Ref("p"), C]),
        Step("r", "operator:mul", [Ref("q"), Ref("q")]),
        Step("result", "operator:add", [Ref("r"), A]),
    ]
    found = student.run(expression({"a": 2.0, "b": -3.0, "c": 10.0}, *steps, nodes=["p", "q"]))
    data = {"a": 2, "b": -3, "c": 10, "p": -6, "q": 4, "result": 18}
    grad = {"a": -23, "b": 16, "c": 8, "p": 8, "q": 8, "result": 1}
    expected = {f"{name}.data": n for name, n in data.items()} | {f"{name}.grad": n for name, n in grad.items()}
    assert_numbers(found, expected, message("apply the chain rule node by node"))


@pytest.mark.points(0.5)
@pytest.mark.parametrize(
    "before",
    [
        [Step("first", "object:result.backward")],
        [Step("first", "object:other.backward")],
        [Step("first", "object:other.backward"), Step("again", "object:result.backward")],
        [Step("set", "builtin:setattr", [A, "grad", 7.5]), Step("set_p", "builtin:setattr", [P, "grad", -2.0])],
    ],
    ids=["twice", "another first", "three times", "set by hand"],
)
def test_gradients_are_set_anew(student: Runner, reference: Runner, before: list[Step]) -> None:
    """A gradient starts at 0, and its value before backward() has no effect."""
    new = Call([Step("a", "student:Value", [1.5])], observe=("a.data", "a.grad"))
    assert_numbers(student.run(new), {"a.data": 1.5, "a.grad": 0.0}, message("the grad of a new Value is 0.0"))
    steps = chain(("p", "mul", A, B), ("other", "add", P, A), ("result", "mul", P, A))
    call = expression({"a": 1.5, "b": -0.5}, *steps, *before, nodes=["p"])
    hint = message("backward() sets the gradients of all Values in the graph to zero before it adds anything")
    assert_same(student.run(call), reference.run(call), hint)


@pytest.mark.points(0.25)
@pytest.mark.parametrize("length", [4_000, 10_000])
def test_long_chains(student: Runner, reference: Runner, length: int) -> None:
    """A sum of thousands of terms, added one after the other, can be differentiated."""
    steps = [
        Step("summands", "operator:mul", [[A], length]),
        Step("result", "builtin:sum", [Ref("summands")]),
    ]
    call = expression({"a": 0.5}, *steps)
    assert_same(student.run(call), reference.run(call), message("traverse the graph with a list, not by recursion"))
