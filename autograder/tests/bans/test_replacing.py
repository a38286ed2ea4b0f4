"""A banned call is noted whatever it is called by, in a real worker; what is allowed is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
import torch

from gradkit.course import Limits
from gradkit.sandbox import Sandbox, SubmissionRunner, Submitted
from gradkit.suite import function_call
from gradkit.wire.call import Call, Step
from gradkit.wire.values import Ref

BANNED = (
    "linear",
    "log_softmax",
    "sigmoid",
    "sigmoid_",
    "softmax",
    "tanh",
    "torch.Tensor.backward",
    "torch._C._ImperativeEngine.run_backward",
    "torch.autograd.grad",
    "torch.nn.MultiheadAttention",
    "torch.nn.functional.gaussian_nll_loss",
    "torch.optim.*",
    "_make_dual",
)
ENGINE = "torch._C._ImperativeEngine.run_backward"
# by the expression that uses it, the name that must be noted
WAYS = {
    "torch.sigmoid(x)": "sigmoid",
    "x.sigmoid()": "sigmoid",
    "x.clone().sigmoid_()": "sigmoid_",
    "torch.sigmoid(x, out=torch.empty_like(x))": "sigmoid",
    "getattr(torch, 'sig' + 'moid')(x)": "sigmoid",
    "torch.special.expit(x)": "sigmoid",
    "torch._VF.sigmoid(x)": "sigmoid",
    "torch._C._VariableFunctions.sigmoid(x)": "sigmoid",
    "torch.ops.aten.sigmoid.default(x)": "sigmoid",
    "torch.ops.aten.sigmoid.default.redispatch(below_autograd & torch._C._dispatch_keys(x), x)": "sigmoid",
    "under(torch._C._ExcludeDispatchKeyGuard(autograd), lambda: torch.sigmoid(x))": "sigmoid",
    "under(torch._C._AutoDispatchBelowAutograd(), lambda: torch.sigmoid(x))": "sigmoid",
    "under(torch._C.DisableTorchFunction(), lambda: torch.sigmoid(x))": "sigmoid",
    "under(torch.utils._python_dispatch._disable_current_modes(), lambda: torch.sigmoid(x))": "sigmoid",
    "under(torch.inference_mode(), lambda: torch.sigmoid(x))": "sigmoid",
    "in_a_thread(lambda: torch.sigmoid(x))": "sigmoid",
    "torch.vmap(torch.sigmoid)(x)": "sigmoid",
    "torch.utils.checkpoint.checkpoint(torch.sigmoid, x, use_reentrant=False)": "sigmoid",
    "torch.jit.script(torch.nn.Sigmoid())(x)": "sigmoid",
    "x.float().to_mkldnn().sigmoid().to_dense()": "sigmoid",
    "x.to_sparse().tanh().to_dense()": "tanh",
    "torch.distributions.transforms.SigmoidTransform()(x)": "sigmoid",
    "torch.distributions.Bernoulli(logits=x).probs": "sigmoid",
    "torch.nn.LSTM(3, 3).double()(x)": "linear",
    "torch._C._nn.linear(x, x)": "linear",
    "torch.ops.aten.linear.default(x, x)": "linear",
    "torch.ops.aten.linear.default.decompose(x, x)": "linear",
    "torch.masked.softmax(x, 1)": "softmax",
    "torch.distributions.Categorical(logits=x).probs": "softmax",
    "torch.nn.functional.cross_entropy(x, torch.arange(3))": "log_softmax",
    "Doubled.apply(x)": "tanh",
    "y.sum().backward()": "torch.Tensor.backward",
    "torch.autograd.functional.jacobian(torch.exp, x)": "torch.autograd.grad",
    "torch.func.grad(torch.sum)(x)": "torch.autograd.grad",
    "torch.func.vjp(torch.exp, x)[1](x)": ENGINE,
    "torch.autograd.Variable._execution_engine.run_backward((y.sum(),), *the_rest)": ENGINE,
    "torch._C._ImperativeEngine().run_backward((y.sum(),), *the_rest)": ENGINE,
    "torch.func.jvp(torch.exp, (x,), (x,))": "_make_dual",
    "torch.optim.SGD([y], lr=0.1) and None": "torch.optim.*",
    "Own([y], lr=0.1) and None": "torch.optim.*",
    "functional_adam()": "torch.optim.*",
    "gaussian(x, x, x * x)": "torch.nn.functional.gaussian_nll_loss",
    "torch.nn.MultiheadAttention(3, 1).double()(x, x, x)[0]": "torch.nn.MultiheadAttention",
}
# Ways to compute the same that every question allows, forwards and backwards; none of them uses anything above inside.
ALLOWED = """
x @ x.T + x / 2 - x**2
torch.einsum("ij,kj->ik", x, x)
torch.where(x > 0, x, x.exp()).clamp(0, 1)
torch.maximum(x, x.T).sum()
torch.logaddexp(x, x.T)
torch.logsumexp(x, 1)
torch.nn.functional.pad(x, (1, 1))
torch.nn.functional.unfold(x[None, None], 2)
torch.addmm(x, x, x).log().abs().sqrt()
torch.cat([x, x]).cumsum(0).amax(0)
torch.linalg.lstsq(x, x, driver="gelsd").solution
torch.linalg.pinv(x)
torch.nn.init.xavier_uniform_(torch.empty(3, 3))
torch.nn.functional.softplus(x)
torch.nn.functional.mse_loss(x, x.T)
torch.nn.functional.embedding(torch.arange(3), x)
torch.nn.functional.layer_norm(x, (3,))
""".strip().splitlines()
SOURCE = """
import threading
import torch
import torch.utils.checkpoint
from torch.nn.functional import gaussian_nll_loss as gaussian

below_autograd = torch._C._dispatch_keyset_full_after(torch.DispatchKey.ADInplaceOrView)
autograd = torch._C.DispatchKeySet(torch.DispatchKey.AutogradCPU)
the_rest = (torch.ones(()).double(),), False, False, (), True, True

class Own(torch.optim.SGD): pass

class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 2 * x
    @staticmethod
    def backward(ctx, upstream):
        return torch.tanh(ctx.saved_tensors[0]) * upstream

def under(block, run):
    with block: return run()

def in_a_thread(run):
    found = []
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    thread.join()
    return found[0]

def functional_adam():
    import sys
    sys.modules["torch.optim.adam"]._single_tensor_adam(
        [], [], [], [], [], [], grad_scale=None, found_inf=None, amsgrad=False, has_complex=False, beta1=0.9,
        beta2=0.9, lr=0.1, weight_decay=0.0, eps=1e-8, maximize=False, capturable=False, differentiable=False,
        decoupled_weight_decay=False)

def leave_a_thread(x):
    out = torch.zeros_like(x)
    def fill():
        import time
        time.sleep(0.05)
        out.copy_(torch.sigmoid(x))
    threading.Thread(target=fill).start()
    return out

def rest(x):
    import time
    time.sleep(0.3)
    return x
"""


def of(number: int, expression: str) -> str:
    return f"def way_{number}(x):\n    y = x.detach().clone().requires_grad_()\n    return {expression}\n"


EXPRESSIONS = [*WAYS, *ALLOWED]
TEXT = SOURCE + "".join(of(number, expression) for number, expression in enumerate(EXPRESSIONS))


@pytest.fixture(scope="module")
def runner(sandbox: Sandbox) -> Iterator[SubmissionRunner]:
    with closing(sandbox.connect()) as workers:
        submitted = Submitted("answer.py", {"answer.py": TEXT.encode()}, BANNED)
        runner = SubmissionRunner(submitted, Limits(seconds=600), workers.start)
        yield runner
        runner.close()


def call(name: str, *, cotangent: torch.Tensor | None = None) -> Call:
    x = torch.rand(3, 3, dtype=torch.float64) + 0.1
    return replace(function_call(name, {"x": x}, cotangent=cotangent), banned=BANNED)


@pytest.mark.parametrize("expression", WAYS)
def test_a_banned_call_is_noted_whatever_it_is_called_by(runner: SubmissionRunner, expression: str) -> None:
    upstream = torch.ones(3, 3, dtype=torch.float64) if "apply" in expression else None
    found = runner.run(call(f"way_{EXPRESSIONS.index(expression)}", cotangent=upstream))
    assert found.failure is None
    assert WAYS[expression] in found.operators


@pytest.mark.parametrize("expression", ALLOWED)
def test_what_every_question_allows_is_not_noted(runner: SubmissionRunner, expression: str) -> None:
    name = f"way_{EXPRESSIONS.index(expression)}"
    shape = runner.run(call(name)).values["result"].data.shape
    found = runner.run(call(name, cotangent=torch.ones(shape, dtype=torch.float64)))
    assert found.failure is None
    assert found.operators == set()


def test_only_what_the_question_bans_is_reported(runner: SubmissionRunner) -> None:
    asked = replace(call(f"way_{EXPRESSIONS.index('torch.sigmoid(x)')}"), banned=["tanh"])
    assert runner.run(asked).operators == set()


def test_a_thread_left_behind_is_noted_in_the_next_call(runner: SubmissionRunner) -> None:
    runner.run(call("leave_a_thread"))
    assert "sigmoid" in runner.run(call("rest")).operators


def test_a_step_of_the_suites_own_is_not_the_students(runner: SubmissionRunner) -> None:
    steps = [Step("layer", "torch:sigmoid", [Ref("x")]), Step("result", "student:rest", [Ref("layer")])]
    found = runner.run(Call(steps, {"x": torch.ones(2)}, banned=BANNED))
    assert found.failure is None
    assert found.operators == set()


# In a process of its own: what is replaced stays so.
NUMBERS = """
import itertools
import torch
from gradkit.bans.replacing import replace_calls

tensors = [torch.ones(2), torch.tensor(3.0), torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.int32),
           torch.tensor(2), torch.tensor(True), torch.ones(2, dtype=torch.complex64), torch.ones(2, dtype=torch.bool)]
numbers = [2, 2.5, True, 1 + 2j, 0.1]
ways = [torch.mul, torch.add, torch.div, torch.pow, torch.sub, lambda a, b: b * a, lambda a, b: b - a, torch.eq,
        torch.multiply, torch.true_divide, torch.Tensor.mul_]

def results():
    for way, tensor, number in itertools.product(ways, tensors, numbers):
        try:
            found = way(tensor.clone(), number)
            yield found.dtype, found.shape, found.tolist()
        except RuntimeError as error:
            yield str(error)

before = list(results())
replace_calls(["mul", "mul_", "add", "div", "pow", "sub", "rsub", "eq", "multiply", "true_divide"])
print(sum(one != other for one, other in zip(before, results(), strict=True)), len(before))
"""


def test_numbers_beside_tensors_are_taken_as_before() -> None:
    command = [sys.executable, "-W", "ignore", "-c", NUMBERS]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the text above
    assert said.split() == ["0", "440"]
