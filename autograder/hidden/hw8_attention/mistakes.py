"""The mistakes bank of hw8: wrong answers, each with what a student should read about it."""

import math

import reference
import torch
from torch import nn

from gradkit.bank import mistake

# ---- attention


def attend(q, k, v, mask, scale=None, fill=-math.inf, dim=-1):
    """Attention with a scale, a filler and a dimension of one's choice."""
    scores = q @ k.transpose(-2, -1) / (math.sqrt(q.shape[-1]) if scale is None else scale)
    if mask is not None:
        scores = scores.masked_fill(~mask, fill)
    return torch.softmax(scores, dim=dim).nan_to_num(0.0) @ v


@mistake("attention")
def not_scaled(q, k, v, mask=None):
    """The scores are not divided by sqrt(d). The more features, the larger the scores become, and the softmax lets only
    the largest of them through."""
    return reference.attention(q * math.sqrt(q.shape[-1]), k, v, mask)


@mistake("attention")
def divided_by_d(q, k, v, mask=None):
    """The scores are divided by d. It is the square root of d by which they grow."""
    return reference.attention(q / math.sqrt(q.shape[-1]), k, v, mask)


@mistake("attention")
def divided_by_the_root_of_t(q, k, v, mask=None):
    """The scores are divided by the square root of the number of places. d is the number of features, the last
    dimension."""
    return reference.attention(q * math.sqrt(q.shape[-1] / q.shape[-2]), k, v, mask)


@mistake("attention")
def softmax_over_the_queries(q, k, v, mask=None):
    """The softmax is taken down each column. Each place shares its attention out over all places, so each row adds up
    to 1."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    weights = torch.softmax(scores, dim=-2)
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def softmax_of_the_second_dimension(q, k, v, mask=None):
    """The softmax is over dimension 1. With more than two dimensions that is not the last one; dim=-1 is."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    weights = torch.softmax(scores, dim=1)
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def queries_and_keys_swapped(q, k, v, mask=None):
    """The scores are k q^T. Row t belongs to the query of place t, so it is q k^T."""
    return reference.attention(k, q, v, mask)


@mistake("attention")
def weights_transposed(q, k, v, mask=None):
    """The weights are multiplied by v from the wrong side, transposed. Row t of the weights says where place t gets its
    values from."""
    weights = reference.attention(q, k, torch.eye(q.shape[-2], dtype=q.dtype).expand(*q.shape[:-1], -1), mask)
    return weights.transpose(-2, -1) @ v


@mistake("attention")
def scores_without_softmax(q, k, v, mask=None):
    """There is no softmax: the scores themselves weigh the values. Weights are positive, and those of a row add up to
    1."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return (scores if mask is None else scores * mask) @ v


@mistake("attention")
def keys_for_values(q, k, v, mask=None):
    """The weights are multiplied by the keys. Keys say how well a place fits; what it hands over are its values."""
    return reference.attention(q, k, k, mask) + 0 * v


@mistake("attention")
def mask_turned(q, k, v, mask=None):
    """The mask is taken the wrong way round. True is where attending is allowed."""
    return reference.attention(q, k, v, None if mask is None else ~mask)


@mistake("attention")
def mask_left_out(q, k, v, mask=None):
    """The mask is not looked at. Where it is False, the weight is 0."""
    return reference.attention(q, k, v)


@mistake("attention")
def mask_transposed(q, k, v, mask=None):
    """The mask is turned over its diagonal. Its rows belong to the queries, like those of the scores."""
    turned = None if mask is None else mask.expand(*mask.shape[:-2], q.shape[-2], q.shape[-2]).transpose(-2, -1)
    return reference.attention(q, k, v, turned)


@mistake("attention")
def masked_after_the_softmax(q, k, v, mask=None):
    """The weights are set to 0 after the softmax, so those that remain no longer add up to 1. The softmax is taken over
    the allowed places alone."""
    weights = reference.attention(q, k, torch.eye(q.shape[-2], dtype=q.dtype).expand(*q.shape[:-1], -1))
    return (weights if mask is None else weights * mask) @ v


@mistake("attention")
def scores_set_to_zero(q, k, v, mask=None):
    """Where attending is not allowed the score is set to 0. e^0 is 1, so such a place still gets a weight: what must
    become 0 is the weight."""
    return attend(q, k, v, mask, fill=0.0)


@mistake("attention")
def not_low_enough(q, k, v, mask=None):
    """Where attending is not allowed the score is set to -10. Next to scores that are low themselves, that still leaves
    a weight."""
    return attend(q, k, v, mask, fill=-10.0)


@mistake("attention")
def nan_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives NaN: the softmax of nothing but -inf is 0 / 0. Such a row gives zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def nan_in_the_gradients(q, k, v, mask=None):
    """A row with nothing allowed gives zeros, but its gradients are NaN: they go through the softmax of nothing but
    -inf, which is 0 / 0. Replacing NaN in the result does not replace it on the way back, so let it not arise."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -math.inf)
    weights = torch.softmax(scores, dim=-1)
    return torch.where(weights.isnan(), torch.zeros_like(weights), weights) @ v


@mistake("attention")
def average_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives the average of all values: if all scores are the same, however low, the softmax
    shares out evenly. Such a row gives zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def queries_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives the value of its own place. It gives zeros."""
    if mask is None:
        return reference.attention(q, k, v)
    empty = ~mask.any(dim=-1, keepdim=True)
    return torch.where(empty, v, reference.attention(q, k, v, mask))


@mistake("attention")
def exponentials_overflow(q, k, v, mask=None):
    """The softmax is written as exp / sum of exp, and e^1000 is more than the computer can hold. Take the largest score
    of each row away first, or use torch.softmax."""
    scores = torch.exp(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]))
    if mask is not None:
        scores = scores * mask
    return scores / scores.sum(dim=-1, keepdim=True).clamp(min=1e-300) @ v


@mistake("attention")
def transposed_with_t(q, k, v, mask=None):
    """k.T turns all dimensions round, not only the last two. k.transpose(-2, -1) works with any number in front."""
    if q.dim() > 2:
        message = "mat1 and mat2 shapes cannot be multiplied"
        raise RuntimeError(message)
    return reference.attention(q, k, v, mask)


@mistake("attention")
def batches_of_three_only(q, k, v, mask=None):
    """It works for shapes (N, T, d) only. There may be any number of dimensions in front of the last two, also none."""
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
    """q is divided in place, so whoever handed it over finds it changed. Make a new tensor."""
    with torch.no_grad():
        result = reference.attention(q, k, v, mask)
        q /= math.sqrt(q.shape[-1])
    return result


@mistake("attention")
def mask_changed(q, k, v, mask=None):
    """The mask is changed in place, so whoever handed it over finds it changed. Make a new tensor."""
    result = reference.attention(q, k, v, mask)
    if mask is not None:
        mask.logical_not_()
    return result


@mistake("attention")
def attention_always_float(q, k, v, mask=None):
    """The result is always float32. It has the dtype of q."""
    return reference.attention(q.float(), k.float(), v.float(), mask)


@mistake("attention")
def attention_always_double(q, k, v, mask=None):
    """The result is always float64. It has the dtype of q."""
    return reference.attention(q.double(), k.double(), v.double(), mask)


@mistake("attention")
def ready_made(q, k, v, mask=None):
    """torch's own attention does the work. That is what you write here."""
    return nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


@mistake("attention")
def minus_ten_thousand(q, k, v, mask=None):
    """Where attending is not allowed the score is set to -1e4. Scores that are allowed may be lower still, and then
    such a place gets all the weight. Use the lowest number there is, or -inf with care."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is None:
        return torch.softmax(scores, dim=-1) @ v
    weights = torch.softmax(scores.masked_fill(~mask, -1e4), dim=-1)
    return mask.any(dim=-1, keepdim=True) * (weights @ v)


@mistake("attention")
def everything_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed attends as if all were allowed: a large number is taken from all of its scores, which
    changes nothing in a softmax. Such a row gives zeros."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, -1e9)
    return torch.softmax(scores, dim=-1) @ v


@mistake("attention")
def mask_gets_a_dimension(q, k, v, mask=None):
    """The mask gets a dimension more, for the heads. It broadcasts as it is, by the last dimensions."""
    return reference.attention(q, k, v, None if mask is None else mask.unsqueeze(1))


@mistake("attention")
def square_masks_only(q, k, v, mask=None):
    """The mask is taken for (..., T, T). It may have ones in place of T, or fewer dimensions, and is broadcast."""
    if mask is not None and mask.shape[-2:] != (q.shape[-2], q.shape[-2]):
        message = "the mask must be (T, T)"
        raise ValueError(message)
    return reference.attention(q, k, v, mask)


@mistake("attention")
def gradient_in_empty_rows(q, k, v, mask=None):
    """A row with nothing allowed gives zeros, but its gradient is not zero: the zeros are written over the result, and
    the gradient goes round them."""
    if mask is None:
        return reference.attention(q, k, v)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    empty = ~mask.any(dim=-1, keepdim=True)
    found = torch.softmax(scores.masked_fill(~(mask | empty), torch.finfo(q.dtype).min), dim=-1) @ v
    right = reference.attention(q, k, v, mask)
    return right.detach() + found - found.detach()


@mistake("attention")
def queries_scaled_where_nothing_learns(q, k, v, mask=None):
    """q is divided in place where it needs no gradient, so whoever handed it over finds it changed. Make a new
    tensor."""
    result = reference.attention(q, k, v, mask)
    if not q.requires_grad:
        q /= math.sqrt(q.shape[-1])
    return result


@mistake("attention")
def largest_weight_alone(q, k, v, mask=None):
    """The value of the place with the largest score is taken whole. The softmax shares out the weight."""
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(q.dtype).min)
    best = torch.nn.functional.one_hot(scores.argmax(-1), q.shape[-2]).to(q.dtype)
    return (best if mask is None else best * mask) @ v + 0 * (q + k)


# ---- causal_mask


@mistake("causal_mask")
def upper_triangle(T):
    """True stands above the diagonal, so each place sees what comes after it. It is the places before it, and its own,
    that it may see."""
    return torch.ones(T, T, dtype=torch.bool).triu()


@mistake("causal_mask")
def forbidden_is_true(T):
    """True stands where attending is forbidden. Here True means allowed."""
    return torch.ones(T, T, dtype=torch.bool).triu(1)


@mistake("causal_mask")
def without_the_diagonal(T):
    """A place does not see itself: the diagonal is False. column <= row includes column == row."""
    return torch.ones(T, T, dtype=torch.bool).tril(-1)


@mistake("causal_mask")
def one_place_ahead(T):
    """Each place sees the one after it, too. True is only where column <= row."""
    return torch.ones(T, T, dtype=torch.bool).tril(1)


@mistake("causal_mask")
def mask_of_numbers(T):
    """The mask holds the numbers 0 and 1. It must be boolean: True and False."""
    return torch.ones(T, T).tril()


@mistake("causal_mask")
def mask_of_whole_numbers(T):
    """The mask holds the whole numbers 0 and 1. It must be boolean: True and False, or ~mask and where go wrong."""
    return torch.ones(T, T, dtype=torch.int64).tril()


@mistake("causal_mask")
def mask_to_be_added(T):
    """The mask holds 0 and -inf, to be added to the scores. It must be boolean, True where attending is allowed."""
    return torch.full((T, T), -math.inf).triu(1)


@mistake("causal_mask")
def everything_allowed(T):
    """All is True. A place must not see what comes after it."""
    return torch.ones(T, T, dtype=torch.bool)


@mistake("causal_mask")
def itself_alone(T):
    """Each place sees only itself. It sees all places before it, too."""
    return torch.eye(T, dtype=torch.bool)


@mistake("causal_mask")
def mask_with_batch(T):
    """The mask has a dimension too many in front. Its shape is (T, T)."""
    return torch.ones(1, T, T, dtype=torch.bool).tril()


@mistake("causal_mask")
def one_longer(T):
    """The mask is one longer than asked for. Its shape is (T, T)."""
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
    """The heads side by side, through the second layer."""
    n, _, t, _ = heads.shape
    return module.out(heads.transpose(1, 2).reshape(n, t, -1))


@mistake("SelfAttention")
class WithoutOut(reference.SelfAttention):
    """The heads are returned as they are. The layer out mixes them."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask) * 0 + self.heads(x, mask)

    def heads(self, x, mask):
        heads = reference.attention(*parts(self, x), mask)
        return heads.transpose(1, 2).reshape(x.shape)


@mistake("SelfAttention")
class HalvedInEvaluation(reference.SelfAttention):
    """The result is another one in evaluation mode. It is the same in both: there is no dropout here."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask) * (1.0 if self.training else 0.5)


@mistake("SelfAttention")
class MaskRemembered(reference.SelfAttention):
    """The mask of an earlier call still counts in a call without one. None allows everything."""

    def forward(self, x, mask=None):
        if mask is not None:
            self.mask = mask
        return reference.SelfAttention.forward(self, x, getattr(self, "mask", None))


@mistake("SelfAttention")
class OutStartsAsItIs(reference.SelfAttention):
    """The layer out starts as the identity, ones and zeros. Both weights start from random numbers."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        nn.init.eye_(self.out.weight)


@mistake("SelfAttention")
class OneHeadForAll(reference.SelfAttention):
    """All features make one head, whatever num_heads says. Each head attends for itself, with its own features."""

    def forward(self, x, mask=None):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out(reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ScaledByAllFeatures(reference.SelfAttention):
    """The scores are divided by sqrt(E). Each head has only d = E / num_heads features, and it is sqrt(d) by which its
    scores are divided."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q / math.sqrt(self.num_heads), k, v, mask))


@mistake("SelfAttention")
class HeadsInTurns(reference.SelfAttention):
    """The features are dealt out to the heads in turns. Head j has d features that stand side by side, from j d on."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        parts = self.qkv(x).reshape(n, t, 3, e // self.num_heads, self.num_heads).permute(2, 0, 4, 1, 3)
        heads = reference.attention(*parts, mask)
        return self.out(heads.permute(0, 2, 3, 1).reshape(n, t, e))


@mistake("SelfAttention")
class ThreesForEachHead(reference.SelfAttention):
    """The outputs of qkv are split by heads first and then into queries, keys and values. First come all queries, then
    all keys, then all values, and each of the three is split by heads."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        q, k, v = self.qkv(x).reshape(n, t, self.num_heads, 3, e // self.num_heads).permute(3, 0, 2, 1, 4)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class KeysFirst(reference.SelfAttention):
    """The first outputs of qkv are taken for keys, the next for queries. It is queries, keys, values, as the name
    says."""

    def forward(self, x, mask=None):
        k, q, v = parts(self, x)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ValuesFirst(reference.SelfAttention):
    """The first outputs of qkv are taken for values. It is queries, keys, values, as the name says."""

    def forward(self, x, mask=None):
        v, q, k = parts(self, x)
        return joined(self, reference.attention(q, k, v, mask))


@mistake("SelfAttention")
class ViewWithoutTranspose(reference.SelfAttention):
    """(N, T, E) is viewed as (N, heads, T, d) at once. That cuts the rows into wrong pieces: split the last dimension
    first, then transpose."""

    def forward(self, x, mask=None):
        n, t, e = x.shape
        q, k, v = (p.reshape(n, self.num_heads, t, e // self.num_heads) for p in self.qkv(x).chunk(3, dim=-1))
        return self.out(reference.attention(q, k, v, mask).reshape(n, t, e))


@mistake("SelfAttention")
class JoinedWithoutTranspose(reference.SelfAttention):
    """The heads are reshaped to (N, T, E) without being transposed back first, so features of other places end up in a
    row."""

    def forward(self, x, mask=None):
        return self.out(reference.attention(*parts(self, x), mask).reshape(x.shape))


@mistake("SelfAttention")
class AttendsOverTheHeads(reference.SelfAttention):
    """Heads and places are mixed up: with shapes (N, T, heads, d), attention looks from head to head. The last two
    dimensions must be (T, d)."""

    def forward(self, x, mask=None):
        q, k, v = (p.transpose(1, 2) for p in parts(self, x))
        return self.out(reference.attention(q, k, v).reshape(x.shape))


@mistake("SelfAttention")
class AttendsOverTheBatch(reference.SelfAttention):
    """Places of other sequences are attended to: the first dimension is taken for time. x is (N, T, E), the batch
    first."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x.transpose(0, 1)).transpose(0, 1)


@mistake("SelfAttention")
class MaskNotHandedOn(reference.SelfAttention):
    """The mask is not handed on to attention."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x)


@mistake("SelfAttention")
class MaskForTheFirstHead(reference.SelfAttention):
    """Only the first head looks at the mask. It is the same for all heads."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        first = reference.attention(q[:, :1], k[:, :1], v[:, :1], mask)
        return joined(self, torch.cat([first, reference.attention(q[:, 1:], k[:, 1:], v[:, 1:])], dim=1))


@mistake("SelfAttention")
class AlwaysCausal(reference.SelfAttention):
    """Without a mask, only earlier places are attended to. Where mask is None, everything is allowed."""

    def forward(self, x, mask=None):
        mask = reference.causal_mask(x.shape[1]) if mask is None else mask
        return reference.SelfAttention.forward(self, x, mask)


@mistake("SelfAttention")
class InputAdded(reference.SelfAttention):
    """x is added to the result. Such a bypass belongs around the module, not in it."""

    def forward(self, x, mask=None):
        return x + reference.SelfAttention.forward(self, x, mask)


@mistake("SelfAttention")
class DividesNotChecked(reference.SelfAttention):
    """A number of heads that does not divide the features is taken without a word. It is a ValueError."""

    def __init__(self, embedding_dim, num_heads):
        nn.Module.__init__(self)
        self.num_heads = num_heads
        self.qkv = nn.Linear(embedding_dim, 3 * embedding_dim)
        self.out = nn.Linear(embedding_dim, embedding_dim)


@mistake("SelfAttention")
class Asserts(reference.SelfAttention):
    """A number of heads that does not divide the features is an AssertionError. Raise a ValueError, which says what is
    wrong with the arguments; assert is for what cannot happen."""

    def __init__(self, embedding_dim, num_heads):
        assert embedding_dim % num_heads == 0, f"{embedding_dim} and {num_heads}"
        super().__init__(embedding_dim, num_heads)


@mistake("SelfAttention")
class MessageWithoutNumbers(reference.SelfAttention):
    """The ValueError does not say which numbers do not fit. Name both."""

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
    """Queries, keys and values have a layer each. Here one layer, qkv, makes all three."""

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
    """torch's own attention does the work. That is what you write here."""

    def forward(self, x, mask=None):
        return joined(self, nn.functional.scaled_dot_product_attention(*parts(self, x), attn_mask=mask))


@mistake("SelfAttention")
class NanInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives NaN: the softmax of nothing but -inf is 0 / 0. Such a row gives
    zeros in every head."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return joined(self, torch.softmax(scores, dim=-1) @ v)


@mistake("SelfAttention")
class MeanInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives the mean of all values: all of its scores are -1e9, and equal scores
    share out evenly. Such a row gives zeros in every head."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        return joined(self, torch.softmax(scores, dim=-1) @ v)


@mistake("SelfAttention")
class NothingAtAllInEmptyRows(reference.SelfAttention):
    """A row of the mask with nothing allowed gives zeros. It is the heads that give zeros; the layer out adds its bias
    to them."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        return found if mask is None else found * mask.any(dim=-1, keepdim=True)


@mistake("SelfAttention")
class ScaledByD(reference.SelfAttention):
    """The scores are divided by d. It is the square root of d by which they are divided."""

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
    """The heads are put side by side in reverse. The result of head j goes to the features j d to (j + 1) d."""

    def forward(self, x, mask=None):
        return joined(self, reference.attention(*parts(self, x), mask).flip(1))


@mistake("SelfAttention")
class SameWeightsInEveryHead(reference.SelfAttention):
    """All heads use the weights of the first one. Each attends for itself, with its own queries and keys."""

    def forward(self, x, mask=None):
        q, k, v = parts(self, x)
        return joined(self, reference.attention(q[:, :1].expand_as(q), k[:, :1].expand_as(k), v, mask))


@mistake("SelfAttention")
class MaskTurned(reference.SelfAttention):
    """The mask is taken the wrong way round. True is where attending is allowed."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, None if mask is None else ~mask)


@mistake("SelfAttention")
class DropsWeights(reference.SelfAttention):
    """A dropout takes some of the result away in training. There is none here."""

    def forward(self, x, mask=None):
        found = reference.attention(*parts(self, x), mask)
        return joined(self, nn.functional.dropout(found, 0.1, self.training))


@mistake("SelfAttention")
class StartsFromZero(reference.SelfAttention):
    """The weights start from 0. Then all queries, keys and values are alike, and little is learnt: leave the start to
    nn.Linear, or draw random numbers."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        nn.init.zeros_(self.qkv.weight)
        nn.init.zeros_(self.out.weight)


@mistake("SelfAttention")
class OneLayerMore(reference.SelfAttention):
    """There is a layer more to learn, a normalisation. qkv and out are all there is."""

    def __init__(self, embedding_dim, num_heads):
        super().__init__(embedding_dim, num_heads)
        self.norm = nn.LayerNorm(embedding_dim)


@mistake("SelfAttention")
class SequencesChanged(reference.SelfAttention):
    """x is changed in place where it needs no gradient, and the caller finds it changed. Make a new tensor."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        if not x.requires_grad:
            x -= x.mean()
        return found


@mistake("SelfAttention")
class MaskChanged(reference.SelfAttention):
    """The mask is changed in place, and the caller finds it changed. Make a new tensor."""

    def forward(self, x, mask=None):
        found = reference.SelfAttention.forward(self, x, mask)
        if mask is not None:
            mask.logical_not_()
        return found


@mistake("SelfAttention")
class ModuleAlwaysFloat(reference.SelfAttention):
    """The result is always float32. It has the dtype of x."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask).float()


@mistake("SelfAttention")
class ModuleAlwaysDouble(reference.SelfAttention):
    """The result is always float64. It has the dtype of x."""

    def forward(self, x, mask=None):
        return reference.SelfAttention.forward(self, x, mask).double()


@mistake("SelfAttention")
class MessageWithOneNumber(reference.SelfAttention):
    """The ValueError names the number of features alone. Name both numbers."""

    def __init__(self, embedding_dim, num_heads):
        if embedding_dim % num_heads:
            message = f"{embedding_dim} features do not divide into the heads"
            raise ValueError(message)
        super().__init__(embedding_dim, num_heads)


# ---- positional_encoding


def encoding(T, E, exponent, sine=torch.sin, cosine=torch.cos, start=0):
    """The encoding with exponents and functions of one's choice."""
    angles = torch.arange(start, T + start).unsqueeze(1) / 10_000 ** exponent(torch.arange(E // 2))
    return torch.stack([sine(angles), cosine(angles)], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def five_thousand_at_most(T, E):
    """A table of 5,000 positions is made, and no more positions can be had. T is any number from 1."""
    return reference.positional_encoding(5000, E)[:T]


@mistake("positional_encoding")
def halves(T, E):
    """All sines come first and then all cosines. They stand in turns: sine at 2i, cosine at 2i + 1."""
    rows = reference.positional_encoding(T, E)
    return torch.cat([rows[:, 0::2], rows[:, 1::2]], dim=1)


@mistake("positional_encoding")
def cosine_first(T, E):
    """Cosines stand at the even places and sines at the odd ones. It is the other way round."""
    return encoding(T, E, lambda i: 2 * i / E, torch.cos, torch.sin)


@mistake("positional_encoding")
def sines_alone(T, E):
    """There are sines at the odd places, too. There it is the cosine."""
    return encoding(T, E, lambda i: 2 * i / E, torch.sin, torch.sin)


@mistake("positional_encoding")
def places_from_one(T, E):
    """The places are counted from 1. The first one is 0, so its row is 0, 1, 0, 1, ..."""
    return encoding(T, E, lambda i: 2 * i / E, start=1)


@mistake("positional_encoding")
def exponent_without_two(T, E):
    """The exponent is i / E. It is 2i / E, so that it runs from 0 to nearly 1."""
    return encoding(T, E, lambda i: i / E)


@mistake("positional_encoding")
def exponent_doubled(T, E):
    """The exponent is 2 (2i) / E: the number of the column is already 2i, and is not doubled again."""
    return encoding(T, E, lambda i: 4 * i / E)


@mistake("positional_encoding")
def exponent_of_each_column(T, E):
    """Each column has a frequency of its own. The two columns 2i and 2i + 1 share the angle t / 10000^(2i/E)."""
    angles = torch.arange(T).unsqueeze(1) / 10_000 ** (torch.arange(E) / E)
    even = torch.arange(E) % 2 == 0
    return torch.where(even, angles.sin(), angles.cos())


@mistake("positional_encoding")
def multiplied_by_the_power(T, E):
    """t is multiplied by the power. It is divided by it, so that the later columns turn ever more slowly."""
    angles = torch.arange(T).unsqueeze(1) * 10_000 ** (torch.arange(0, E, 2) / E)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def thousand(T, E):
    """The base is 1,000. It is 10,000."""
    angles = torch.arange(T).unsqueeze(1) / 1_000 ** (torch.arange(0, E, 2) / E)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def exponent_to_the_end(T, E):
    """The exponents run from 0 to 1 with both ends. They are 2i / E, so the last is just below 1."""
    return encoding(T, E, lambda i: i / max(E // 2 - 1, 1))


@mistake("positional_encoding")
def transposed_encoding(T, E):
    """The table is turned over: (E, T). Each row is a place: (T, E)."""
    return reference.positional_encoding(T, E).T


@mistake("positional_encoding")
def with_batch(T, E):
    """There is a dimension too many in front. The shape is (T, E)."""
    return reference.positional_encoding(T, E).unsqueeze(0)


@mistake("positional_encoding")
def encoding_in_double(T, E):
    """The encoding is float64. It has torch's default dtype, which is float32 if nobody changes it."""
    return reference.positional_encoding(T, E).double()


@mistake("positional_encoding")
def whole_exponents(T, E):
    """The exponent is divided without remainder, so it is 0 everywhere. Use /, not //."""
    return encoding(T, E, lambda i: 2 * i // E)


@mistake("positional_encoding")
def degrees(T, E):
    """The angles are turned from degrees to radians first. They are radians already."""
    return encoding(
        T, E, lambda i: 2 * i / E, lambda a: torch.sin(torch.deg2rad(a)), lambda a: torch.cos(torch.deg2rad(a))
    )


@mistake("positional_encoding")
def encoding_always_float(T, E):
    """The encoding is always float32. It has torch's default dtype, which somebody may have changed."""
    return reference.positional_encoding(T, E).float()


@mistake("positional_encoding")
def power_of_t(T, E):
    """The power of 10,000 has t in it, and the column stands outside. The angle is t divided by 10000^(2i/E)."""
    t, i = torch.arange(T).unsqueeze(1), torch.arange(0, E, 2) / E
    angles = i / 10_000 ** (t / T)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(start_dim=1)


@mistake("positional_encoding")
def one_encoding_for_all(T, E):
    """Each row is the encoding of place 0. Row t is that of place t."""
    return reference.positional_encoding(1, E).expand(T, E).clone()
