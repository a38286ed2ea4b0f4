"""Hidden tests of save_model and load_model.

An open file stands for the path: the least of the sandboxes has no folder to write into.
"""

import pytest

from gradkit.suite import Call, Ref, Rng, Runner, Step, assert_matches, check, figures

pytestmark = pytest.mark.question("checkpoints")

SHAPES = {"weight": (3, 4), "bias": (3,)}
FILE = Step("file", "torch:serialization.io.BytesIO")
REWIND = Step("rewound", "object:file.seek", (0,), otherwise="Leave the file open: its owner closes it.")
RIGHT = "The file must hold model.state_dict(), and nothing else."
WORDS = {"other": "the second model", "inside": "what is in the file"}


def models(*names: str) -> list[Step]:
    """Linear layers of one form, with numbers of their own."""
    return [Step(name, "torch:nn.Linear", (4, 3)) for name in names]


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", [0, 1])
def test_there_and_back(student: Runner, seed: int) -> None:
    """What save_model wrote, load_model brings into another model; the file holds the state dict and nothing else."""
    steps = [
        *models("model", "other"),
        FILE,
        Step("saved", "student:save_model", (Ref("model"), Ref("file"))),
        REWIND,
        Step("inside", "torch:load", (Ref("file"),), {"weights_only": True}, otherwise=RIGHT),
        REWIND,
        Step("loaded", "student:load_model", (Ref("other"), Ref("file"))),
    ]
    found = student.run(Call(steps, observe=("model.state", "other.state", "inside"), words=WORDS, seed=seed))
    inside, state = found.tensors("inside", otherwise=RIGHT), found.tensors("model.state")
    check(set(inside) == set(SHAPES), RIGHT)
    hint = "the state dict goes into the file, and from there into the model that is handed over"
    assert_matches(found, figures(**{"other.state": state, "inside": state}), hint=hint)


@pytest.mark.points(0.5)
@pytest.mark.parametrize("seed", [0, 1])
def test_strangers_are_refused(student: Runner, rng: Rng, seed: int) -> None:
    """A file with tensors alone is loaded; one that needs other objects is refused, and changes nothing."""
    values = {name: rng.normal(*shape).float() for name, shape in SHAPES.items()}

    def loading(*note: Step) -> Call:
        state = Step("state", "object:model.state_dict")
        written = [state, *note, FILE, Step("saved", "torch:save", (Ref("state"), Ref("file"))), REWIND]
        steps = [*models("model", "other"), *written, Step("loaded", "student:load_model", (Ref("other"), Ref("file")))]
        return Call(
            steps,
            parameters={"model": values},
            observe=("other.state",),
            words={"other": "the second model"},
            seed=seed,
        )

    found = student.run(loading())
    assert_matches(
        found, figures(**{"other.state": values}), hint="model.load_state_dict takes over what torch.load reads"
    )
    refused = student.run(loading(Step("noted", "builtin:setattr", (Ref("state"), "note", Ref("torch:nn.Linear")))))
    check(
        refused.failure is not None,
        "A file that holds more than tensors was loaded: torch.load(..., weights_only=True).",
    )
