"""Every operator of torch's that could do a banned call's work is banned, or allowed for a reason that is said here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from gradkit.bans.replacing import KEYS
from gradkit.course import load_course

ROOT = Path(__file__).parents[3]
ELSEWHERE = r"cudnn|miopen|_mps|mps_|_thnn|_triton|fbgemm_linear_quantize|overrideable"
CALLED = "another thing by a like name"


@dataclass(frozen=True)
class Family:
    """The operators that a ban group is about.

    Attributes:
        of: what their names have.
        allowed: what else the names of those have that are allowed, and why.
    """

    of: str
    allowed: dict[str, str]


FAMILIES = {
    ("hw1_linear_regression", "linear"): Family(
        r"linear",
        {
            "upsample|_trilinear|_compute_linear_combination": CALLED,
            "backward": "it takes an upstream gradient, and only a linear layer has one",
            "_wrapped_": "it computes in 8 bits, which no answer's precision allows",
        },
    ),
    ("hw2_mlp", "activation_functions"): Family(
        r"soft|sigmoid|tanh|relu|expit|silu|mish|glu|gelu|swish|elu|logit|thresh|rnn|lstm|gru",
        {
            r"arctanh|atanh|^logit|special_logit": "the inverse of what is asked for",
            "hardtanh|relu6": "a clamp by another name, which the handout allows",
            "hardsigmoid|hardswish|shrink": "made of straight lines: it takes as much to get from there as without",
            "backward_jvp": "it differentiates what is banned itself",
            "_foreach_(erf|exp)": CALLED,
        },
    ),
    ("hw3_losses", "regression_loss"): Family(r"loss|entropy|nll|kl_div", {"_use_": CALLED}),
    ("hw3_losses", "binary_cross_entropy"): Family(
        r"entropy|nll|kl_div|soft_margin",
        {"poisson": "a loss of counts: it has an exponential where a logarithm is due"},
    ),
    ("hw3_losses", "softmax"): Family(
        r"softm|(?<!binary_)cross_entropy|nll_loss|kl_div", {"poisson": "a loss of counts", "multilabel": CALLED}
    ),
    ("hw4_backprop", "autograd"): Family(
        r"_dual$|^(_?(log_)?soft(max|plus)|sigmoid|log_sigmoid|silu|tanh|threshold|linear|matmul|mse_loss)_backward|^_backward",
        {},
    ),
    ("hw5_training", "optimizers"): Family(r"adam|sgd|adagrad", {}),
    ("hw6_convolution", "convolution"): Family(
        r"conv", {"^_convert": CALLED, "reorder": "it changes how a kernel is laid out, and computes nothing"}
    ),
    ("hw6_convolution", "pooling"): Family(r"pool", {"unpool": "the way back: it needs the places that pooling finds"}),
    ("hw7_rnn", "recurrent"): Family(r"rnn|lstm|gru", {}),
    ("hw8_attention", "attention"): Family(r"attention|attn|transformer_|multi_head|sdp", {}),
}


def operators() -> set[str]:
    """ATen's operators that can compute something on this machine, without their overloads."""
    has = torch._C._dispatch_has_kernel_for_dispatch_key
    names = [name for name in torch._C._dispatch_get_all_op_names() if name.startswith("aten::")]
    return {name[len("aten::") :].partition(".")[0] for name in names if any(has(name, key) for key in KEYS)}


@pytest.mark.parametrize("group", FAMILIES, ids=" ".join)
def test_every_relative_is_banned_or_allowed_for_a_reason(group: tuple[str, str]) -> None:
    family = FAMILIES[group]
    banned = load_course(ROOT).assignment(group[0]).banned[group[1]].operators
    allowed = [*family.allowed, ELSEWHERE]
    relatives = {name for name in operators() if re.search(family.of, name)}
    unseen = {name for name in relatives - set(banned) if not any(re.search(words, name) for words in allowed)}
    assert unseen == set()
    assert relatives & set(banned)


def test_every_ban_group_has_a_family() -> None:
    course = load_course(ROOT)
    folders = [path.parent.name for path in sorted((ROOT / "assignments").glob("*/assignment.toml"))]
    assert set(FAMILIES) == {(name, group) for name in folders for group in course.assignment(name).banned}


def test_every_operator_that_is_banned_exists() -> None:
    course = load_course(ROOT)
    known = operators()
    for name, group in FAMILIES:
        listed = course.assignment(name).banned[group].operators
        assert {operator for operator in listed if "." not in operator} <= known
        assert list(listed) == sorted(listed, key=lambda one: (any(p.startswith("_") for p in one.split(".")), one))
