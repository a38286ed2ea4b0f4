"""Correct solutions of hw8 that differ from the reference."""

import math
import warnings

import numpy as np
import torch
from torch import nn

from gradkit.bank import accepted

# ---- attention


@accepted("attention")
def two_fills(q, k, v, mask=None):
    """-inf where masked, and empty rows set to zero before and after the softmax."""
    scores = torch.einsum("...td,...sd->...ts", q, k) * q.shape[-1] ** -0.5
    if mask is not None:
        empty = ~mask.any(-1, keepdim=True)
        scores = scores.masked_fill(~mask, float("-inf")).masked_fill(empty, 0.0)
    weights = scores.softmax(-1)
    if mask is not None:
        weights = weights.masked_fill(empty, 0.0)
    return torch.einsum("...ts,...sd->...td", weights, v)


@accepted("attention", form="bom")
def by_exponentials(q, k, v, mask=None):
    """The softmax written out, with the row maximum subtracted; a BOM."""
    scores = torch.matmul(q / math.sqrt(q.size(-1)), k.mT)
    allowed = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    largest = torch.where(allowed, scores, torch.full_like(scores, -1e30)).amax(-1, keepdim=True).detach()
    powers = torch.where(allowed, torch.exp(torch.where(allowed, scores - largest, 0.0)), 0.0)
    total = powers.sum(-1, keepdim=True)
    return powers @ v / torch.where(total == 0, 1.0, total)


@accepted("attention", form="crlf")
def place_by_place(q, k, v, mask=None):
    """A loop over the queries, each with logsumexp; prints and warns; CRLF."""
    print("attention", tuple(q.shape))
    warnings.warn("slow", UserWarning, stacklevel=2)
    T = q.shape[-2]
    rows = []
    for t in range(T):
        scores = (q[..., t : t + 1, :] * k).sum(-1) / np.sqrt(q.shape[-1]).item()
        if mask is not None:
            row = mask.expand(*q.shape[:-2], T, T)[..., t, :]
            scores = torch.where(row, scores, torch.full_like(scores, -1e300 if q.dtype == torch.float64 else -1e30))
        weights = torch.exp(scores - torch.logsumexp(scores, -1, keepdim=True))
        if mask is not None:
            weights = torch.where(row, weights, torch.zeros_like(weights))
        rows.append((weights.unsqueeze(-1) * v).sum(-2))
    return torch.stack(rows, dim=-2)


@accepted("attention", form="tabs")
def 注意力(q, k, v, mask=None):
    """Identifiers in Chinese, a helper inside, in-place operations on its own temporaries; tabs."""

    def 归一(分数):
        return nn.functional.softmax(分数, dim=-1)

    分数 = q @ k.transpose(-1, -2)
    分数 /= math.sqrt(k.shape[-1])
    if mask is None:
        return 归一(分数) @ v
    权重 = 归一(分数.masked_fill(mask.logical_not(), -1e20))
    return (权重 * mask.to(权重.dtype)) @ v


@accepted("attention")
def added_mask(q, k, v, mask=None):
    """The mask as a number that is added; empty rows multiplied by zero."""
    scores = q @ k.swapaxes(-2, -1) / q.shape[-1] ** 0.5
    if mask is None:
        mask = torch.ones(q.shape[-2], q.shape[-2], dtype=torch.bool)
    bias = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, -1e25)
    weights = torch.softmax(scores + bias, dim=-1)
    return mask.any(dim=-1, keepdim=True) * (weights @ v)


@accepted("attention")
def nan_replaced(q, k, v, mask=None):
    """NaN in empty rows is replaced, and masked_fill blocks it in the backward pass."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return torch.softmax(scores, dim=-1).nan_to_num() @ v


@accepted("attention")
def root_of_an_int_tensor(q, k, v, mask=None):
    """The square root of an int tensor, which is float32."""
    d = torch.tensor(k.size(-1))
    scores = torch.matmul(q, k.transpose(-2, -1)) / torch.sqrt(d)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    weights = nn.functional.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights * mask
    return torch.matmul(weights, v)


@accepted("attention")
def root_of_a_float_tensor(q, k, v, mask=None):
    """The square root in a one-dimensional FloatTensor, by whose inverse the scores are multiplied."""
    scale = torch.FloatTensor([q.shape[-1]]).rsqrt()
    scores = torch.einsum("...id,...jd->...ij", q, k) * scale.to(q.device)
    if mask is not None:
        scores = torch.where(mask, scores, torch.tensor(-1e30, dtype=q.dtype))
    weights = scores.softmax(-1)
    return (weights if mask is None else torch.where(mask, weights, 0.0)) @ v


# ---- causal_mask


@accepted("causal_mask")
def by_comparing(T):
    """Columns compared with rows."""
    places = torch.arange(T)
    return places[None, :] <= places[:, None]


@accepted("causal_mask", form="crlf")
def by_lists(T):
    """A list of lists converted to a tensor; CRLF."""
    return torch.tensor([[column <= row for column in range(T)] for row in range(T)])


@accepted("causal_mask")
def by_numpy(T):
    """NumPy's lower triangle."""
    return torch.from_numpy(np.tri(T, dtype=bool))


@accepted("causal_mask", form="tabs")
def by_filling(T):
    """A mask of False, filled row by row; tabs."""
    mask = torch.zeros((T, T)).bool()
    for row in range(T):
        mask[row, : row + 1] = True
    return mask


# ---- SelfAttention


class Base(nn.Module):
    """The two layers and the check."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__()
        if embedding_dim % num_heads != 0:
            raise ValueError(f"E = {embedding_dim}, heads = {num_heads}")
        self.out = nn.Linear(embedding_dim, embedding_dim)
        self.qkv = nn.Linear(embedding_dim, embedding_dim * 3)
        self.h, self.d = num_heads, embedding_dim // num_heads

    def attend(self, q, k, v, mask):
        """Its own attention."""
        scores = torch.einsum("...td,...sd->...ts", q, k) / self.d**0.5
        if mask is None:
            return scores.softmax(-1) @ v
        return (scores.masked_fill(~mask, -1e25).softmax(-1) * mask) @ v


@accepted("SelfAttention")
class HeadByHead(Base):
    """A loop over the heads, joined with cat."""

    def forward(self, x, mask=None):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        heads = []
        for j in range(self.h):
            part = slice(j * self.d, (j + 1) * self.d)
            heads.append(self.attend(q[..., part], k[..., part], v[..., part], mask))
        return self.out(torch.cat(heads, dim=-1))


@accepted("SelfAttention", form="bom")
class WithViews(Base):
    """Views and transposes, as in many tutorials; a BOM."""

    def forward(self, x, mask=None):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(C, dim=2)
        k = k.view(B, T, self.h, C // self.h).transpose(1, 2)
        q = q.view(B, T, self.h, C // self.h).transpose(1, 2)
        v = v.view(B, T, self.h, C // self.h).transpose(1, 2)
        y = self.attend(q, k, v, mask)
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.out(y)


@accepted("SelfAttention")
class WithEinsum(Base):
    """einsum with an index for the heads, without transposes."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        q, k, v = self.qkv(x).view(n, t, 3, self.h, self.d).unbind(2)
        scores = torch.einsum("nthd,nshd->nhts", q, k) / math.sqrt(self.d)
        if mask is not None:
            scores = torch.where(mask, scores, torch.full_like(scores, -1e25))
        weights = scores.softmax(dim=3)
        if mask is not None:
            weights = weights * mask
        return self.out(torch.einsum("nhts,nshd->nthd", weights, v).flatten(2))


@accepted("SelfAttention", form="tabs")
class 序列之后(Base):
    """One sequence after the other, identifiers in Chinese, prints; tabs."""

    def forward(self, x, mask=None):
        结果 = []
        for 序列 in x:
            print("T =", len(序列))
            查询, 键, 值 = self.qkv(序列).reshape(len(序列), 3, self.h, self.d).permute(1, 2, 0, 3)
            结果.append(self.attend(查询, 键, 值, mask).transpose(0, 1).flatten(1))
        return self.out(torch.stack(结果))


class RaisesItsOwn(ValueError):
    """A custom exception, which is a ValueError."""


@accepted("SelfAttention")
class LikeTheTransformer(nn.Module):
    """A function and a view for each of the three, contiguous before the last view; the square root of a tensor, a
    custom exception, Xavier initialization."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__()
        if embedding_dim % num_heads:
            raise RaisesItsOwn("cannot share %d features out to %d heads" % (embedding_dim, num_heads))
        self.d_k, self.h = embedding_dim // num_heads, num_heads
        self.qkv, self.out = nn.Linear(embedding_dim, 3 * embedding_dim), nn.Linear(embedding_dim, embedding_dim)
        for layer in (self.qkv, self.out):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def look(self, query, key, value, mask):
        """Attention as in many tutorials, with the empty rows set to zero."""
        scores = torch.matmul(query, key.transpose(-2, -1)) / torch.sqrt(torch.tensor(self.d_k))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, -1e9)
        p_attn = scores.softmax(dim=-1)
        if mask is not None:
            p_attn = p_attn.masked_fill(mask == 0, 0)
        return torch.matmul(p_attn, value)

    def forward(self, x, mask=None):
        n = x.size(0)
        if mask is not None:
            mask = mask.unsqueeze(0).unsqueeze(0)
        query, key, value = (
            part.view(n, -1, self.h, self.d_k).transpose(1, 2)
            for part in torch.split(self.qkv(x), self.h * self.d_k, -1)
        )
        found = self.look(query, key, value, mask)
        return self.out(found.transpose(1, 2).contiguous().view(n, -1, self.h * self.d_k))


# ---- positional_encoding


@accepted("positional_encoding")
def in_slices(T, E):
    """Zeros, filled in slices, with exp and log as in many tutorials."""
    pe = torch.zeros(T, E)
    position = torch.arange(0, T, dtype=torch.float).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, E, 2).float() * (-math.log(10000.0) / E))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe


@accepted("positional_encoding", form="crlf")
def entry_by_entry(T, E):
    """Loops over single elements; CRLF."""
    table = torch.empty(T, E)
    for t in range(T):
        for i in range(E // 2):
            angle = t / 10000 ** (2 * i / E)
            table[t, 2 * i] = math.sin(angle)
            table[t, 2 * i + 1] = math.cos(angle)
    return table


@accepted("positional_encoding")
def with_numpy(T, E):
    """NumPy in float64, converted to PyTorch's default dtype."""
    angles = np.arange(T)[:, None] / np.power(10000, np.arange(0, E, 2) / E)
    out = np.empty((T, E))
    out[:, ::2], out[:, 1::2] = np.sin(angles), np.cos(angles)
    return torch.tensor(out, dtype=torch.get_default_dtype())


@accepted("positional_encoding", form="tabs")
def shifted_sine(T, E):
    """The cosine as a shifted sine; tabs."""
    column = torch.arange(E)
    angles = torch.outer(torch.arange(T).double(), 10_000.0 ** -((column - column % 2).double() / E))
    return torch.sin(angles + (column % 2) * (math.pi / 2)).to(torch.get_default_dtype())
