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
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = torch.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return weights @ v


def causal_mask(T: int) -> Tensor:
    """The causal mask: no position attends to later positions.

    Args:
        T: the length of the sequences, at least 1.

    Returns:
        A boolean tensor of shape (T, T), True where column <= row.
    """
    rows = torch.arange(T).unsqueeze(1)
    return torch.arange(T) <= rows


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
        self.num_heads = num_heads
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
        N, T, E = x.shape
        d = E // self.num_heads
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(N, self.num_heads, T, d)
        k = k.view(N, self.num_heads, T, d)
        v = v.view(N, self.num_heads, T, d)
        heads = attention(q, k, v, mask)
        return self.out(heads.reshape(N, T, E))


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
    # TODO(positional_encoding): the angles of all t and i as a table, then sine and cosine in turns.
    raise NotImplementedError("positional_encoding")
