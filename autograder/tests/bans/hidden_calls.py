"""Ways to have a ready-made call do a question's work, hidden from the source, from the run, or from both.

Each is appended to the assignment's solution and replaces one target. By question and name: the text.
"""

from __future__ import annotations

_THREAD = """
def {name}(*args):
    import threading
    found = []
    thread = threading.Thread(target=lambda: found.append({call}))
    thread.start()
    thread.join()
    return found[0]
"""
_POOL = """
def {name}(*args):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: {call}).result()
"""
_PLAIN = """
{before}
def {name}(*args):
    return {call}
"""


def plain(name: str, call: str, before: str = "") -> str:
    """A function of this name that returns an expression of its arguments."""
    return _PLAIN.format(name=name, call=call, before=before)


_SIGMOID_BEFORE = {
    "a walrus": ("(f := torch.sigmoid)(*args)", ""),
    "an alias": ("again(*args)", "again = torch.sigmoid"),
    "an annotation": ("bearer.__annotations__['x'](*args)", "def bearer(x: torch.sigmoid): pass"),
    "a default": ("bearer(*args)", "def bearer(x, f=torch.sigmoid): return f(x)"),
    "match": ("bearer(*args)", "def bearer(x):\n    match torch.sigmoid:\n        case f: return f(x)"),
    "a class attribute from outside": ("Bearer.f(*args)", "class Bearer: pass\nBearer.f = torch.sigmoid"),
    "a metaclass": ("Bearer.f(*args)", "Bearer = type('Bearer', (), {'f': staticmethod(torch.sigmoid)})"),
    "a decorator": ("bearer(*args)", "def use(f):\n    return lambda g: f\n@use(torch.sigmoid)\ndef bearer(x): pass"),
    "a dictionary": ("calls['s'](*args)", "calls = {'s': torch.sigmoid}"),
    "a comprehension": ("[f(*args) for f in [torch.sigmoid]][0]", ""),
    "map": ("list(map(torch.sigmoid, args))[0]", ""),
    "partial": ("partial(torch.sigmoid)(*args)", "from functools import partial"),
    "a star import": ("sigmoid_again(*args)", "from torch import *\nsigmoid_again = sigmoid"),
    "getattr with a built name": ("getattr(torch, 'sig' + 'moid')(*args)", ""),
    "methodcaller": ("operator.methodcaller('sig' + 'moid')(*args)", "import operator"),
    "globals": ("globals()['to' + 'rch'].sigmoid(*args)", ""),
    "vars": ("vars(torch)['sigmoid'](*args)", ""),
    "sys.modules": ("sys.modules['torch'].sigmoid(*args)", "import sys"),
    "importlib": ("importlib.import_module('torch').sigmoid(*args)", "import importlib"),
    "__import__": ("__import__('torch').sigmoid(*args)", ""),
    "eval": ("eval('torch.sigmoid')(*args)", ""),
    "exec": ("made(*args)", "exec('def made(x): return torch.sigmoid(x)')"),
    "rot13": ("getattr(torch, codecs.decode('fvtzbvq', 'rot13'))(*args)", "import codecs"),
    "a frame": ("sys._getframe(0).f_globals['torch'].sigmoid(*args)", "import sys"),
    "_VF": ("torch._VF.sigmoid(*args)", ""),
    "_C": ("torch._C._VariableFunctions.sigmoid(*args)", ""),
    "ops": ("torch.ops.aten.sigmoid.default(*args)", ""),
    "ops of prims": ("torch.ops.prims.reciprocal(1 + torch.ops.prims.exp(torch.ops.prims.neg(*args)))", ""),
    "_refs": ("torch._refs.sigmoid(*args)", "import torch._refs"),
    "_refs from sys.modules": ("sys.modules['torch._refs'].sigmoid(*args)", "import sys, torch._refs"),
    "_decomp": (
        "torch._decomp.decompositions.silu(*args) / args[0]",
        "import torch._decomp.decompositions",
    ),
    "redispatch": (
        "torch.ops.aten.sigmoid.default.redispatch(torch._C._dispatch_keys(args[0]), *args)",
        "",
    ),
    "an excluded key": (
        "bearer(*args)",
        "def bearer(x):\n    with torch._C._AutoDispatchBelowAutograd():\n        return torch.sigmoid(x)",
    ),
    "switched off functions": (
        "bearer(*args)",
        "def bearer(x):\n    with torch._C.DisableTorchFunction():\n        return torch.sigmoid(x)",
    ),
    "torch.library": (
        "torch.ops.own.work(*args)",
        "own = torch.library.Library('own', 'DEF')\nown.define('work(Tensor x) -> Tensor')\n"
        "own.impl('work', lambda x: torch.sigmoid(x), 'CompositeImplicitAutograd')",
    ),
    "a custom Function": (
        "Own.apply(*args)",
        "class Own(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        y = torch.sigmoid(x)\n        ctx.save_for_backward(y)\n        return y\n"
        "    @staticmethod\n    def backward(ctx, g):\n        (y,) = ctx.saved_tensors\n        return g * y * (1 - y)",
    ),
    "SciPy": (
        "torch.as_tensor(scipy.special.expit(args[0].detach().numpy()))",
        "import scipy.special",
    ),
    "a softmax of two": ("torch.stack([args[0], torch.zeros_like(args[0])]).softmax(0)[0]", ""),
    "silu": ("torch.nn.functional.silu(*args) / args[0]", ""),
    "glu": ("torch.nn.functional.glu(torch.stack([torch.ones_like(args[0]), args[0]]), 0)[0]", ""),
    "a soft margin": (
        "torch.exp(-torch.nn.functional.soft_margin_loss(args[0], torch.ones_like(args[0]), reduction='none'))",
        "",
    ),
    "a distribution": ("torch.distributions.Bernoulli(logits=args[0]).probs", ""),
    "a transform": ("torch.distributions.transforms.SigmoidTransform()(args[0])", ""),
    "the derivative of softplus": ("torch.ops.aten.softplus_backward(torch.ones_like(args[0]), args[0], 1, 1e9)", ""),
    "vmap": ("torch.vmap(torch.sigmoid)(args[0].reshape(-1)).reshape(args[0].shape)", ""),
    "checkpoint": (
        "torch.utils.checkpoint.checkpoint(torch.sigmoid, *args, use_reentrant=False)",
        "import torch.utils.checkpoint",
    ),
    "a layer bound earlier": ("layer(*args)", "layer = torch.nn.Sequential(torch.nn.Sigmoid())"),
    "_foreach": ("torch._foreach_sigmoid([*args])[0]", ""),
    "a helper file": ("helper.work(*args)", "import helper"),
}
HELPER = (
    "import numpy as np\nimport torch\n\ndef work(x):\n    return torch.sigmoid(x)\n\n"
    "def tanh(x):\n    return np.tanh(x)\n"
)
_NUMBERS_BEFORE = {
    "NumPy, handed over": ("bearer(np, x)", "import numpy as np\ndef bearer(m, x): return m.tanh(x)"),
    "NumPy, from a list": ("[np][0].tanh(x)", "import numpy as np"),
    "NumPy, all its names": ("again(x)", "from numpy import *\nagain = tanh"),
    "NumPy, its inner part": ("np._core.umath.tanh(x)", "import numpy as np"),
    "NumPy, in a test of types": (
        "bearer(x)",
        "import numpy as np\ndef bearer(x):\n    isinstance(y := np.tanh(x), object)\n    return y",
    ),
    "NumPy, in a helper file": ("helper.tanh(x)", "import helper"),
    "numbers, one by one": ("np.vectorize(bearer(math))(x)", "import math, numpy as np\ndef bearer(m): return m.tanh"),
}
_NUMBERS = """
{before}
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, tensor):
        x = tensor.detach().numpy()
        y = torch.as_tensor({call}).to(tensor.dtype)
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y * y)
def tanh(x):
    return Own.apply(x)
"""

WAYS: dict[tuple[str, str], dict[str, str]] = {
    ("hw2_mlp", "activations"): {
        **{way: plain("sigmoid", call, before) for way, (call, before) in _SIGMOID_BEFORE.items()},
        **{way: _NUMBERS.format(call=call, before=before) for way, (call, before) in _NUMBERS_BEFORE.items()},
        "a thread": _THREAD.format(name="sigmoid", call="torch.sigmoid(*args)"),
        "a pool": _POOL.format(name="sigmoid", call="torch.sigmoid(*args)"),
        "a patched method": plain("sigmoid", "args[0].work()", "torch.Tensor.work = torch.Tensor.sigmoid"),
        "threshold": plain("relu", "torch.nn.functional.threshold(args[0], 0, 0)"),
        "a leaky relu": plain("relu", "torch.nn.functional.leaky_relu(args[0], 0.0)"),
        "a tanh of NumPy's": plain(
            "tanh",
            "Own.apply(*args)",
            "import numpy as np\nclass Own(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
            "        y = torch.as_tensor(np.tanh(x.detach().numpy()))\n        ctx.save_for_backward(y)\n        return y\n"
            "    @staticmethod\n    def backward(ctx, g):\n        (y,) = ctx.saved_tensors\n        return g * (1 - y * y)",
        ),
    },
    ("hw1_linear_regression", "LinearRegression"): {
        "a cell of a recurrent network": "LinearRegression.forward = lambda self, x: torch._C._nn.linear(x, self.w[:-1].T, self.w[-1])\n",
        "bilinear": "LinearRegression.forward = lambda self, x: torch.nn.functional.bilinear("
        "x, torch.ones(len(x), 1, dtype=x.dtype), self.w[:-1].T[..., None], self.w[-1])\n",
    },
    ("hw3_losses", "bce_with_logits"): {
        "a soft margin": plain(
            "bce_with_logits",
            "(torch.nn.functional.soft_margin_loss(args[0], torch.ones_like(args[0]), reduction='none') * args[1]"
            " + torch.nn.functional.soft_margin_loss(-args[0], torch.ones_like(args[0]), reduction='none') * (1 - args[1])).mean()",
        ),
        "several labels": plain(
            "bce_with_logits",
            "torch.nn.functional.multilabel_soft_margin_loss(args[0][:, None], args[1][:, None])",
        ),
        "an operator": plain("bce_with_logits", "torch.ops.aten.binary_cross_entropy_with_logits(*args)"),
    },
    ("hw3_losses", "softmax_cross_entropy"): {
        "nll_loss": plain(
            "softmax_cross_entropy",
            "torch.nn.functional.nll_loss(args[0] - torch.logsumexp(args[0], 1, keepdim=True), args[1])",
        ),
        "a distribution": plain(
            "softmax_cross_entropy",
            "-torch.distributions.Categorical(logits=args[0]).log_prob(args[1]).mean()",
        ),
        "a masked softmax": plain(
            "softmax_cross_entropy",
            "-torch.masked.log_softmax(args[0], 1).gather(1, args[1][:, None]).mean()",
        ),
    },
    ("hw4_backprop", "sigmoid_vjp"): {
        "the engine": plain(
            "sigmoid_vjp",
            "bearer(*args)",
            "def bearer(z, v):\n    z = z.detach().requires_grad_()\n    y = 1 / (1 + torch.exp(-z))\n"
            "    return torch.autograd.Variable._execution_engine.run_backward((y,), (v,), False, False, (z,), True, False)[0]",
        ),
        "the graph": plain(
            "sigmoid_vjp",
            "bearer(*args)",
            "def bearer(z, v):\n    z = z.detach().requires_grad_()\n    y = torch.sigmoid(z)\n    return y.grad_fn(v)",
        ),
        "forward mode": plain(
            "sigmoid_vjp",
            "bearer(*args)",
            "def bearer(z, v):\n    with torch.autograd.forward_ad.dual_level():\n"
            "        dual = torch._VF._make_dual(z, v, 0)\n"
            "        return torch._VF._unpack_dual(1 / (1 + torch.exp(-dual)), 0)[1]",
        ),
        "the derivative itself": plain(
            "sigmoid_vjp", "torch.ops.aten.sigmoid_backward(args[1], 1 / (1 + torch.exp(-args[0])))"
        ),
        "a thread": plain(
            "sigmoid_vjp",
            "bearer(*args)",
            "import threading\ndef bearer(z, v):\n    z = z.detach().requires_grad_()\n"
            "    y = (v / (1 + torch.exp(-z))).sum()\n    thread = threading.Thread(target=y.backward)\n"
            "    thread.start()\n    thread.join()\n    return z.grad",
        ),
        "torch.func": plain(
            "sigmoid_vjp",
            "getattr(torch, 'func').vjp(lambda z: 1 / (1 + torch.exp(-z)), args[0])[1](args[1])[0]",
        ),
    },
    ("hw5_training", "sgd_step"): {
        "getattr": plain("sgd_step", "getattr(torch, 'op' + 'tim').SGD(args[0], lr=args[1]).step()"),
        "the function behind": plain(
            "sgd_step",
            "bearer(*args)",
            "import sys\ndef bearer(parameters, lr):\n    kept = [p for p in parameters if p.grad is not None]\n"
            "    sys.modules['torch.optim.sgd']._single_tensor_sgd(kept, [p.grad for p in kept],"
            " [None] * len(kept), weight_decay=0, momentum=0, lr=lr, dampening=0, nesterov=False,"
            " maximize=False, has_sparse_grad=False, grad_scale=None, found_inf=None)",
        ),
        "a subclass": plain("sgd_step", "Own(args[0], lr=args[1]).step()", "Own = type('Own', (torch.optim.SGD,), {})"),
    },
    ("hw6_convolution", "correlate2d"): {
        "a thread": _THREAD.format(
            name="correlate2d", call="torch.conv2d(args[0][None, None], args[1][None, None])[0, 0]"
        ),
        "its derivative": plain(
            "correlate2d",
            "torch.ops.aten.convolution(args[0][None, None], args[1][None, None], None, [1, 1], [0, 0], [1, 1],"
            " False, [0, 0], 1)[0, 0]",
        ),
        "SciPy": plain(
            "correlate2d",
            "torch.as_tensor(scipy.signal.correlate2d(args[0].detach(), args[1].detach(), 'valid'))",
            "import scipy.signal",
        ),
        "its slow form": plain(
            "correlate2d",
            "torch._C._nn.slow_conv3d(args[0][None, None, None], args[1][None, None, None],"
            " [1, *args[1].shape])[0, 0, 0]",
        ),
    },
    ("hw6_convolution", "max_pool2d"): {
        "an adaptive one": plain("max_pool2d", "getattr(torch.nn.functional, 'max_' + 'pool2d')(*args)", ""),
    },
    ("hw7_rnn", "rnn_cell"): {
        "_VF": plain("rnn_cell", "torch._VF.rnn_tanh_cell(*args)"),
        "a thread": _THREAD.format(name="rnn_cell", call="torch.rnn_tanh_cell(*args)"),
    },
    ("hw7_rnn", "lstm_cell"): {
        "getattr": plain("lstm_cell", "getattr(torch, 'lstm' + '_cell')(args[0], args[1:3], *args[3:])"),
    },
    ("hw8_attention", "attention"): {
        "getattr": plain(
            "attention",
            "bearer(*args)",
            "def bearer(q, k, v, mask=None):\n"
            "    found = getattr(torch.nn.functional, 'scaled_dot_' + 'product_attention')(q, k, v, mask)\n"
            "    return found.nan_to_num()",
        ),
        "its mathematics": plain(
            "attention",
            "bearer(*args)",
            "def bearer(q, k, v, mask=None):\n"
            "    return torch._VF._scaled_dot_product_attention_math(q, k, v, mask)[0].nan_to_num()",
        ),
    },
}
