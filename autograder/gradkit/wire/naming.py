"""Students' names for the objects of a call: the names of the suite's steps mean nothing to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce

from gradkit.messages import Message, message
from gradkit.wire.call import Call, Step, references
from gradkit.wire.values import Ref

# Methods that return the same numbers.
_SAME = frozenset(["clone", "detach", "double"])
_OPERATORS: Mapping[str, str] = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "matmul": "@"}


def in_words(path: str, call: Call) -> str:
    """An object of a call in words: "the result", "SmallCNN", "what pair returns", "first.weight of MLP afterwards".

    It is a plain str where it is the same in every language, and otherwise a message. `Call.words` takes precedence.
    Otherwise an object is named after what made it; an input keeps its name.

    Args:
        path: the name of an input or a step's result, or a path below it: ``result[0]``, ``model.state.weight``.
        call: the call.
    """
    for end in _ends(path):
        if (words := call.words.get(path[:end])) is not None:
            return _below(words, path[end:])
    head = head_of(path)
    return _below(_of_step(head, call), path[len(head) :])


def head_of(path: str) -> str:
    """The name of the input or step that a path begins with."""
    return path.partition("[")[0].partition(".")[0]


def argument_in_words(name: str) -> str:
    """An argument of a step, as `gradkit.wire.call.argument_names` names it; any other name stays as it is."""
    argument, _, function = name.partition(" of ")
    which = argument.removeprefix("argument ")
    if not function or which == argument:
        return name
    return message("argument {which} of {function}", which=which, function=function)


def used_by(step: Step) -> list[str]:
    """The paths of all objects that a step uses."""
    place, _, owner = step.target.partition(":")
    return [*([owner] if place == "object" else []), *references([step.args, step.kwargs])]


def of_the_student(call: Call) -> set[str]:
    """The names of the steps whose results come from student code, directly or through other steps."""
    found: set[str] = set()
    for step in call.steps:
        if step.target.startswith("student:") or any(head_of(path) in found for path in used_by(step)):
            found.add(step.name)
    return found


def _ends(path: str) -> Iterator[int]:
    """The ends of a path and of its prefixes, longest first."""
    yield len(path)
    yield from (at for at in range(len(path) - 1, 0, -1) if path[at] in ".[")


def _below(owner: str, rest: str) -> str:
    """Name an object below another, given the owner's name."""
    if not rest:
        return owner
    if rest.startswith("["):
        short = owner.removeprefix("the ")
        return message("entry {index} of {owner}", index=rest, owner=owner) if " " in short else f"{short}{rest}"
    first, _, below = rest[1:].partition(".")
    whose = owner if " " in owner or not owner.islower() else message("the {name}", name=owner)
    if first == "state":
        return message("{name} of {owner} afterwards", name=below, owner=whose) if below else _afterwards(whose)
    if first == "gradients":
        if below:
            return message("the {attribute} of {name}", attribute=".grad", name=below)
        return message("the {attribute} of each parameter of {owner}", attribute=".grad", owner=whose)
    attribute = rest[1:].removesuffix("()")
    if " " in owner:
        return message("{name} of {owner}", name=attribute, owner=owner)
    return _as_code("{owner}.{name}", owner=owner, name=attribute)


def _afterwards(owner: str) -> str:
    return message("{owner} afterwards", owner=owner)


def _result() -> str:
    return message("the result")


def _of_step(name: str, call: Call) -> str:
    """Name a step's result or an input."""
    if name in call.inputs:
        return name
    # If several steps share the name, the first made the object and the others modified it.
    step = next((step for step in call.steps if step.name == name), None)
    if step is None:
        return name
    place, _, target = step.target.partition(":")
    make = _BY_PLACE.get(place)
    return name if make is None else make(step, target, call)


def _of_student(step: Step, target: str, call: Call) -> str:
    if not target[:1].isupper():
        return _result() if step.name == "result" else message("what {function} returns", function=target)
    names = {built.name for built in call.steps if built.target == step.target}
    return step.name if len(names) > 1 else target


def _of_method(step: Step, target: str, call: Call) -> str:
    owner, _, method = target.rpartition(".")
    if not owner or method in ("__call__", "forward"):
        if step.name == "result":
            return _result()
        return message("the output of {name}", name=in_words(owner or method, call))
    if method in _SAME:
        return in_words(owner, call)
    if step.name == "result":
        return _result()
    return _as_code("{owner}.{method}()", owner=_parenthesized(in_words(owner, call)), method=method)


def _of_builtin(step: Step, target: str, call: Call) -> str:
    paths = list(references(step.args))
    if target == "getattr" and paths:
        return _below(in_words(paths[0], call), f".{step.args[1]}")
    if target in ("list", "tuple") and len(paths) == 1:
        return in_words(paths[0], call)
    return _of_function(step, target, call)


def _of_function(step: Step, target: str, call: Call) -> str:
    """A Python or torch function of earlier results, written as a call; without any, the step's name."""
    paths = [path for path in used_by(step) if ":" not in path]
    function = target.rpartition(".")[2]
    if function[:1].isupper() or all(head_of(path) in call.inputs for path in paths):
        return step.name
    return _as_code(
        "{function}({arguments})", function=function, arguments=_joined(", ", [in_words(path, call) for path in paths])
    )


def _of_operator(step: Step, target: str, call: Call) -> str:
    if step.name == "result":
        return _result()
    args = [in_words(arg.name, call) if isinstance(arg, Ref) else str(arg) for arg in step.args]
    if target == "getitem":
        return _as_code("{owner}[{index}]", owner=args[0], index=args[1])
    if target not in _OPERATORS:
        return step.name
    return _joined(f" {_OPERATORS[target]} ", [_parenthesized(arg) for arg in args])


_BY_PLACE: Mapping[str, Callable[[Step, str, Call], str]] = {
    "student": _of_student,
    "object": _of_method,
    "torch": _of_function,
    "builtin": _of_builtin,
    "operator": _of_operator,
}


def _parenthesized(words: str) -> str:
    return _as_code("({words})", words=words) if " " in words else words


def _joined(between: str, names: Sequence[str]) -> str:
    return reduce(lambda left, right: _as_code(f"{{left}}{between}{{right}}", left=left, right=right), names)


def _as_code(template: str, **names: str) -> str:
    """An expression, which is written alike in every language: a message only if one of the names in it is one."""
    if any(isinstance(name, Message) for name in names.values()):
        return message(template, **names)
    return template.format_map(names)
