"""Hidden tests of save_model and load_model.

They use a file object in memory, because not every sandbox has a folder to write to.
"""

import pickle
from collections.abc import Sequence

import pytest
import torch

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, assert_raises, check, expected, message

pytestmark = pytest.mark.question("checkpoints")

DTYPES = pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
FILE = Step("file", "torch:serialization.io.BytesIO")
REWIND = Step("rewound", "object:file.seek", (0,), otherwise=message("Leave the file open: the caller closes it."))
RIGHT = message("The file must contain model.state_dict(), and nothing else.")
WORDS = {
    "other": message("the second model"),
    "file": message("the file"),
    "inside": message("what is in the file"),
    "shared": message("the second model's own weight"),
}
SAVE = Step("saved", "student:save_model", (Ref("model"), Ref("file")))
LOAD = Step("loaded", "student:load_model", (Ref("other"), Ref("file")))
STATE = Step("state", "object:model.state_dict")


def models(dtype: torch.dtype) -> list[Step]:
    """Two models of one architecture with different parameters; a prediction has changed the first one's buffers."""
    steps = []
    for name in ("model", "other"):
        steps.append(Step(f"{name}_linear", "torch:nn.Linear", (4, 3), {"dtype": dtype}))
        steps.append(Step(f"{name}_norm", "torch:nn.BatchNorm1d", (3,), {"dtype": dtype}))
        steps.append(Step(name, "torch:nn.Sequential", (Ref(f"{name}_linear"), Ref(f"{name}_norm"))))
    return [*steps, Step("predicted", "object:model.forward", (Ref("x"),))]


def files(rng: Rng, dtype: torch.dtype, steps: Sequence[Step], *observe: str) -> Call:
    """A call that makes the models and an empty file, followed by the steps."""
    x = rng.normal(6, 4, dtype=dtype)
    words = {name: text for name, text in WORDS.items() if name in ("other", "file", *observe)}
    return Call([*models(dtype), FILE, *steps], inputs={"x": x}, observe=("model.state", *observe), words=words)


@pytest.mark.points(0.25)
@DTYPES
def test_file_holds_the_state_dict(student: Runner, reference: Runner, rng: Rng, dtype: torch.dtype) -> None:
    """The file contains the whole state dict, buffers included, and nothing else; the model is left unchanged.

    The student's own process reads what it wrote, so other objects in it are seen, not rejected.
    """
    written = student.run(files(rng, dtype, [SAVE, Step("size", "object:file.tell")], "size"))
    check(not written.equals("size", 0), message("save_model wrote nothing to the file."))
    read = [SAVE, REWIND, Step("inside", "torch:load", (Ref("file"),), {"weights_only": False}, otherwise=RIGHT)]
    call = files(rng, dtype, read, "inside", "model.training")
    found, right = student.run(call), reference.run(call)
    check(set(found.tensors("inside", otherwise=RIGHT)) == set(right.tensors("inside")), RIGHT)
    values = {name: right.value(name) for name in call.observe}
    assert_matches(
        found, expected(**values), hint=message("save the state dict unchanged, and do not modify the model")
    )


@pytest.mark.points(0.25)
@DTYPES
def test_there_and_back(student: Runner, reference: Runner, rng: Rng, dtype: torch.dtype) -> None:
    """load_model loads what save_model wrote into another model."""
    call = files(rng, dtype, [SAVE, REWIND, LOAD], "other.state")
    right = reference.run(call).value("model.state")
    hint = message("save the state dict to the file, and load it from there into the given model")
    assert_matches(student.run(call), expected(**{"other.state": right}), hint=hint, rtol=1e-12, atol=1e-12)


@pytest.mark.points(0.25)
@DTYPES
def test_loaded_in_place(student: Runner, reference: Runner, rng: Rng, dtype: torch.dtype) -> None:
    """A state dict is loaded into the model's own parameters and buffers, which keep their storage."""
    saved = [STATE, Step("saved", "torch:save", (Ref("state"), Ref("file"))), REWIND]
    shared = Step("shared", "object:other_linear.weight.detach")
    call = files(rng, dtype, [*saved, shared, LOAD], "other.state", "shared")
    state = reference.run(call).value("model.state")
    right = expected(**{"other.state": state, "shared": state["0.weight"]})
    assert_matches(
        student.run(call),
        right,
        hint=message("pass what torch.load returns to model.load_state_dict, which copies it in place"),
    )


@pytest.mark.points(0.25)
@pytest.mark.parametrize("other", ["torch:nn.Linear", "torch:nn.functional.hinge_embedding_loss"])
def test_strangers_are_refused(student: Runner, rng: Rng, other: str) -> None:
    """A file with objects other than tensors and plain containers is rejected with torch.load's error."""
    noted = Step("noted", "builtin:setattr", (Ref("state"), "note", Ref(other)))
    saved = [STATE, noted, Step("saved", "torch:save", (Ref("state"), Ref("file"))), REWIND]
    found = student.run(files(rng, torch.float32, [*saved, LOAD], "other.state"))
    hint = message(
        "A file with other objects than tensors must raise an UnpicklingError: torch.load(..., weights_only=True)."
    )
    check(found.failure is not None, hint)
    assert_raises(found, Exception, hint=hint)  # if the question was not attempted, the message says so
    check(found.failure.type_name == pickle.UnpicklingError.__name__, hint)
