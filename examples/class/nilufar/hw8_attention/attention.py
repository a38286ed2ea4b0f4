"""Homework 8: self-attention, the fourth common kind of network."""

import math

import torch
from torch import Tensor, nn


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention.

        scores = q k^T / sqrt(d),    weights = softmax of each row of scores,    result = weights v

    Row t of the weights says how much place t attends to each place. Where ``mask`` is False, the weight is 0, and the
    softmax is taken over the other places alone. A row with nothing allowed gives zeros, with gradient zero, not NaN.

    Args:
        q: queries, shape (..., T, d), with any number of dimensions in front of the last two, also none.
        k: keys, of the shape of ``q``.
        v: values, of the shape of ``q``. All three are left unchanged.
        mask: boolean, broadcasting against (..., T, T), True where attending is allowed; None allows everything. It is
            left unchanged.

    Returns:
        The attended values, of the shape and dtype of ``q``. F.scaled_dot_product_attention and nn.MultiheadAttention
        are not allowed here.

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
    """The mask under which no place sees what comes after it.

    Args:
        T: the length of the sequences, at least 1.

    Returns:
        A boolean tensor of shape (T, T), True where column <= row.
    """
    rows = torch.arange(T).unsqueeze(1)
    return torch.arange(T) <= rows


class SelfAttention(nn.Module):
    """Multi-head self-attention.

    One linear layer makes queries, keys and values for all heads. Each of the heads attends for itself, with its own
    d = embedding_dim / num_heads features. A second linear layer mixes what the heads have found:

        result = out(heads side by side)

    Args:
        embedding_dim: E, the number of features of each place.
        num_heads: the number of heads.

    Attributes:
        qkv: nn.Linear(E, 3 E). Of its outputs the first E are the queries, the next E the keys, the last E the values.
        out: nn.Linear(E, E).

    Raises:
        ValueError: ``num_heads`` does not divide ``embedding_dim``. The message names both numbers.
    """

    def __init__(self, embedding_dim: int, num_heads: int) -> None:
        """Hang the two layers on self; look at the numbers first."""
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.out = nn.Linear(embedding_dim, embedding_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every place attend to all places of its own sequence.

        Head j has the features j d to (j + 1) d (without the last) of the queries, of the keys and of the values, and
        its result goes to the same places of what ``out`` is given. Scores are divided by sqrt(d).

        Args:
            x: a batch of sequences, shape (N, T, E). It is left unchanged.
            mask: boolean, shape (T, T), as in ``attention``, the same for all sequences and heads; None allows
                everything.

        Returns:
            The shape (N, T, E). ``attention`` above may be used; what is not allowed there is not allowed here.
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
    """The sinusoidal encoding of the places 0 to T - 1: attention alone does not know where a place is.

        PE[t, 2i]     = sin(t / 10000^(2i/E))
        PE[t, 2i + 1] = cos(t / 10000^(2i/E))    for t = 0 ... T - 1 and i = 0 ... E/2 - 1

    Args:
        T: the number of places, at least 1.
        E: the number of features, even, at least 2.

    Returns:
        The encoding, shape (T, E), of torch's default dtype. It is compared to four decimals.

    Source: Vaswani et al., "Attention is all you need" (2017), section 3.5.
    """
    # TODO(positional_encoding): the angles of all t and i as a table, then sine and cosine in turns.
    raise NotImplementedError("positional_encoding")
