"""Which lines give something away, and which are shown on purpose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gradkit import suite
from gradkit.course import Course
from gradkit.errors import BuildError
from gradkit.release.leak_patterns import is_telling_code, is_telling_prose, needles
from gradkit.release.source import read_source

Write = Callable[[dict[str, str | None]], Course]
Original = Callable[[str], str]
HW = "hw9_scale"


def looked_for(course: Course) -> dict[str, str]:
    return {needle.text: needle.kind for needle in needles(course, read_source(course, course.assignment(HW)))}


@pytest.mark.parametrize(
    "line",
    ["y = x @ w", "return (y_hat - y).abs().mean()", "w -= lr * g", "return 1 / (1 + torch.exp(-x))", "a[i] = b[-1]"],
)
def test_telling_code(line: str) -> None:
    assert is_telling_code(line)


@pytest.mark.parametrize(
    "line",
    [
        "return x",
        "else:",
        "loss.backward()",
        "for epoch in range(epochs):",
        "with torch.no_grad():",
        "total += 1",
        "from torch.nn import functional as F",
        "",
    ],
)
def test_trivial_code(line: str) -> None:
    assert not is_telling_code(line)


def test_telling_prose() -> None:
    assert is_telling_prose("It grows without bound.")
    assert not is_telling_prose("It is so, isn't it?"[:15])
    assert not is_telling_prose("Incontrovertibly exponential")


def test_trivial_lines_of_a_solution_are_not_looked_for(write: Write) -> None:
    found = looked_for(write({}))
    assert "scaled = x * factor" in found
    assert not any(text.startswith("Four numbers come out right") for text in found), "a title is for students"
    assert "The mean is still in the result." not in found, "a mistake's docstring is for students"
    assert "double" not in found, "one word stands anywhere"


def test_what_stands_outside_the_regions_too_is_public(write: Write, original: Original) -> None:
    text = original("scale.py").replace("A straight line.", "A straight line: return self.slope * x + 3")
    assert "return self.slope * x + 3" in looked_for(write({}))
    assert "return self.slope * x + 3" not in looked_for(write({"<hw>/scale.py": text}))


def test_a_solution_is_not_made_public_by_another_file(write: Write, original: Original) -> None:
    text = original("test_public.py") + "# scaled = x * factor\n"
    assert "scaled = x * factor" in looked_for(write({"<hw>/test_public.py": text}))


def test_figures_that_public_checks_quote_too_are_public(write: Write, original: Original) -> None:
    line = "x = torch.tensor([1.0, 2.0, 4.0, 8.0])"
    assert looked_for(write({}))[line] == "hidden test"
    assert line not in looked_for(write({"<hw>/test_public.py": original("test_public.py") + f"\n{line}\n"}))


def test_the_suites_own_interface_is_never_public(write: Write, original: Original) -> None:
    line = 'call = function_call("scale", {"x": x, "factor": 3.0})'
    assert line in looked_for(write({"<hw>/test_public.py": original("test_public.py") + f"\n# {line}\n"}))


@pytest.mark.parametrize("name", sorted(set(suite.__all__) - {"Found", "Mismatch", "ObservedTensor", "Rng", "Runner"}))
def test_a_line_that_calls_the_suites_interface_is_never_public(write: Write, original: Original, name: str) -> None:
    line = f"{name}(first, second, third)"
    hidden = f"autograder/hidden/{HW}/test_more.py"
    public = f"{original('test_public.py')}\n# {line}\n"
    assert line in looked_for(write({hidden: f"{line}\n", "<hw>/test_public.py": public}))


def test_a_bank_in_a_folder_is_a_bank(write: Write) -> None:
    course = write({})
    hidden = course.hidden(HW)
    (hidden / "mistakes").mkdir()
    (hidden / "mistakes.py").rename(hidden / "mistakes" / "scale.py")
    found = looked_for(course)
    assert found["mistakes/scale.py"] == found["mean_kept_back"] == "mistakes bank"
    assert "scale.py" not in found, "students have a file of that name"
    assert "The mean is still in the result." not in found


def test_a_hidden_file_that_is_not_python_is_named(write: Write) -> None:
    course = write({f"autograder/hidden/{HW}/test_scale.py": "def (:\n"})
    with pytest.raises(BuildError, match=f"^autograder/hidden/{HW}/test_scale.py, line 1: not valid Python"):
        looked_for(course)


def test_a_course_without_hidden_files_can_be_built(write: Write) -> None:
    hidden = f"autograder/hidden/{HW}"
    without = {f"{hidden}/test_scale.py": None, f"{hidden}/mistakes.py": None, "autograder/hidden/secret.txt": None}
    assert set(looked_for(write(dict(without))).values()) == {"solution", "model answer", "hidden test", "marker"}
