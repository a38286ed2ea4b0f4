"""Do once what every worker does, before there is any student code.

The first call in a fresh process takes many times as long as the second: torch imports parts of itself and fills its
tables on first use. The worker base rehearses, so that the children it forks need not.
"""

from __future__ import annotations

import linecache
import sys
import warnings

import torch
import torch._dynamo  # torch.optim imports it when first used, and it wants a temporary folder, which comes later

from gradkit.conditions.switches import switches, turned
from gradkit.wire.call import Call, Step, Vjp
from gradkit.wire.frames import Frame, pack, read
from gradkit.wire.observation import observation_to_value
from gradkit.wire.packing import pack_call, read_call
from gradkit.wire.reply import Loading, loading_to_value
from gradkit.wire.values import Ref
from gradkit.worker.loading import load_module
from gradkit.worker.perform import describe_exception, perform

_NAME = "_rehearsal"
_SOURCE = b'''\
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """The parts that students use most."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(1, 2, 2), nn.Linear(8, 1)
        self.w = nn.Parameter(torch.randn(3, 1))

    def forward(self, x: Tensor) -> Tensor:
        images = torch.relu(self.convolution(x.reshape(1, 1, 3, 3)))
        return torch.sigmoid(self.linear(images.flatten(1))) + torch.einsum("nd,dk->nk", x[:1], self.w)


def loss(y_hat: Tensor, y: Tensor) -> Tensor:
    ones = torch.ones(y.shape[0], 1, dtype=y.dtype)
    padded = torch.cat([F.pad(y_hat, (0, 1)), ones, torch.zeros_like(y)], dim=1)
    return -torch.log(torch.sigmoid(padded)).mean() + torch.where(y > 0, y_hat.exp(), y_hat**2).sum()


def step(x: Tensor) -> float:
    torch.func.jacfwd(torch.func.jacrev(torch.exp))(x[0])
    model = Model().to(x.dtype)
    for make in (torch.optim.SGD, torch.optim.Adam):
        optimizer = make(model.parameters(), lr=0.1)
        optimizer.zero_grad()
        error = nn.MSELoss()(model(x), torch.ones(1, 1, dtype=x.dtype))
        error.backward()
        optimizer.step()
    return error.item()


def unfinished() -> None:
    raise NotImplementedError("unfinished")
'''


def rehearse() -> None:
    """Load a module, perform calls of every kind, and discard the answers."""
    path = list(sys.meta_path)
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's warnings about its own parts
        module = load_module(f"{_NAME}.py", {f"{_NAME}.py": _SOURCE})
        for dtype in (torch.float64, torch.float32):
            for call in _calls(dtype):
                packed = pack_call(call)
                observation = perform(read_call(packed.tree, bytearray(packed.tensors)), module)
                if observation.failure is not None and observation.failure.type_name != "NotImplementedError":
                    raise RuntimeError(f"the rehearsal failed: {observation.failure}")
                _over_the_wire(Frame("observed", "0", observation_to_value(observation)))
    failure = describe_exception("import", ValueError(""), _NAME)
    _over_the_wire(Frame("loaded", "0", loading_to_value(Loading(failure, turned(switches(), switches())))))
    sys.meta_path[:] = path
    sys.modules.pop(_NAME, None)
    linecache.clearcache()


def _calls(dtype: torch.dtype) -> list[Call]:
    x, y = torch.rand(3, 3, dtype=dtype), torch.rand(5, 1, dtype=dtype)
    upstream = torch.ones((), dtype=dtype)
    loss = Step("result", "student:loss", kwargs={"y_hat": Ref("y_hat"), "y": Ref("y")})
    return [
        Call([loss], {"y_hat": y, "y": y + 1}, vjp=_vjp(["y_hat"], upstream)),
        Call(
            [
                Step("module", "student:Model"),
                Step("ready", "object:module.to", [dtype]),
                Step("result", "object:module", [Ref("x")]),
            ],
            {"x": x},
            {"module": {"w": torch.zeros(3, 1, dtype=dtype)}},
            ["result", "module.state"],
            _vjp(["x", "module.w"], torch.ones(1, 1, dtype=dtype)),
        ),
        Call([Step("result", "student:step", [Ref("x")])], {"x": x}),
        Call([Step("result", "student:unfinished")]),
    ]


def _vjp(wrt: list[str], cotangent: torch.Tensor) -> Vjp:
    return Vjp("result", wrt, [cotangent])


def _over_the_wire(frame: Frame) -> Frame:
    data = memoryview(b"".join(bytes(part) for part in pack(frame)))
    place = 0

    def take(size: int) -> bytearray:
        nonlocal place
        place += size
        return bytearray(data[place - size : place])

    return read(take)
