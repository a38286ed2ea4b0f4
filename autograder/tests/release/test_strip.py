"""One stripping rule for modules and cells."""

from __future__ import annotations

import pytest

from gradkit.errors import BuildError
from gradkit.release.strip import complete_solutions, find_regions, strip_solutions

TEXT = """\
def f(x):
    ### BEGIN SOLUTION f: add one.
    ###   And nothing else.
    y = x + 1
    return y
    ### END SOLUTION

def g(x):
    ### BEGIN SOLUTION g: add two.
    return x + 2
    ### END SOLUTION
"""


def test_a_region_becomes_its_todo_and_an_error_that_names_the_question() -> None:
    assert (
        strip_solutions(TEXT, "m.py", ["f", "g"])
        == """\
def f(x):
    # TODO(f): add one.
    # And nothing else.
    raise NotImplementedError("f")

def g(x):
    # TODO(g): add two.
    raise NotImplementedError("g")
"""
    )


@pytest.mark.parametrize("comment", ["### of which", "###  of which", "###\tof which"])
def test_a_todo_goes_on_in_every_comment_of_three_hashes_below_it(comment: str) -> None:
    text = f"### BEGIN SOLUTION f: add one,\n{comment}\n###   there is one.\nreturn 1\n### END SOLUTION"
    assert strip_solutions(text, "m.py", ["f"]).split("\n")[1:3] == ["# of which", "# there is one."]


def test_the_complete_form_keeps_the_body_and_drops_the_markers() -> None:
    assert (
        complete_solutions(TEXT, "m.py", ["f", "g"])
        == "def f(x):\n    y = x + 1\n    return y\n\ndef g(x):\n    return x + 2\n"
    )


def test_regions_know_their_lines() -> None:
    regions = find_regions(TEXT, "m.py", ["f", "g"])
    assert [(r.question, r.first, r.last, r.body) for r in regions] == [
        ("f", 2, 6, ("    y = x + 1", "    return y")),
        ("g", 9, 11, ("    return x + 2",)),
    ]


def test_a_comment_in_the_body_is_part_of_the_solution() -> None:
    text = "### BEGIN SOLUTION f: do it.\n# by the chain rule\ny = 1\n### END SOLUTION"
    assert strip_solutions(text, "m.py", ["f"]) == '# TODO(f): do it.\nraise NotImplementedError("f")'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("### BEGIN SOLUTION f: a\nx\n### BEGIN SOLUTION f: b\n### END SOLUTION", "line 3: BEGIN SOLUTION inside"),
        ("x\n### END SOLUTION", "line 2: END SOLUTION without"),
        ("\n### BEGIN SOLUTION f: a\nx", "line 2: BEGIN SOLUTION f has no end"),
        ("### BEGIN SOLUTION h: a\nx\n### END SOLUTION", r'line 1: there is no question "h" .*\(it has: f\)'),
        ("### BEGIN SOLUTION\nx\n### END SOLUTION", "line 1: found '### BEGIN SOLUTION'; expected"),
        ("### BEGIN SOLUTION f:\nx\n### END SOLUTION", "line 1: found"),
        ("# BEGIN SOLUTION f: a\nx\n# END SOLUTION", "line 1: found '# BEGIN SOLUTION f: a'"),
        ("### Begin solution f: a\nx\n### End solution", "line 1: found"),
        ("### BEGIN SOLUTION f: a\nx\n### END SOLUTIONS", "line 3: found"),
        ("x = 1 ### BEGIN SOLUTION f: a\n### END SOLUTION", "line 1: found"),
        ("### BEGIN SOLUTION f: a\n\n### END SOLUTION", "line 1: the region of f is empty"),
    ],
)
def test_a_wrong_marker_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(BuildError, match=message) as error:
        strip_solutions(text, "hw/m.py", ["f"])
    assert str(error.value).startswith("hw/m.py, line ")
