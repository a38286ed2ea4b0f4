"""Homework 8: self-attention, the fourth common kind of network."""

import math

import torch
from torch import Tensor, nn


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention.

        scores = q k^T / sqrt(d),    weights = softmax of each row of scores,    result = weights v

    Row t of the weights says how much position t attends to each position. Where ``mask`` is False, the weight is 0,
    and the softmax is taken over the other positions alone. A row with nothing allowed gives zeros, with gradient zero,
    not NaN. Scores may be large: where they are as far from 0 as 1e5, result and gradients are right and finite.

    Result and gradients may be off by 1e-6 + 1e-6 of the value in float64, so sqrt(d) may be rounded to float32; in
    float32 by 1e-4 + 1e-4 of the value.

    Args:
        q: queries, shape (..., T, d), with any number of dimensions in front of the last two, also none.
        k: keys, of the shape of ``q``.
        v: values, of the shape of ``q``. All three are left unchanged.
        mask: boolean, of any shape that broadcasts against (..., T, T), True where attending is allowed; None allows
            everything. It is left unchanged.

    Returns:
        The attended values, of the shape and dtype of ``q``, still attached to the graph, so that gradients reach
        ``q``, ``k`` and ``v``. F.scaled_dot_product_attention and nn.MultiheadAttention are not allowed here.

    Source: Vaswani et al., "Attention is all you need" (2017), section 3.2.1.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return torch.softmax(scores, dim=-1) @ v
    lowest = torch.finfo(scores.dtype).min
    weights = torch.softmax(scores.masked_fill(~mask, lowest), dim=-1) * mask
    return weights @ v


def causal_mask(T: int) -> Tensor:
    """The mask under which no position sees what comes after it.

    Args:
        T: the length of the sequences, at least 1.

    Returns:
        A boolean tensor of shape (T, T), True where column <= row.
    """
    return torch.ones(T, T, dtype=torch.bool).tril()


class SelfAttention(nn.Module):
    """Multi-head self-attention.

    One linear layer makes queries, keys and values for all heads. Each of the heads attends for itself, with its own
    d = embedding_dim / num_heads features. A second linear layer mixes what the heads have found:

        result = out(heads side by side)

    The two layers are all there is to learn. Their weights start from random numbers; which ones is up to you.

    Args:
        embedding_dim: E, the number of features of each position.
        num_heads: the number of heads.

    Attributes:
        qkv: nn.Linear(E, 3 E). Of its outputs the first E are the queries, the next E the keys, the last E the values.
        out: nn.Linear(E, E).

    Raises:
        ValueError: ``num_heads`` does not divide ``embedding_dim``. The message names both numbers.
    """

    def __init__(self, embedding_dim: int, num_heads: int) -> None:
        """Check the numbers, then create the two layers."""
        super().__init__()
        if embedding_dim % num_heads:
            msg = f"embedding_dim {embedding_dim} does not divide into {num_heads} heads"
            raise ValueError(msg)
        self.num_heads = num_heads
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.out = nn.Linear(embedding_dim, embedding_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every position attend to all positions of its own sequence.

        Head j has the features j d to (j + 1) d (without the last) of the queries, of the keys and of the values, and
        its result goes to the same features of what ``out`` is given. Scores are divided by sqrt(d). A row of the mask
        with nothing allowed gives a head's result of zeros, as in ``attention``. Tolerances are those of ``attention``,
        too.

        Args:
            x: a batch of sequences, shape (N, T, E). It is left unchanged.
            mask: boolean, shape (T, T), as in ``attention``, the same for all sequences and heads; None allows
                everything. It is left unchanged.

        Returns:
            The result, shape (N, T, E), of the dtype of ``x``, still attached to the graph, so that gradients reach
            ``x`` and all parameters. ``attention`` above may be used; what is not allowed there is not allowed here.
        """
        n, t, e = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.num_heads, e // self.num_heads).permute(2, 0, 3, 1, 4)
        heads = attention(q, k, v, mask)
        return self.out(heads.transpose(1, 2).reshape(n, t, e))


def positional_encoding(T: int, E: int) -> Tensor:
    """The sinusoidal encoding of the positions 0 to T - 1: attention alone does not know where a position is.

        PE[t, 2i]     = sin(t / 10000^(2i/E))
        PE[t, 2i + 1] = cos(t / 10000^(2i/E))    for t = 0 ... T - 1 and i = 0 ... E/2 - 1

    Args:
        T: the number of positions, at least 1.
        E: the number of features, even, at least 2.

    Returns:
        The encoding, shape (T, E), of torch's default dtype (``torch.get_default_dtype()``), whichever it is when the
        function is called. It may be off by 1e-4.

    Source: Vaswani et al., "Attention is all you need" (2017), section 3.5.
    """
    angles = torch.arange(T).unsqueeze(1) / 10_000 ** (torch.arange(0, E, 2) / E)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)
