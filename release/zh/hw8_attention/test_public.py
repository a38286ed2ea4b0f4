"""作业 8 的公开检查。这只是初步检查：评分时会测试其他大小和掩码。"""

import math

import attention
import torch

STAY = "请使用 PyTorch 的运算，不要用 .item()、.detach() 或 torch.no_grad()。"
# 三个位置各自可以关注的位置；没有一行与下标相同的列相等。
MASK = [[True, False, True], [True, True, False], [False, True, False]]


def close(found, expected):
    """张量是否具有预期的形状，且精确到五位小数时具有预期的值。"""
    expected = torch.tensor(expected, dtype=found.dtype)
    return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-5)


def without_gradient(out, tensors):
    """没有梯度传到的张量的名称。"""
    assert out.requires_grad, f"结果脱离了计算图，因此梯度无法传回：{STAY}"
    out.pow(2).sum().backward()
    return [name for name, tensor in tensors.items() if tensor.grad is None]


def test_attention_of_two_positions():
    """得分为 (ln 3, 0) 和 (0, 0) 时，权重为 (3/4, 1/4) 和 (1/2, 1/2)。"""
    for dtype in (torch.float32, torch.float64):
        q = torch.tensor([[2 * math.log(3), 0, 0, 0], [0, 0, 0, 0]], dtype=dtype)
        k = torch.tensor([[1, 0, 0, 0], [0, 0, 0, 0]], dtype=dtype)
        v = torch.tensor([[8, 0, 0, 0], [0, 8, 0, 0]], dtype=dtype)
        found = attention.attention(q, k, v)
        assert found.dtype == dtype, f"结果应与 q 一样是 {dtype}，得到的是 {found.dtype}。"
        assert close(found, [[6, 2, 0, 0], [4, 4, 0, 0]]), (
            "q k^T 的第一个元素是 2 ln 3，要除以 sqrt(4)；权重的每一行之和为 1。结果应为 [[6, 2, 0, 0], [4, 4, 0, "
            f"0]]，得到的是\n{found}"
        )


def test_attention_of_many_sequences():
    """每个序列各自计算注意力，前导维度可以有任意多个。"""
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 3, 6, 5)
    together = attention.attention(q, k, v)
    assert together.shape == q.shape, (
        f"形状应与 q 的 {tuple(q.shape)} 相同，得到的是 {tuple(together.shape)}。"
    )
    alone = torch.stack(
        [torch.stack([attention.attention(q[i, j], k[i, j], v[i, j]) for j in range(3)]) for i in range(2)]
    )
    assert torch.allclose(together, alone, atol=1e-5), "同一个序列，放在一批中与单独计算时结果不同。"


def test_attention_with_a_mask():
    """在每个序列中，softmax 都只对允许的位置计算。"""
    q, k = torch.zeros(2, 3, 2), torch.ones(2, 3, 2)  # 所有得分都是 0，因此允许的各个位置权重相同
    v = torch.tensor([[[6.0, 0.0], [0.0, 6.0], [12.0, 12.0]], [[1.0, 1.0], [2.0, 3.0], [4.0, 5.0]]])
    found = attention.attention(q, k, v, torch.tensor(MASK))
    expected = [[[9, 6], [3, 3], [0, 6]], [[2.5, 3], [1.5, 2], [2, 3]]]
    assert close(found, expected), (
        f"第一个位置可以关注第一个和第三个位置，权重各为 1/2，因此得到它们的值的均值。结果应为\n{expected}\n得到的是\n"
        f"{found}"
    )
    both = torch.tensor([[[True, False, False]], [[False, False, True]]])  # (2, 1, 3)：所有位置共用一行
    found = attention.attention(q, k, v, both)
    expected = [[[6, 0]] * 3, [[4, 5]] * 3]
    assert close(found, expected), (
        "形状为 (2, 1, 3) 的掩码广播到 (2, 3, 3)：在第一个序列中，所有位置都关注第一个位置，在第二个序列中都关注第三"
        f"个位置。结果应为\n{expected}\n得到的是\n{found}"
    )


def test_attention_of_large_scores():
    """得分远离 0 时，无论有无掩码，结果都正确。"""
    for sign in (1.0, -1.0):
        q = torch.tensor([[300.0], [200.0]])
        k, v = torch.tensor([[100.0], [200.0]]) * sign, torch.tensor([[1.0], [5.0]])
        found = attention.attention(q, k, v)
        expected = [[5.0 if sign > 0 else 1.0]] * 2
        assert close(found, expected), f"较大的得分应得到全部权重：{expected}；得到的是 {found}。"
        found = attention.attention(q, k, v, torch.tensor([[True, False], [False, True]]))
        assert close(found, [[1.0], [5.0]]), (
            f"如果只允许一个位置，无论它的得分多低，结果都是它的值：[[1], [5]]；得到的是 {found}。"
        )
        k = torch.tensor([[-400.0], [400.0]]) * sign
        found = attention.attention(q, k, v, torch.tensor([[True, False], [True, False]]))
        assert close(found, [[1.0], [1.0]]), (
            f"如果只允许第一个位置，无论得分是多少，结果都是它的值；得到的是 {found}。"
        )


def test_attention_with_nothing_allowed():
    """全被掩蔽的行得到零，梯度也为零。"""
    torch.manual_seed(0)
    tensors = {name: torch.randn(2, 3, requires_grad=True) for name in "qkv"}
    found = attention.attention(*tensors.values(), torch.tensor([[True, True], [False, False]]))
    assert close(found.detach()[1:], [[0.0, 0.0, 0.0]]), f"第二行必须全为零，得到的是\n{found}"
    missing = without_gradient(found, tensors)
    assert not missing, f"没有梯度传到 {', '.join(missing)}：{STAY}"
    for name, tensor in tensors.items():
        assert tensor.grad.isfinite().all(), (
            f"{name} 的梯度中有 NaN：一行 -inf 的 softmax 是 0 / 0。"
        )
    tensors = {name: torch.randn(2, 3, requires_grad=True) for name in "qkv"}
    found = attention.attention(*tensors.values(), torch.tensor([[False, False], [False, False]]))
    found.sum().backward()
    wrong = [name for name, tensor in tensors.items() if tensor.grad is not None and tensor.grad.any()]
    assert not wrong, (
        f"所有行都全被掩蔽时，梯度应为零；{', '.join(wrong)} 的梯度却不是。"
    )


def test_attention_leaves_its_inputs_unchanged():
    """q、k、v 和掩码都保持不变。"""
    inputs = {name: torch.randn(3, 2) for name in "qkv"} | {"mask": torch.tensor(MASK)}
    before = {name: tensor.clone() for name, tensor in inputs.items()}
    attention.attention(*inputs.values())
    changed = [name for name, tensor in inputs.items() if not torch.equal(tensor, before[name])]
    assert not changed, f"你的代码修改了 {', '.join(changed)}。请创建新的张量。"


def test_causal_mask_of_some_lengths():
    """每个位置看到自己和前面的所有位置。"""
    found = attention.causal_mask(4)
    assert isinstance(found, torch.Tensor), f"掩码必须是张量，得到的是 {type(found).__name__}。"
    assert found.dtype == torch.bool, f"掩码必须是布尔型，得到的是 {found.dtype}。"
    for size in (1, 4):
        found = attention.causal_mask(size).tolist()
        expected = [[True] * (row + 1) + [False] * (size - row - 1) for row in range(size)]
        assert found == expected, f"掩码应在 column <= row 处为 True：{expected}；得到的是 {found}。"


def test_SelfAttention_layers_and_shape():
    """qkv 层有 3 E 个输出，out 有 E 个，没有其他参数，结果的形状与 x 相同。"""
    module = attention.SelfAttention(6, 2)
    shapes = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
    expected = {"qkv.weight": (18, 6), "qkv.bias": (18,), "out.weight": (6, 6), "out.bias": (6,)}
    assert shapes == expected, f"参数必须是 nn.Linear(6, 18) 和 nn.Linear(6, 6) 的参数，得到的是 {shapes}。"
    for name in ("qkv", "out"):
        weight = getattr(module, name).weight
        assert 2 * weight.unique().numel() > weight.numel(), (
            f"{name} 的大多数权重相等；应随机初始化。"
        )
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 4, 6, dtype=dtype, requires_grad=True)
        found = attention.SelfAttention(6, 2).to(dtype)(x)
        assert tuple(found.shape) == (2, 4, 6), (
            f"形状应与 x 的 (2, 4, 6) 相同，得到的是 {tuple(found.shape)}。"
        )
        assert found.dtype == dtype, f"结果应与 x 一样是 {dtype}，得到的是 {found.dtype}。"
    module, x = attention.SelfAttention(6, 2), torch.randn(2, 3, 6)
    found = module(x)
    module.eval()(x, torch.eye(3, dtype=torch.bool))
    again = module(x)
    assert close(found.detach(), again.detach().tolist()), (
        f"在评估模式下，以及在一次带掩码的调用之后，结果应与之前相同：\n{found}\n得到的是\n{again}"
    )
    missing = without_gradient(again, dict(module.named_parameters()))
    assert not missing, f"没有梯度传到 {', '.join(missing)}：{STAY}"


def test_SelfAttention_checks_the_heads():
    """头数不能整除特征数时，引发 ValueError，并写出这两个数。"""
    for features, heads in [(10, 4), (3, 7)]:
        found = "没有异常"
        try:
            attention.SelfAttention(features, heads)
        except NotImplementedError:
            raise
        except Exception as error:  # noqa: BLE001 - the next line says which
            found = error
        asked = f"SelfAttention({features}, {heads}) 必须引发 ValueError，并写出 {features} 和 {heads}"
        assert isinstance(found, ValueError), f"{asked}；得到的是 {found!r}。"
        missing = [number for number in (features, heads) if str(number) not in str(found)]
        assert not missing, f"{asked}；你的消息是：{found}"


def with_weights(features, heads, keys, values, out):
    """一个模块，查询就是 x，键、值和 out 使用给定的权重。"""
    module = attention.SelfAttention(features, heads)
    with torch.no_grad():
        module.qkv.weight.copy_(torch.cat([torch.eye(features), keys, values]))
        module.qkv.bias.zero_()
        module.out.weight.copy_(out)
        module.out.bias.copy_(torch.arange(1.0, features + 1))
    return module


def test_SelfAttention_of_two_heads():
    """每个头用自己的特征计算注意力；结果拼接起来，经过 out。"""
    # 头 0 有特征 0 到 3。位置 0 对位置 1 的键的得分是 ln 3，因此权重是 3/4。其他得分都是 0，头 1 的得分也是；头 1 有特
    # 征 4 到 7，它计算的是均值。
    a = math.sqrt(math.log(3))
    x = torch.tensor([[[a, 0, 0, 0, 0, 0, 0, 0], [0, a, 0, 0, 0, 0, 0, 0]], [[0.0] * 8, [0.0] * 8]])
    keys, values = torch.zeros(8, 8), torch.zeros(8, 8)
    keys[0, 1] = 2
    values[2, 0], values[3, 1], values[6, 0], values[5, 1] = 8 / a, 4 / a, 6 / a, 2 / a
    out = torch.eye(8).roll(1, 0)  # 把特征移动一位
    found = with_weights(8, 2, keys, values, out)(x).detach()
    expected = [[[1, 2, 3, 6, 8, 6, 8, 11], [1, 2, 3, 8, 7, 6, 8, 11]], [[1, 2, 3, 4, 5, 6, 7, 8]] * 2]
    assert close(found, expected), (
        "qkv 依次计算所有查询、所有键、所有值；头 j 有三者中下标为 j d 到 (j + 1) d - 1 的特征，得分除以 sqrt(d)，out"
        f" 的输入是拼接后的各个头。结果应为\n{expected}\n得到的是\n{found}"
    )


def test_SelfAttention_with_a_mask():
    """掩码作用于每个序列和每个头；全被掩蔽的行向 out 传入零。"""
    x = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]], [[0.0, 3.0], [1.0, 1.0], [5.0, 0.0]]])
    mask = torch.tensor([[False, False, True], [False, False, False], [True, False, False]])
    for heads in (1, 2):
        kept, before = mask.clone(), x.clone()
        found = with_weights(2, heads, torch.eye(2), torch.eye(2), torch.eye(2))(x, kept).detach()
        expected = [[[3, 4], [1, 2], [2, 2]], [[6, 2], [1, 2], [1, 5]]]
        assert close(found, expected), (
            f"第一个位置可以关注第三个位置，第三个可以关注第一个，第二个都不能关注：它得到 out 的偏置。头数为 {heads} "
            f"时，结果应为\n{expected}\n得到的是\n{found}"
        )
        assert torch.equal(kept, mask), "你的代码修改了掩码。请创建新的张量。"
        assert torch.equal(x, before), "你的代码修改了 x。请创建新的张量。"


def test_positional_encoding_of_some_positions():
    """正弦和余弦交替；角度是 t、t / 100，或 t、t / 10000^(1/3)、t / 10000^(2/3)。"""
    found = tuple(attention.positional_encoding(5500, 2).shape)
    assert found == (5500, 2), f"T 没有上限：T = 5500、E = 2 时形状应为 (5500, 2)；得到的是 {found}。"
    found = attention.positional_encoding(3, 4)
    assert tuple(found.shape) == (3, 4), f"T = 3、E = 4 时形状应为 (3, 4)，得到的是 {tuple(found.shape)}。"
    assert found.dtype == torch.float32, f"这里的默认 dtype 是 float32，得到的是 {found.dtype}。"
    for size in (4, 6):
        angles = [[t / 10_000 ** (2 * i / size) for i in range(size // 2)] for t in range(3)]
        found = attention.positional_encoding(3, size)
        even, odd = [[[f(one) for one in row] for row in angles] for f in (math.sin, math.cos)]
        assert close(found[:, 0::2], even), (
            f"E = {size} 时，偶数列应为\n{even}\n得到的是\n{found[:, 0::2]}"
        )
        assert close(found[:, 1::2], odd), (
            f"E = {size} 时，奇数列应为\n{odd}\n得到的是\n{found[:, 1::2]}"
        )


def test_positional_encoding_has_the_default_dtype():
    """如果 PyTorch 的默认 dtype 是 float64，编码也是 float64。"""
    torch.set_default_dtype(torch.float64)
    try:
        found = attention.positional_encoding(2, 2).dtype
    finally:
        torch.set_default_dtype(torch.float32)
    assert found == torch.float64, (
        f"编码的 dtype 应为 torch.get_default_dtype()，这里是 float64；得到的是 {found}。"
    )
