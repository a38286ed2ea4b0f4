"""Homework 8: self-attention, the fourth common kind of network."""

import math

import torch
from torch import Tensor, nn


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention.

        scores = q k^T / sqrt(d),    weights = softmax of each row of scores,    result = weights v

    Row t of the weights says how much position t attends to each position. Where ``mask`` is False, the weight is 0,
    and the softmax is taken over the other positions only. A row with nothing allowed gives zeros, with gradient zero,
    not NaN. Scores may be large: with absolute values up to 1e5, result and gradients are right and finite.

    The tolerance of result and gradients is 1e-6 absolute plus 1e-6 relative in float64, so sqrt(d) may be rounded to
    float32; in float32 it is 1e-4 plus 1e-4.

    Args:
        q: the queries, shape (..., T, d), with any number of leading dimensions, including none.
        k: the keys, with the shape of ``q``.
        v: the values, with the shape of ``q``. None of the three is modified.
        mask: boolean, with any shape that broadcasts to (..., T, T), True where attending is allowed; None allows
            everything. It is not modified.

    Returns:
        The attended values, with the shape and dtype of ``q``, still attached to the graph, so that gradients reach
        ``q``, ``k`` and ``v``. F.scaled_dot_product_attention and nn.MultiheadAttention are not allowed here.

    Source: Vaswani et al., "Attention is all you need" (2017), section 3.2.1.
    """
    scores = torch.einsum("...td,...sd->...ts", q, k).div(q.size(-1) ** 0.5)
    if mask is None:
        return scores.softmax(-1) @ v
    # empty rows: let them see everything, and forget them afterwards
    empty = ~mask.any(-1, keepdim=True)
    weights = scores.masked_fill(~(mask | empty), float("-inf")).softmax(-1)
    return weights.masked_fill(empty, 0.0) @ v


def causal_mask(T: int) -> Tensor:
    """The causal mask: no position attends to later positions.

    Args:
        T: the length of the sequences, at least 1.

    Returns:
        A boolean tensor of shape (T, T), True where column <= row.
    """
    return torch.ones(T, T).tril().bool()


class SelfAttention(nn.Module):
    """Multi-head self-attention.

    One linear layer computes the queries, keys and values of all heads. Each head attends separately, with its own
    d = embedding_dim / num_heads features. A second linear layer mixes the results of the heads:

        result = out(heads concatenated)

    There are no other parameters. The weights are initialized randomly; the distribution is up to you.

    Args:
        embedding_dim: E, the number of features of each position.
        num_heads: the number of heads.

    Attributes:
        qkv: nn.Linear(E, 3 E). Its first E outputs are the queries, the next E the keys, the last E the values.
        out: nn.Linear(E, E).

    Raises:
        ValueError: ``num_heads`` does not divide ``embedding_dim``. The message names both numbers.
    """

    def __init__(self, embedding_dim: int, num_heads: int) -> None:
        """Check the two sizes, then create the two layers."""
        super().__init__()
        if embedding_dim % num_heads != 0:
            raise ValueError(f"embedding_dim={embedding_dim} is not divisible by num_heads={num_heads}")
        self.num_heads = num_heads
        self.d = embedding_dim // num_heads
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.out = nn.Linear(embedding_dim, embedding_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every position attend to all positions of its own sequence.

        Head j uses the features j d to (j + 1) d - 1 of the queries, keys and values, and its result goes to the same
        features of the input of ``out``. Scores are divided by sqrt(d). For a row of the mask with nothing allowed,
        the result of each head is zero, as in ``attention``. The tolerances are those of ``attention``.

        Args:
            x: a batch of sequences, shape (N, T, E). It is not modified.
            mask: boolean, shape (T, T), as in ``attention``, the same for all sequences and heads; None allows
                everything. It is not modified.

        Returns:
            The result, shape (N, T, E), with the dtype of ``x``, still attached to the graph, so that gradients reach
            ``x`` and all parameters. ``attention`` above may be used; the calls not allowed there are not allowed here.
        """
        q, k, v = self.qkv(x).split(x.shape[-1], dim=-1)
        heads = []
        for start in range(0, x.shape[-1], self.d):
            part = slice(start, start + self.d)
            heads.append(attention(q[..., part], k[..., part], v[..., part], mask))
        return self.out(torch.cat(heads, dim=-1))


def positional_encoding(T: int, E: int) -> Tensor:
    """The sinusoidal encoding of the positions 0 to T - 1, because attention alone ignores the order of positions.

        PE[t, 2i]     = sin(t / 10000^(2i/E))
        PE[t, 2i + 1] = cos(t / 10000^(2i/E))    for t = 0 ... T - 1 and i = 0 ... E/2 - 1

    Args:
        T: the number of positions, at least 1.
        E: the number of features, even, at least 2.

    Returns:
        The encoding, shape (T, E), with the default dtype at the time of the call (``torch.get_default_dtype()``). The
        tolerance is 1e-4.

    Source: Vaswani et al., "Attention is all you need" (2017), section 3.5.
    """
    angle = torch.arange(T)[:, None] / torch.tensor(10000.0) ** (torch.arange(E) // 2 * 2 / E)
    return torch.where(torch.arange(E) % 2 == 0, angle.sin(), angle.cos())
