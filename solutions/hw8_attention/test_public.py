"""Public checks for hw8: a first look at your work. Grading also tests other sizes and masks."""

import math

import attention
import torch

STAY = "use PyTorch operations, without .item(), .detach() or torch.no_grad()."
# The positions to which each of three positions may attend; no row equals the column with the same index.
MASK = [[True, False, True], [True, True, False], [False, True, False]]


def close(found, expected):
    """Whether a tensor has the expected shape and, to five decimals, the expected values."""
    expected = torch.tensor(expected, dtype=found.dtype)
    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)


def without_gradient(out, tensors):
    """The names of the tensors that no gradient reaches."""
    assert out.requires_grad, f"The result is detached from the graph, so no gradient can flow back: {STAY}"
    out.pow(2).sum().backward()
    return [name for name, tensor in tensors.items() if tensor.grad is None]


def test_attention_of_two_positions():
    """With scores (ln 3, 0) and (0, 0) the weights are (3/4, 1/4) and (1/2, 1/2)."""
    for dtype in (torch.float32, torch.float64):
        q = torch.tensor([[2 * math.log(3), 0, 0, 0], [0, 0, 0, 0]], dtype=dtype)
        k = torch.tensor([[1, 0, 0, 0], [0, 0, 0, 0]], dtype=dtype)
        v = torch.tensor([[8, 0, 0, 0], [0, 8, 0, 0]], dtype=dtype)
        found = attention.attention(q, k, v)
        assert found.dtype == dtype, f"The result should be {dtype}, like q; yours is {found.dtype}."
        assert close(found, [[6, 2, 0, 0], [4, 4, 0, 0]]), (
            "The first element of q k^T is 2 ln 3, divided by sqrt(4); each row of the weights sums to 1. The result "
            f"should be [[6, 2, 0, 0], [4, 4, 0, 0]]; yours is\n{found}"
        )


def test_attention_of_many_sequences():
    """Each sequence is attended to separately, with any number of leading dimensions."""
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 3, 6, 5)
    together = attention.attention(q, k, v)
    assert together.shape == q.shape, (
        f"The shape should be that of q, {tuple(q.shape)}; yours: {tuple(together.shape)}."
    )
    alone = torch.stack(
        [torch.stack([attention.attention(q[i, j], k[i, j], v[i, j]) for j in range(3)]) for i in range(2)]
    )
    assert torch.allclose(together, alone, atol=1e-5), "A sequence gives a different result in a batch than alone."


def test_attention_with_a_mask():
    """The softmax is taken over the allowed positions only, in every sequence."""
    q, k = torch.zeros(2, 3, 2), torch.ones(2, 3, 2)  # all scores are 0, so that allowed positions count the same
    v = torch.tensor([[[6.0, 0.0], [0.0, 6.0], [12.0, 12.0]], [[1.0, 1.0], [2.0, 3.0], [4.0, 5.0]]])
    found = attention.attention(q, k, v, torch.tensor(MASK))
    expected = [[[9, 6], [3, 3], [0, 6]], [[2.5, 3], [1.5, 2], [2, 3]]]
    assert close(found, expected), (
        "The first position may attend to the first and the third, with weights 1/2, so it gets the mean of their "
        f"values. The results should be\n{expected}\nyours are\n{found}"
    )
    both = torch.tensor([[[True, False, False]], [[False, False, True]]])  # (2, 1, 3): one row for all positions
    found = attention.attention(q, k, v, both)
    expected = [[[6, 0]] * 3, [[4, 5]] * 3]
    assert close(found, expected), (
        "A mask of shape (2, 1, 3) broadcasts to (2, 3, 3): in the first sequence all positions attend to the first, "
        f"in the second to the third. The result should be\n{expected}\nyours is\n{found}"
    )


def test_attention_of_large_scores():
    """Scores far from 0 give the right result, with and without a mask."""
    for sign in (1.0, -1.0):
        q = torch.tensor([[300.0], [200.0]])
        k, v = torch.tensor([[100.0], [200.0]]) * sign, torch.tensor([[1.0], [5.0]])
        found = attention.attention(q, k, v)
        expected = [[5.0 if sign > 0 else 1.0]] * 2
        assert close(found, expected), f"The larger score should get all the weight: {expected}; yours is {found}."
        found = attention.attention(q, k, v, torch.tensor([[True, False], [False, True]]))
        assert close(found, [[1.0], [5.0]]), (
            f"If one position is allowed, the result is its value, however low its score: [[1], [5]]; yours is {found}."
        )
        k = torch.tensor([[-400.0], [400.0]]) * sign
        found = attention.attention(q, k, v, torch.tensor([[True, False], [True, False]]))
        assert close(found, [[1.0], [1.0]]), (
            f"If only the first position is allowed, the result is its value, whatever the scores; yours is {found}."
        )


def test_attention_with_nothing_allowed():
    """A row with nothing allowed gives zeros and zero gradients."""
    torch.manual_seed(0)
    tensors = {name: torch.randn(2, 3, requires_grad=True) for name in "qkv"}
    found = attention.attention(*tensors.values(), torch.tensor([[True, True], [False, False]]))
    assert close(found.detach()[1:], [[0.0, 0.0, 0.0]]), f"The second row must be zeros; yours is\n{found}"
    missing = without_gradient(found, tensors)
    assert not missing, f"No gradient reaches {', '.join(missing)}: {STAY}"
    for name, tensor in tensors.items():
        assert tensor.grad.isfinite().all(), (
            f"The gradient of {name} contains NaN: the softmax of a row of -inf is 0 / 0."
        )
    tensors = {name: torch.randn(2, 3, requires_grad=True) for name in "qkv"}
    found = attention.attention(*tensors.values(), torch.tensor([[False, False], [False, False]]))
    found.sum().backward()
    wrong = [name for name, tensor in tensors.items() if tensor.grad is not None and tensor.grad.any()]
    assert not wrong, (
        f"With nothing allowed in any row, the gradient should be zero; that of {', '.join(wrong)} is not."
    )


def test_attention_leaves_its_inputs_unchanged():
    """q, k, v and the mask are not modified."""
    inputs = {name: torch.randn(3, 2) for name in "qkv"} | {"mask": torch.tensor(MASK)}
    before = {name: tensor.clone() for name, tensor in inputs.items()}
    attention.attention(*inputs.values())
    changed = [name for name, tensor in inputs.items() if not torch.equal(tensor, before[name])]
    assert not changed, f"Your code modifies {', '.join(changed)}. Create a new tensor."


def test_causal_mask_of_some_lengths():
    """Each position sees itself and all earlier ones."""
    found = attention.causal_mask(4)
    assert isinstance(found, torch.Tensor), f"The mask must be a tensor; yours is a {type(found).__name__}."
    assert found.dtype == torch.bool, f"The mask must be boolean; yours is {found.dtype}."
    for size in (1, 4):
        found = attention.causal_mask(size).tolist()
        expected = [[True] * (row + 1) + [False] * (size - row - 1) for row in range(size)]
        assert found == expected, f"The mask should be True where column <= row: {expected}; yours is {found}."


def test_SelfAttention_layers_and_shape():
    """The layer qkv has 3 E outputs, out has E, there are no other parameters, and the result has the shape of x."""
    module = attention.SelfAttention(6, 2)
    shapes = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    expected = {"qkv.weight": (18, 6), "qkv.bias": (18,), "out.weight": (6, 6), "out.bias": (6,)}
    assert shapes == expected, f"The parameters must be those of nn.Linear(6, 18) and nn.Linear(6, 6); yours: {shapes}."
    for name in ("qkv", "out"):
        weight = getattr(module, name).weight
        assert 2 * weight.unique().numel() > weight.numel(), (
            f"Most weights of {name} are equal; initialize them randomly."
        )
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 4, 6, dtype=dtype, requires_grad=True)
        found = attention.SelfAttention(6, 2).to(dtype)(x)
        assert tuple(found.shape) == (2, 4, 6), (
            f"The shape should be that of x, (2, 4, 6); yours: {tuple(found.shape)}."
        )
        assert found.dtype == dtype, f"The result should be {dtype}, like x; yours is {found.dtype}."
    module, x = attention.SelfAttention(6, 2), torch.randn(2, 3, 6)
    found = module(x)
    module.eval()(x, torch.eye(3, dtype=torch.bool))
    again = module(x)
    assert close(found.detach(), again.detach().tolist()), (
        "In evaluation mode, and after a call with a mask, the result should be the same as before:\n"
        f"{found}\nyours is\n{again}"
    )
    missing = without_gradient(again, dict(module.named_parameters()))
    assert not missing, f"No gradient reaches {', '.join(missing)}: {STAY}"


def test_SelfAttention_checks_the_heads():
    """A number of heads that does not divide the number of features raises a ValueError that names both."""
    for features, heads in [(10, 4), (3, 7)]:
        found = "no exception"
        try:
            attention.SelfAttention(features, heads)
        except NotImplementedError:
            raise
        except Exception as error:  # noqa: BLE001 - the next line says which
            found = error
        asked = f"SelfAttention({features}, {heads}) must raise a ValueError that names {features} and {heads}"
        assert isinstance(found, ValueError), f"{asked}; yours gives {found!r}."
        missing = [number for number in (features, heads) if str(number) not in str(found)]
        assert not missing, f"{asked}; your message is: {found}"


def with_weights(features, heads, keys, values, out):
    """A module with queries x and the given weights for keys, values and out."""
    module = attention.SelfAttention(features, heads)
    with torch.no_grad():
        module.qkv.weight.copy_(torch.cat([torch.eye(features), keys, values]))
        module.qkv.bias.zero_()
        module.out.weight.copy_(out)
        module.out.bias.copy_(torch.arange(1.0, features + 1))
    return module


def test_SelfAttention_of_two_heads():
    """Each head attends with its own features; the results are concatenated and passed through out."""
    # Head 0 has the features 0 to 3. The score of position 0 for the key of position 1 is ln 3, so its weight is 3/4.
    # All other scores are 0, also those of head 1, with the features 4 to 7, which computes the mean.
    a = math.sqrt(math.log(3))
    x = torch.tensor([[[a, 0, 0, 0, 0, 0, 0, 0], [0, a, 0, 0, 0, 0, 0, 0]], [[0.0] * 8, [0.0] * 8]])
    keys, values = torch.zeros(8, 8), torch.zeros(8, 8)
    keys[0, 1] = 2
    values[2, 0], values[3, 1], values[6, 0], values[5, 1] = 8 / a, 4 / a, 6 / a, 2 / a
    out = torch.eye(8).roll(1, 0)  # shifts the features by one
    found = with_weights(8, 2, keys, values, out)(x).detach()
    expected = [[[1, 2, 3, 6, 8, 6, 8, 11], [1, 2, 3, 8, 7, 6, 8, 11]], [[1, 2, 3, 4, 5, 6, 7, 8]] * 2]
    assert close(found, expected), (
        "qkv computes all queries, then all keys, then all values; head j has the features j d to (j + 1) d - 1 of "
        "each, scores are divided by sqrt(d), and out gets the concatenated heads. The result should be\n"
        f"{expected}\nyours is\n{found}"
    )


def test_SelfAttention_with_a_mask():
    """The mask applies to every sequence and head; a row with nothing allowed passes zeros to out."""
    x = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]], [[0.0, 3.0], [1.0, 1.0], [5.0, 0.0]]])
    mask = torch.tensor([[False, False, True], [False, False, False], [True, False, False]])
    for heads in (1, 2):
        kept, before = mask.clone(), x.clone()
        found = with_weights(2, heads, torch.eye(2), torch.eye(2), torch.eye(2))(x, kept).detach()
        expected = [[[3, 4], [1, 2], [2, 2]], [[6, 2], [1, 2], [1, 5]]]
        assert close(found, expected), (
            "The first position may attend to the third, the third to the first, the second to nothing: it gets the "
            f"bias of out. With {heads} head(s) the result should be\n{expected}\nyours is\n{found}"
        )
        assert torch.equal(kept, mask), "Your code modifies the mask. Create a new tensor."
        assert torch.equal(x, before), "Your code modifies x. Create a new tensor."


def test_positional_encoding_of_some_positions():
    """Sines and cosines alternate; the angles are t, t / 100, or t, t / 10000^(1/3), t / 10000^(2/3)."""
    found = tuple(attention.positional_encoding(5500, 2).shape)
    assert found == (5500, 2), f"T has no upper limit: for T = 5500, E = 2 the shape is (5500, 2); yours is {found}."
    found = attention.positional_encoding(3, 4)
    assert tuple(found.shape) == (3, 4), f"For T = 3, E = 4 the shape is (3, 4); yours is {tuple(found.shape)}."
    assert found.dtype == torch.float32, f"The default dtype is float32 here; yours is {found.dtype}."
    for size in (4, 6):
        angles = [[t / 10_000 ** (2 * i / size) for i in range(size // 2)] for t in range(3)]
        found = attention.positional_encoding(3, size)
        even, odd = [[[f(one) for one in row] for row in angles] for f in (math.sin, math.cos)]
        assert close(found[:, 0::2], even), (
            f"The even columns for E = {size} should be\n{even}\nyours are\n{found[:, 0::2]}"
        )
        assert close(found[:, 1::2], odd), (
            f"The odd columns for E = {size} should be\n{odd}\nyours are\n{found[:, 1::2]}"
        )


def test_positional_encoding_has_the_default_dtype():
    """If PyTorch's default dtype is float64, so is the encoding."""
    torch.set_default_dtype(torch.float64)
    try:
        found = attention.positional_encoding(2, 2).dtype
    finally:
        torch.set_default_dtype(torch.float32)
    assert found == torch.float64, (
        f"The encoding should have torch.get_default_dtype(), float64 here; yours is {found}."
    )
