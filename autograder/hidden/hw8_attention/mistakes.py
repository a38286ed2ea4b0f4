"""Common mistakes in hw8, each with the explanation that students read."""

import math

import reference
import torch
from torch import nn

from gradkit.bank import mistake

# ---- attention


def attend(q, k, v, mask, scale=None, fill=-math.inf, dim=-1):
    """Attention with a configurable scale, fill value and softmax dimension."""
    scores = q @ k.transpose(-2, -1) / (math.sqrt(q.shape[-1]) if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(~mask, fill)
    return torch.softmax(scores, dim=dim).nan_to_num(0.0) @ v


@mistake("attention")
def not_scaled(q, k, v, mask=None):
    """The scores are not divided by sqrt(d). They grow with the number of features, and the softmax then puts almost
    all weight on the largest."""
    return reference.attention(q * math.sqrt(q.shape[-1]), k, v, mask)


@mistake("attention")
def divided_by_d(q, k, v, mask=None):
    """The scores are divided by d. Divide them by the square root of d."""
    return reference.attention(q / math.sqrt(q.shape[-1]), k, v, mask)


@mistake("attention")
def divided_by_the_root_of_t(q, k, v, mask=None):
    """The scores are divided by the square root of the number of positions. d is the number of features, the last
    dimension."""
    return reference.attention(q * math.sqrt(q.shape[-1] / q.shape[-2]), k, v, mask)


@mistake("attention")
def softmax_over_the_queries(q, k, v, mask=None):
    """The softmax is taken over each column. Each row of the weights should sum to 1: take it over the last
    dimension."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    weights = torch.softmax(scores, dim=-2)
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def softmax_of_the_second_dimension(q, k, v, mask=None):
    """The softmax is taken over dimension 1. With more than two dimensions this is not the last one: use dim=-1."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    weights = torch.softmax(scores, dim=1)
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def queries_and_keys_swapped(q, k, v, mask=None):
    """The scores are k q^T. Row t belongs to the query of position t: use q k^T."""
    return reference.attention(k, q, v, mask)


@mistake("attention")
def weights_transposed(q, k, v, mask=None):
    """The weights are transposed before they are multiplied by v. Row t of the weights belongs to the result at
    position t."""
    weights = reference.attention(q, k, torch.eye(q.shape[-2], dtype=q.dtype).expand(*q.shape[:-1], -1), mask)
    return weights.transpose(-2, -1) @ v


@mistake("attention")
def scores_without_softmax(q, k, v, mask=None):
    """There is no softmax: the scores are used as weights. The weights should be positive, and each row should sum to
    1."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return (scores if mask is None else scores * mask) @ v


@mistake("attention")
def keys_for_values(q, k, v, mask=None):
    """The weights are multiplied by the keys. Multiply them by the values."""
    return reference.attention(q, k, k, mask) + 0 * v


@mistake("attention")
def mask_turned(q, k, v, mask=None):
    """The mask is inverted. True means that attending is allowed."""
    return reference.attention(q, k, v, None if mask is None else ~mask)


@mistake("attention")
def mask_left_out(q, k, v, mask=None):
    """The mask is ignored. Where it is False, the weight must be 0."""
    return reference.attention(q, k, v)


@mistake("attention")
def mask_transposed(q, k, v, mask=None):
    """The mask is transposed. Its rows belong to the queries, like those of the scores."""
    turned = None if mask is None else mask.expand(*mask.shape[:-2], q.shape[-2], q.shape[-2]).transpose(-2, -1)
    return reference.attention(q, k, v, turned)


@mistake("attention")
def masked_after_the_softmax(q, k, v, mask=None):
    """The weights are set to 0 after the softmax, so the remaining ones no longer sum to 1. Take the softmax over the
    allowed positions only."""
    weights = reference.attention(q, k, torch.eye(q.shape[-2], dtype=q.dtype).expand(*q.shape[:-1], -1))
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def scores_set_to_zero(q, k, v, mask=None):
    """Masked scores are set to 0. exp(0) is 1, so these positions still get weight: the weight must be 0, not the
    score."""
    return attend(q, k, v, mask, fill=0.0)


@mistake("attention")
def not_low_enough(q, k, v, mask=None):
    """Masked scores are set to -10. If the allowed scores are also low, masked positions still get weight."""
    return attend(q, k, v, mask, fill=-10.0)


@mistake("attention")
def nan_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives NaN: the softmax of a row of -inf is 0 / 0. It should give zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def nan_in_the_gradients(q, k, v, mask=None):
    """A row with nothing allowed gives zeros, but its gradients are NaN: they pass through the softmax of a row of
    -inf, which is 0 / 0. Replacing NaN in the result does not remove it from the backward pass, so avoid it from the
    start."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return torch.where(weights.isnan(), torch.zeros_like(weights), weights) @ v


@mistake("attention")
def average_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives the mean of all values: if all scores are equal, however low, the softmax
    weights are equal. It should give zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def queries_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives the value at its own position. It should give zeros."""
    if mask is None:
        return reference.attention(q, k, v)
    empty = ~mask.any(dim=-1, keepdim=True)
    return torch.where(empty, v, reference.attention(q, k, v, mask))


@mistake("attention")
def exponentials_overflow(q, k, v, mask=None):
    """The softmax is written as exp / sum of exp, and exp(1000) overflows. Subtract the maximum of each row first, or
    use torch.softmax."""
    scores = torch.exp(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores * mask
    return scores / scores.sum(dim=-1, keepdim=True).clamp(min=1e-300) @ v


@mistake("attention")
def transposed_with_t(q, k, v, mask=None):
    """k.T reverses all dimensions, not only the last two. k.transpose(-2, -1) works with any number of leading
    dimensions."""
    if q.dim() > 2:
        message = "mat1 and mat2 shapes cannot be multiplied"
        raise RuntimeError(message)
    return reference.attention(q, k, v, mask)


@mistake("attention")
def batches_of_three_only(q, k, v, mask=None):
    """Only shapes (N, T, d) work. There may be any number of leading dimensions, including none."""
    _, _, _ = q.shape
    return reference.attention(q, k, v, mask)


@mistake("attention")
def result_without_graph(q, k, v, mask=None):
    """The result is detached from the graph, so nothing before it can learn."""
    return reference.attention(q, k, v, mask).detach()


@mistake("attention")
def weights_without_graph(q, k, v, mask=None):
    """The weights are detached from the graph, so the queries and keys cannot learn."""
    return reference.attention(q.detach(), k.detach(), v, mask)


@mistake("attention")
def queries_scaled_in_place(q, k, v, mask=None):
    """q is divided in place, which modifies the caller's tensor. Create a new tensor."""
    with torch.no_grad():
        result = reference.attention(q, k, v, mask)
        q /= math.sqrt(q.shape[-1])
    return result


@mistake("attention")
def mask_changed(q, k, v, mask=None):
    """The mask is modified in place, which changes the caller's tensor. Create a new tensor."""
    result = reference.attention(q, k, v, mask)
    if mask is not None:
        mask.logical_not_()
    return result


@mistake("attention")
def attention_always_float(q, k, v, mask=None):
    """The result is always float32. It should have the dtype of q."""
    return reference.attention(q.float(), k.float(), v.float(), mask)


@mistake("attention")
def attention_always_double(q, k, v, mask=None):
    """The result is always float64. It should have the dtype of q."""
    return reference.attention(q.double(), k.double(), v.double(), mask)


@mistake("attention")
def ready_made(q, k, v, mask=None):
    """PyTorch's own attention does the work. Here you write it yourself."""
    return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


@mistake("attention")
def minus_ten_thousand(q, k, v, mask=None):
    """Masked scores are set to -1e4. Allowed scores may be even lower, and then a masked position gets all the weight.
    Use the lowest number of the dtype, or -inf with care."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return torch.softmax(scores, dim=-1) @ v
    weights = torch.softmax(scores.masked_fill(~mask, -1e4), dim=-1)
    return mask.any(dim=-1, keepdim=True) * (weights @ v)


@mistake("attention")
def everything_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed attends as if everything were allowed: a large number is subtracted from all of its
    scores, which does not change the softmax. It should give zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -1e9)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def mask_gets_a_dimension(q, k, v, mask=None):
    """The mask gets an extra dimension for the heads. Leave it as it is: it broadcasts from the last dimension."""
    return reference.attention(q, k, v, None if mask is None else mask.unsqueeze(1))


@mistake("attention")
def square_masks_only(q, k, v, mask=None):
    """The mask is assumed to have shape (..., T, T). Its dimensions may be 1 instead of T, or missing: it is
    broadcast."""
    if mask is not None and mask.shape[-2:] != (q.shape[-2], q.shape[-2]):
        message = "the mask must be (T, T)"
        raise ValueError(message)
    return reference.attention(q, k, v, mask)


@mistake("attention")
def gradient_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives zeros, but its gradient is not zero: the zeros overwrite the result outside the
    graph."""
    if mask is None:
        return reference.attention(q, k, v)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    empty = ~mask.any(dim=-1, keepdim=True)
    found = torch.softmax(scores.masked_fill(~(mask | empty), torch.finfo(q.dtype).min), dim=-1) @ v
    right = reference.attention(q, k, v, mask)
    return right.detach() + found - found.detach()


@mistake("attention")
def queries_scaled_where_nothing_learns(q, k, v, mask=None):
    """q is divided in place when it needs no gradient, which modifies the caller's tensor. Create a new tensor."""
    result = reference.attention(q, k, v, mask)
    if not q.requires_grad:
        q /= math.sqrt(q.shape[-1])
    return result


@mistake("attention")
def largest_weight_alone(q, k, v, mask=None):
    """Only the value with the largest score is returned. The softmax gives a weighted mean of all values."""
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    best = torch.nn.functional.one_hot(scores.argmax(-1), q.shape[-2]).to(q.dtype)
    return (best if mask is None else best * mask) @ v + 0 * (q + k)


# ---- causal_mask


@mistake("causal_mask")
def upper_triangle(T):
    """True is above the diagonal, so each position sees later ones. A position may see itself and earlier ones."""
    return torch.ones(T, T, dtype=torch.bool).triu()


@mistake("causal_mask")
def forbidden_is_true(T):
    """True means masked here. It should mean allowed."""
    return torch.ones(T, T, dtype=torch.bool).triu(1)


@mistake("causal_mask")
def without_the_diagonal(T):
    """A position does not see itself: the diagonal is False. column <= row includes column == row."""
    return torch.ones(T, T, dtype=torch.bool).tril(-1)


@mistake("causal_mask")
def one_place_ahead(T):
    """Each position also sees the next one. True is only where column <= row."""
    return torch.ones(T, T, dtype=torch.bool).tril(1)


@mistake("causal_mask")
def mask_of_numbers(T):
    """The mask contains the floats 0 and 1. It must be boolean: True and False."""
    return torch.ones(T, T).tril()


@mistake("causal_mask")
def mask_of_whole_numbers(T):
    """The mask contains the integers 0 and 1. It must be boolean, or ~mask and torch.where give wrong results."""
    return torch.ones(T, T, dtype=torch.int64).tril()


@mistake("causal_mask")
def mask_to_be_added(T):
    """The mask contains 0 and -inf, to be added to the scores. It must be boolean, True where attending is allowed."""
    return torch.full((T, T), -math.inf).triu(1)


@mistake("causal_mask")
def everything_allowed(T):
    """All elements are True. A position must not see later ones."""
    return torch.ones(T, T, dtype=torch.bool)


@mistake("causal_mask")
def itself_alone(T):
    """Each position sees only itself. It should also see all earlier ones."""
    return torch.eye(T, dtype=torch.bool)


@mistake("causal_mask")
def mask_with_batch(T):
    """The mask has an extra leading dimension. Its shape should be (T, T)."""
    return torch.ones(1, T, T, dtype=torch.bool).tril()


@mistake("causal_mask")
def one_longer(T):
    """The mask is one row and one column too large. Its shape should be (T, T)."""
    return torch.ones(T + 1, T + 1, dtype=torch.bool).tril()


@mistake("causal_mask")
def mask_as_lists(T):
    """The mask is a list of lists. It must be a tensor."""
    return [[column <= row for column in range(T)] for row in range(T)]


# ---- SelfAttention


def parts(module, x):
    """Queries, keys and values of all heads, each (N, heads, T, d)."""
    n, t, e = x.shape
    return module.qkv(x).reshape(n, t, 3, module.num_heads, e // module.num_heads).permute(2, 0, 3, 1, 4)


def joined(module, heads):
    """The heads concatenated, then the layer out."""
    n, _, t, _ = heads.shape
    return module.out(heads.transpose(1, 2).reshape(n, t, -1))


@mistake("SelfAttention")
class WithoutOut(reference.SelfAttention):
    """The heads are returned without the layer out. It should mix them."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask) * 0 + self.heads(x, mask)

    def heads(self, x, mask):
        heads = reference.attention(*parts(self, x), mask)
        return heads.transpose(1, 2).reshape(x.shape)


@mistake("SelfAttention")
class HalvedInEvaluation(reference.SelfAttention):
    """The result differs in evaluation mode. It should be the same in both modes."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask) * (1.0 if self.training else 0.5)


@mistake("SelfAttention")
class MaskRemembered(reference.SelfAttention):
    """The mask of an earlier call is still used in a call without one. None allows everything."""

    def forward(self, x, mask=None):
        if mask is not None:
            self.mask = mask
        return reference.SelfAttention.forward(self, x, getattr(self, "mask", None))


@mistake("SelfAttention")
class OutStartsAsItIs(reference.SelfAttention):
    """The layer out is initialized to the identity. Initialize both weights randomly."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        nn.init.eye_(self.out.weight)


@mistake("SelfAttention")
class OneHeadForAll(reference.SelfAttention):
    """All features form one head, whatever num_heads is. Each head attends separately, with its own features."""

    def forward(self, x, mask=None):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out(reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ScaledByAllFeatures(reference.SelfAttention):
    """The scores are divided by sqrt(E). Each head has only d = E / num_heads features: divide by sqrt(d)."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q / math.sqrt(self.num_heads), k, v, mask))


@mistake("SelfAttention")
class HeadsInTurns(reference.SelfAttention):
    """The features are assigned to the heads in turn. Head j has d consecutive features, starting at j d."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        parts = self.qkv(x).reshape(n, t, 3, e // self.num_heads, self.num_heads).permute(2, 0, 4, 1, 3)
        heads = reference.attention(*parts, mask)
        return self.out(heads.permute(0, 2, 3, 1).reshape(n, t, e))


@mistake("SelfAttention")
class ThreesForEachHead(reference.SelfAttention):
    """The outputs of qkv are split by heads first and then into queries, keys and values. All queries come first, then
    all keys, then all values; split each of the three by heads."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        q, k, v = self.qkv(x).reshape(n, t, self.num_heads, 3, e // self.num_heads).permute(3, 0, 2, 1, 4)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class KeysFirst(reference.SelfAttention):
    """The first outputs of qkv are used as keys, the next as queries. The order is queries, keys, values, as the name
    says."""

    def forward(self, x, mask=None):
        k, q, v = parts(self, x)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ValuesFirst(reference.SelfAttention):
    """The first outputs of qkv are used as values. The order is queries, keys, values, as the name says."""

    def forward(self, x, mask=None):
        v, q, k = parts(self, x)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ViewWithoutTranspose(reference.SelfAttention):
    """(N, T, E) is reshaped directly to (N, heads, T, d), which mixes positions and heads. Split the last dimension
    first, then transpose."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        q, k, v = (p.reshape(n, self.num_heads, t, e // self.num_heads) for p in self.qkv(x).chunk(3, dim=-1))
        return self.out(reference.attention(q, k, v, mask).reshape(n, t, e))


@mistake("SelfAttention")
class JoinedWithoutTranspose(reference.SelfAttention):
    """The heads are reshaped to (N, T, E) without transposing back first, so each row contains features of other
    positions."""

    def forward(self, x, mask=None):
        return self.out(reference.attention(*parts(self, x), mask).reshape(x.shape))


@mistake("SelfAttention")
class AttendsOverTheHeads(reference.SelfAttention):
    """Heads and positions are swapped: with shapes (N, T, heads, d), each head attends to other heads. The last two
    dimensions must be (T, d)."""

    def forward(self, x, mask=None):
        q, k, v = (p.transpose(1, 2) for p in parts(self, x))
        return self.out(reference.attention(q, k, v).reshape(x.shape))


@mistake("SelfAttention")
class AttendsOverTheBatch(reference.SelfAttention):
    """Positions attend to other sequences: the batch dimension is used as time. x is (N, T, E), batch first."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x.transpose(0, 1)).transpose(0, 1)


@mistake("SelfAttention")
class MaskNotHandedOn(reference.SelfAttention):
    """The mask is not passed to attention."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x)


@mistake("SelfAttention")
class MaskForTheFirstHead(reference.SelfAttention):
    """Only the first head uses the mask. It is the same for all heads."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        first = reference.attention(q[:, :1], k[:, :1], v[:, :1], mask)
        return joined(self, torch.cat([first, reference.attention(q[:, 1:], k[:, 1:], v[:, 1:])], dim=1))


@mistake("SelfAttention")
class AlwaysCausal(reference.SelfAttention):
    """Without a mask, only earlier positions are attended to. If mask is None, everything is allowed."""

    def forward(self, x, mask=None):
        mask = reference.causal_mask(x.shape[1]) if mask is None else mask
        return reference.SelfAttention.forward(self, x, mask)


@mistake("SelfAttention")
class InputAdded(reference.SelfAttention):
    """x is added to the result. Such a residual connection belongs outside this module."""

    def forward(self, x, mask=None):
        return x + reference.SelfAttention.forward(self, x, mask)


@mistake("SelfAttention")
class DividesNotChecked(reference.SelfAttention):
    """A number of heads that does not divide the number of features is accepted. Raise a ValueError."""

    def __init__(self, embedding_dim, num_heads):
        nn.Module.__init__(self)
        self.num_heads = num_heads
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.out = nn.Linear(embedding_dim, embedding_dim)


@mistake("SelfAttention")
class Asserts(reference.SelfAttention):
    """A number of heads that does not divide the number of features raises an AssertionError. Raise a ValueError: the
    value of an argument is wrong."""

    def __init__(self, embedding_dim, num_heads):
        assert embedding_dim % num_heads == 0, f"{embedding_dim} and {num_heads}"
        super().__init__(embedding_dim, num_heads)


@mistake("SelfAttention")
class MessageWithoutNumbers(reference.SelfAttention):
    """The message of the ValueError does not name the numbers. Name both."""

    def __init__(self, embedding_dim, num_heads):
        try:
            super().__init__(embedding_dim, num_heads)
        except ValueError:
            message = "the features do not divide into the heads"
            raise ValueError(message) from None


@mistake("SelfAttention")
class WithoutBias(reference.SelfAttention):
    """The layer qkv has no bias. nn.Linear has one by default."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim, bias=False)


@mistake("SelfAttention")
class OutWithoutBias(reference.SelfAttention):
    """The layer out has no bias. nn.Linear has one by default."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        self.out = nn.Linear(embedding_dim, embedding_dim, bias=False)


@mistake("SelfAttention")
class SeparateLayers(reference.SelfAttention):
    """Queries, keys and values have separate layers. Use one layer, qkv, for all three."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        del self.qkv
        self.q, self.k, self.v = (nn.Linear(embedding_dim, embedding_dim) for _ in range(3))

    def forward(self, x, mask=None):
        n, t, _ = x.shape
        q, k, v = (f(x).reshape(n, t, self.num_heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ModuleWithoutGraph(reference.SelfAttention):
    """The result is detached from the graph, so the layers cannot learn."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask).detach()


@mistake("SelfAttention")
class ReadyMadeModule(reference.SelfAttention):
    """PyTorch's own attention does the work. Here you write it yourself."""

    def forward(self, x, mask=None):
        return joined(self, nn.functional.scaled_dot_product_attention(*parts(self, x), attn_mask=mask))


@mistake("SelfAttention")
class NanInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives NaN: the softmax of a row of -inf is 0 / 0. It should give zeros in
    every head."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return joined(self, torch.softmax(scores, dim=-1) @ v)


@mistake("SelfAttention")
class MeanInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives the mean of all values: all of its scores are -1e9, and equal scores
    get equal weights. It should give zeros in every head."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        return joined(self, torch.softmax(scores, dim=-1) @ v)


@mistake("SelfAttention")
class NothingAtAllInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives zeros in the result. Only the heads should give zeros; the layer out
    adds its bias."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        return found if mask is None else found * mask.any(dim=-1, keepdim=True)


@mistake("SelfAttention")
class ScaledByD(reference.SelfAttention):
    """The scores are divided by d. Divide them by sqrt(d)."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q / math.sqrt(q.shape[-1]), k, v, mask))


@mistake("SelfAttention")
class NotScaled(reference.SelfAttention):
    """The scores are not divided by sqrt(d)."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q * math.sqrt(q.shape[-1]), k, v, mask))


@mistake("SelfAttention")
class HeadsInReverse(reference.SelfAttention):
    """The heads are concatenated in reverse order. The result of head j belongs to the features j d to (j + 1) d."""

    def forward(self, x, mask=None):
        return joined(self, reference.attention(*parts(self, x), mask).flip(1))


@mistake("SelfAttention")
class SameWeightsInEveryHead(reference.SelfAttention):
    """All heads use the attention weights of the first one. Each head attends separately, with its own queries and
    keys."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q[:, :1].expand_as(q), k[:, :1].expand_as(k), v, mask))


@mistake("SelfAttention")
class MaskTurned(reference.SelfAttention):
    """The mask is inverted. True means that attending is allowed."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, None if mask is None else ~mask)


@mistake("SelfAttention")
class DropsWeights(reference.SelfAttention):
    """Dropout is applied to the result in training mode. There is no dropout here."""

    def forward(self, x, mask=None):
        found = reference.attention(*parts(self, x), mask)
        return joined(self, nn.functional.dropout(found, 0.1, self.training))


@mistake("SelfAttention")
class StartsFromZero(reference.SelfAttention):
    """The weights are initialized to 0. All queries, keys and values are then equal, and the module learns little: keep
    the initialization of nn.Linear, or draw random numbers."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        nn.init.zeros_(self.qkv.weight)
        nn.init.zeros_(self.out.weight)


@mistake("SelfAttention")
class OneLayerMore(reference.SelfAttention):
    """There is an extra layer with parameters, a normalization. Use only qkv and out."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        self.norm = nn.LayerNorm(embedding_dim)


@mistake("SelfAttention")
class SequencesChanged(reference.SelfAttention):
    """x is modified in place when it needs no gradient, which changes the caller's tensor. Create a new tensor."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        if not x.requires_grad:
            x -= x.mean()
        return found


@mistake("SelfAttention")
class MaskChanged(reference.SelfAttention):
    """The mask is modified in place, which changes the caller's tensor. Create a new tensor."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        if mask is not None:
            mask.logical_not_()
        return found


@mistake("SelfAttention")
class ModuleAlwaysFloat(reference.SelfAttention):
    """The result is always float32. It should have the dtype of x."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask).float()


@mistake("SelfAttention")
class ModuleAlwaysDouble(reference.SelfAttention):
    """The result is always float64. It should have the dtype of x."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask).double()


@mistake("SelfAttention")
class MessageWithOneNumber(reference.SelfAttention):
    """The message of the ValueError names only the number of features. Name both numbers."""

    def __init__(self, embedding_dim, num_heads):
        if embedding_dim % num_heads:
            message = f"{embedding_dim} features do not divide into the heads"
            raise ValueError(message)
        super().__init__(embedding_dim, num_heads)


# ---- positional_encoding


def encoding(T, E, exponent, sine=torch.sin, cosine=torch.cos, start=0):
    """The encoding with configurable exponents and functions."""
    angles = torch.arange(start, T + start).unsqueeze(1) / 10_000 ** exponent(torch.arange(E // 2))
    return torch.stack([sine(angles), cosine(angles)], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def five_thousand_at_most(T, E):
    """The encoding has at most 5,000 positions. T may be any number from 1."""
    return reference.positional_encoding(5000, E)[:T]


@mistake("positional_encoding")
def halves(T, E):
    """All sines come first, then all cosines. They should alternate: sine at 2i, cosine at 2i + 1."""
    rows = reference.positional_encoding(T, E)
    return torch.cat([rows[:, 0::2], rows[:, 1::2]], dim=1)


@mistake("positional_encoding")
def cosine_first(T, E):
    """The even columns are cosines and the odd ones sines. Swap them."""
    return encoding(T, E, lambda i: 2 * i / E, torch.cos, torch.sin)


@mistake("positional_encoding")
def sines_alone(T, E):
    """The odd columns are sines as well. They should be cosines."""
    return encoding(T, E, lambda i: 2 * i / E, torch.sin, torch.sin)


@mistake("positional_encoding")
def places_from_one(T, E):
    """The positions are counted from 1. The first position is 0, so its row is 0, 1, 0, 1, ..."""
    return encoding(T, E, lambda i: 2 * i / E, start=1)


@mistake("positional_encoding")
def exponent_without_two(T, E):
    """The exponent is i / E. It should be 2i / E, which runs from 0 to nearly 1."""
    return encoding(T, E, lambda i: i / E)


@mistake("positional_encoding")
def exponent_doubled(T, E):
    """The exponent is 2 (2i) / E: the column index is already 2i, so do not double it again."""
    return encoding(T, E, lambda i: 4 * i / E)


@mistake("positional_encoding")
def exponent_of_each_column(T, E):
    """Each column has its own frequency. The two columns 2i and 2i + 1 share the angle t / 10000^(2i/E)."""
    angles = torch.arange(T).unsqueeze(1) / 10_000 ** (torch.arange(E) / E)
    even = torch.arange(E) % 2 == 0
    return torch.where(even, angles.sin(), angles.cos())


@mistake("positional_encoding")
def multiplied_by_the_power(T, E):
    """t is multiplied by the power. Divide t by it: the frequency decreases from column to column."""
    angles = torch.arange(T).unsqueeze(1) * 10_000 ** (torch.arange(0, E, 2) / E)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def thousand(T, E):
    """The base is 1,000. It should be 10,000."""
    angles = torch.arange(T).unsqueeze(1) / 1_000 ** (torch.arange(0, E, 2) / E)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def exponent_to_the_end(T, E):
    """The exponents run from 0 to 1 inclusive. They are 2i / E, so the last one is less than 1."""
    return encoding(T, E, lambda i: i / max(E // 2 - 1, 1))


@mistake("positional_encoding")
def transposed_encoding(T, E):
    """The encoding is transposed: (E, T). Each row is a position: (T, E)."""
    return reference.positional_encoding(T, E).T


@mistake("positional_encoding")
def with_batch(T, E):
    """There is an extra leading dimension. The shape should be (T, E)."""
    return reference.positional_encoding(T, E).unsqueeze(0)


@mistake("positional_encoding")
def encoding_in_double(T, E):
    """The encoding is float64. It should have PyTorch's default dtype, which is float32 unless it was changed."""
    return reference.positional_encoding(T, E).double()


@mistake("positional_encoding")
def whole_exponents(T, E):
    """The exponent uses integer division, so it is always 0. Use / instead of //."""
    return encoding(T, E, lambda i: 2 * i // E)


@mistake("positional_encoding")
def degrees(T, E):
    """The angles are converted from degrees to radians. They are already radians."""
    return encoding(
        T, E, lambda i: 2 * i / E, lambda a: torch.sin(torch.deg2rad(a)), lambda a: torch.cos(torch.deg2rad(a))
    )


@mistake("positional_encoding")
def encoding_always_float(T, E):
    """The encoding is always float32. It should have PyTorch's default dtype, which may have been changed."""
    return reference.positional_encoding(T, E).float()


@mistake("positional_encoding")
def power_of_t(T, E):
    """t is in the exponent of 10,000, and the column outside. The angle is t divided by 10000^(2i/E)."""
    t, i = torch.arange(T).unsqueeze(1), torch.arange(0, E, 2) / E
    angles = i / 10_000 ** (t / T)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def one_encoding_for_all(T, E):
    """Each row is the encoding of position 0. Row t should be that of position t."""
    return reference.positional_encoding(1, E).expand(T, E).clone()
