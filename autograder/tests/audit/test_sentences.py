"""Docstrings and handouts are read as the sentences that bind students."""

from __future__ import annotations

import pytest

from gradkit.audit.sentences import bullets, sentences, sentences_by_question
from gradkit.course import Assignment, load_assignment

DOCSTRING = """
    One step, with ``w.grad``, e.g. of SGD
    (Kingma et al. do otherwise). nn.Linear is not allowed; x is "new."
    It goes on.

        w becomes w - lr * g.   Each
        line is part of it

    where ``g`` is the gradient: t = 1, 2, ... up to T.

        1. predict. Always.
        2. update, and
           forget

    Args:
        x: the rows, shape (N, ...). They are
            left unchanged.
        lr: a number:

                lr > 0

    Returns:
        One number.
        Of the dtype of ``x``.

    Raises:
        ValueError: the shapes differ.

    Source: a paper (2015), section 3.2.
    """


def test_a_docstring_is_split_into_what_binds() -> None:
    assert sentences(DOCSTRING) == [
        "One step, with ``w.grad``, e.g. of SGD (Kingma et al. do otherwise).",
        'nn.Linear is not allowed; x is "new."',
        "It goes on.",
        "w becomes w - lr * g. Each line is part of it",
        "where ``g`` is the gradient: t = 1, 2, ... up to T.",
        "1. predict. Always.",
        "2. update, and forget",
        "x: the rows, shape (N, ...).",
        "x: They are left unchanged.",
        "lr: a number:",
        "lr: lr > 0",
        "Returns: One number.",
        "Returns: Of the dtype of ``x``.",
        "ValueError: the shapes differ.",
        "Source: a paper (2015), section 3.2.",
    ]


SOURCE = '''
"""The module. It is not listed."""

class Net:
    """A net."""

    def __init__(self):
        """Make it."""

    def forward(self):
        """Predict."""
        ### BEGIN SOLUTION net: do it.
        def inner():
            """Nothing that students get."""
        ### END SOLUTION

    ### BEGIN SOLUTION net: more, if you want it.
    def helper(self):
        """Nothing that students get."""
    ### END SOLUTION

def relu(x):
    """Relu. It is left unchanged."""

def tanh(x):
    """Tanh. It is left unchanged."""

def given(x):
    """No question has it for a target."""
'''


@pytest.fixture
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    folder = tmp_path_factory.mktemp("source") / "hw1"
    folder.mkdir()
    question = '[[question]]\nid = "{}"\ntargets = {}\npoints = 1\n'
    (folder / "assignment.toml").write_text(
        'id = "hw1"\ntitle = "One"\ndue = 2027-01-01T00:00:00Z\nmodule = "nets.py"\n'
        + question.format("net", '["Net"]')
        + question.format("activations", '["relu", "tanh"]')
    )
    return load_assignment(folder)


def test_each_question_has_the_sentences_of_its_targets_once(assignment: Assignment) -> None:
    assert sentences_by_question(assignment, SOURCE) == {
        "net": ("A net.", "Make it.", "Predict."),
        "activations": ("Relu.", "It is left unchanged.", "Tanh."),
    }


def test_bullets_are_read_without_code_and_model_answers() -> None:
    text = """
# Title
- One,
  and more. So it is.
- Two

Text - with a dash.

```python
- not this
```

<!-- #region written="why" -->
- a model answer
<!-- #endregion -->
  - Three
"""
    assert bullets(text) == ["One, and more. So it is.", "Two", "Three"]
