"""作业 2 的公开检查。这只是初步检查：评分时会测试其他数值和大小，并比较梯度。"""

import mlp
import torch
from torch import nn

CUT = "detach()、.data、.item() 和 numpy 都会切断计算图"


def same(found, expected, what, advice=""):
    """张量的形状、dtype 或值与预期不符时报错。"""
    assert isinstance(found, torch.Tensor), f"{what}：应为张量，得到的是 {type(found).__name__}"
    shape, dtype = tuple(found.shape), found.dtype
    assert shape == tuple(expected.shape), f"{what}：形状应为 {tuple(expected.shape)}，得到的是 {shape}"
    assert dtype == expected.dtype, f"{what}：dtype 应为 {expected.dtype}，得到的是 {dtype}"
    tolerance = 1e-5 if dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{what}：应为 {expected.tolist()}，得到的是 {found.tolist()}。{advice}"
    )


def gradient(tensor, name):
    """传到某个张量的梯度。"""
    assert tensor.grad is not None, f"没有梯度传到 {name}；{CUT}"
    return tensor.grad


# ---- sigmoid、relu、tanh


def test_activations_of_a_few_numbers():
    """sigmoid(ln 4) = 0.8、tanh(ln 2) = 0.6、relu(3) = 3 等在 float32 和 float64 下都正确；x 保持不变。"""
    for dtype in (torch.float32, torch.float64):
        logs = torch.tensor([[1.0, 4.0, 0.25], [9.0, 1.0, 1.0]], dtype=dtype).log()
        sigmoids = torch.tensor([[0.5, 0.8, 0.2], [0.9, 0.5, 0.5]], dtype=dtype)
        for function, x, expected in (
            (mlp.sigmoid, logs, sigmoids),
            (mlp.tanh, logs / 2, 2 * sigmoids - 1),
            (mlp.relu, torch.tensor([[-2.0, 3.0, 0.0], [7.5, -0.5, 1.0]], dtype=dtype), None),
        ):
            name, before = function.__name__, x.clone()
            if expected is None:
                expected = torch.tensor([[0.0, 3.0, 0.0], [7.5, 0.0, 1.0]], dtype=dtype)
            same(function(x), expected, f"{name}({before.tolist()})")
            assert torch.equal(x, before), f"{name} 原地修改了 x；请创建新的张量"
            same(function(x[0, 1]), expected[0, 1], f"{name} 对单个数（形状为 ()）的结果")


def test_activations_have_the_right_slopes():
    """导数分别为 s (1 - s)、0 或 1、1 - tanh^2；对于 sigmoid 和 tanh，在恰好为 0 处也成立。"""
    for dtype in (torch.float32, torch.float64):
        s = torch.tensor([0.5, 0.8, 0.2], dtype=dtype)
        for function, x, expected in (
            (mlp.sigmoid, torch.tensor([1.0, 4.0, 0.25], dtype=dtype).log(), s * (1 - s)),
            (mlp.tanh, torch.tensor([1.0, 2.0, 0.5], dtype=dtype).log(), torch.tensor([1.0, 0.64, 0.64], dtype=dtype)),
            (mlp.relu, torch.tensor([-2.0, 3.0, 0.5], dtype=dtype), torch.tensor([0.0, 1.0, 1.0], dtype=dtype)),
        ):
            name, before = function.__name__, x.clone()
            x.requires_grad_()
            function(x).sum().backward()
            advice = f"如果只有 0 处的导数不对：|x| 和 sign(x) 在那里不可导。否则：{CUT}"
            same(gradient(x, "x"), expected, f"{name} 在 {before.tolist()} 处的导数", advice)
            assert torch.equal(x, before), f"{name} 原地修改了 x；请创建新的张量"


def test_activations_of_large_numbers():
    """从 -10,000 到 10,000，值和导数都有限且正确；relu 在 0 处的导数有限。"""
    for dtype in (torch.float32, torch.float64):
        for function, low, high in ((mlp.sigmoid, 0.0, 1.0), (mlp.relu, 0.0, None), (mlp.tanh, -1.0, 1.0)):
            name = function.__name__
            x = torch.tensor([-10_000.0, -500.0, 0.0, 500.0, 10_000.0], dtype=dtype, requires_grad=True)
            y = function(x)
            middle = 0.5 if function is mlp.sigmoid else 0.0
            tops = [500.0, 10_000.0] if high is None else [high, high]
            expected = torch.tensor([low, low, middle, *tops], dtype=dtype)
            same(y, expected, f"{name}({x.tolist()})", "e^10000 是 inf：请不要对很大的数求指数")
            y.sum().backward()
            slopes = gradient(x, "x")
            assert slopes.isfinite().all(), (
                f"{name} 在 {x.tolist()} 处的导数为 {slopes.tolist()}，并非都是有限的数"
            )
            ends, slope = slopes[[0, 1, 3, 4]], 1.0 if high is None else 0.0
            expected = torch.tensor([0.0, 0.0, slope, slope], dtype=dtype)
            same(ends, expected, f"{name} 在 -10,000、-500、500 和 10,000 处的导数")
    x = torch.tensor([-12.0, 12.0], dtype=torch.float64)
    expected = torch.tensor([6.14417460e-06, 1 - 6.14417460e-06], dtype=torch.float64)
    same(mlp.sigmoid(x), expected, "sigmoid 在 -12 和 12 处的值", "请只在函数恒定的范围内裁剪（clamp）x")


# ---- MLPRegression


def drawn(layer, name):
    """层的值不在 nn.Linear 默认初始化的范围内时报错。"""
    bound = layer.in_features**-0.5
    for kind, numbers in (("weight", layer.weight), ("bias", layer.bias)):
        largest = numbers.abs().max().item()
        few = numbers.numel() < 50
        assert largest <= bound + 1e-6 and (few or largest > 0.8 * bound), (  # noqa: PT018
            f"{name} 的 {kind} 最大达到 {largest:.3f}；nn.Linear 在 -{bound:.3f} 与 {bound:.3f} 之间抽取：请保留 "
            "PyTorch 的默认初始化"
        )


def fill(model, numbers):
    """按名称设置模型的参数。"""
    with torch.no_grad():
        for name, values in numbers.items():
            layer, _, kind = name.rpartition(".")
            parameter = getattr(getattr(model, layer), kind)
            parameter.copy_(torch.tensor(values, dtype=parameter.dtype))


def test_MLPRegression_has_two_layers():
    """各层的名称和形状与文档字符串一致，每个模型都有新的随机值。"""
    model, other = mlp.MLPRegression(4, 100), mlp.MLPRegression(4, 100)
    for name, expected in {"first_layer": (100, 4), "second_layer": (1, 100)}.items():
        layer = getattr(model, name)
        shapes = tuple(layer.weight.shape), tuple(layer.bias.shape)
        assert shapes == (expected, expected[:1]), (
            f"4 个特征、100 个隐藏神经元时，{name} 的 weight 和 bias 的形状应为 {expected} 和 {expected[:1]}，得到的是"
            f" {shapes[0]} 和 {shapes[1]}"
        )
    for name in ("first_layer", "second_layer"):
        drawn(getattr(model, name), name)
        for kind in ("weight", "bias"):
            one, two = (getattr(getattr(each, name), kind) for each in (model, other))
            assert not torch.equal(one, two), (
                f"两个新模型的 {name}.{kind} 相同；请保留 PyTorch 的默认初始化"
            )


SMALL = {
    "first_layer.weight": [[2.0, 0.0], [0.0, -1.0]],
    "first_layer.bias": [-2.0, 0.0],
    "second_layer.weight": [[4.0, -2.0]],
    "second_layer.bias": [-1.0],
}


def test_MLPRegression_of_a_small_network():
    """三行数据通过有两个隐藏神经元的网络，在两种模式和两种 dtype 下都正确；x 保持不变。"""
    advice = (
        "y_hat = f(f(x W1 + b1) W2 + b2)：两层之后都有 sigmoid 函数 f，训练模式和评估模式下都是如此"
    )
    for dtype in (torch.float32, torch.float64):
        model = mlp.MLPRegression(2, 2).to(dtype)
        fill(model, SMALL)
        w1, b1, w2, b2 = (torch.tensor(numbers, dtype=dtype) for numbers in SMALL.values())
        x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, -2.0]], dtype=dtype)
        before = x.clone()
        expected = torch.sigmoid(torch.sigmoid(x @ w1.T + b1) @ w2.T + b2)
        for mode in (True, False):
            model.train(mode)
            same(model(x), expected, f"{before.tolist()} 对应的预测值", advice)
            same(model(x[:1]), expected[:1], f"单独一行 {before[:1].tolist()} 对应的预测值", advice)
            assert torch.equal(x, before), "forward 原地修改了 x；请创建新的张量"


def test_MLPRegression_lets_gradients_through():
    """对预测值调用 backward()，梯度能传到 x 和每个参数，净输入恰好为 0 时也是如此。"""
    model = mlp.MLPRegression(2, 2)
    fill(model, SMALL)
    x = torch.tensor([[1.0, 0.0]], requires_grad=True)
    before = x.detach().clone()
    model(x).sum().backward()
    # 三个净输入都是 0，那里 f 的导数为 1/4。
    for name, expected in {
        "second_layer.bias": [0.25],
        "second_layer.weight": [[0.125, 0.125]],
        "first_layer.bias": [0.25, -0.125],
        "first_layer.weight": [[0.25, 0.0], [-0.125, 0.0]],
    }.items():
        layer, _, kind = name.rpartition(".")
        found = gradient(getattr(getattr(model, layer), kind), name)
        same(found, torch.tensor(expected), f"{name} 的梯度", "sigmoid 在 0 处的导数是 1/4")
    same(gradient(x, "x"), torch.tensor([[0.5, 0.125]]), "x 的梯度", CUT)
    assert torch.equal(x, before), "forward 原地修改了 x；请创建新的张量"


# ---- MLP


def test_MLP_has_its_layers():
    """四个大小得到 nn.ModuleList 中的三层，每个模型都有新的随机值。"""
    sizes = [4, 100, 3, 2]
    model, other = mlp.MLP(sizes), mlp.MLP(tuple(sizes))
    assert sizes == [4, 100, 3, 2], f"MLP 把大小的列表修改成了 {sizes}；请复制它：list(layer_sizes)"
    assert isinstance(model.layers, nn.ModuleList), (
        "layers 应为 nn.ModuleList，这样才能找到它的参数"
    )
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    expected = {
        "layers.0.weight": (100, 4),
        "layers.0.bias": (100,),
        "layers.1.weight": (3, 100),
        "layers.1.bias": (3,),
        "layers.2.weight": (2, 3),
        "layers.2.bias": (2,),
    }
    assert shapes == expected, f"大小为 4、100、3、2 时，各层应从 4 到 100、从 100 到 3、从 3 到 2；得到的是 {shapes}"
    for number, (layer, another) in enumerate(zip(model.layers, other.layers, strict=True)):
        drawn(layer, f"layers[{number}]")
        assert not torch.equal(layer.weight, another.weight), "两个新模型的权重相同；请不要设置随机种子"
        assert not torch.equal(layer.bias, another.bias), (
            "两个新模型的偏置相同；请保留默认的初始化"
        )
    same_sizes = mlp.MLP([2, 2, 2]).layers
    assert same_sizes[0] is not same_sizes[1], "大小为 2、2、2 时应有两层，得到的是同一层用了两次"


def chain(activation=None, sizes=(2, 2, 2, 1), dtype=torch.float64):
    """每一层的参数都很小且互不相同的网络。"""
    model = mlp.MLP(sizes) if activation is None else mlp.MLP(sizes, activation)
    model.to(dtype)
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            values = torch.arange(parameter.numel(), dtype=dtype).reshape(parameter.shape) - 1
            parameter.copy_((values + number) / 4)
    return model


def by_hand(model, x, f):
    """网络的预期输出。"""
    *hidden, last = [(layer.weight, layer.bias) for layer in model.layers]
    for weight, bias in hidden:
        x = f(x @ weight.T + bias)
    return x @ last[0].T + last[1]


def test_MLP_of_several_depths():
    """除最后一层外，每一层之后都有激活函数，任意深度和宽度、两种模式下都是如此；x 保持不变。"""
    advice = "请只在除最后一层外的每一层之后应用激活函数，不做其他处理"
    for sizes in ((2, 1), (2, 3, 2), (2, 2, 2, 1), (2, 4, 3, 2, 1)):
        for dtype in (torch.float32, torch.float64):
            model = chain(sizes=sizes, dtype=dtype)
            x = torch.tensor([[1.0, -2.0], [0.5, 0.0], [3.0, 1.0]], dtype=dtype)
            before = x.clone()
            for mode in (True, False):
                model.train(mode)
                for rows in (x, x[:1]):
                    expected = by_hand(model, rows, torch.sigmoid).detach()
                    found = model(rows)
                    same(
                        found.detach() if isinstance(found, torch.Tensor) else found,
                        expected,
                        f"大小为 {sizes} 时的预测值",
                        advice,
                    )
            assert torch.equal(x, before), "forward 原地修改了 x；请创建新的张量"


def test_MLP_uses_the_activation():
    """激活函数可以是任意函数或模块，并且两种模式下都会用到。"""
    x = torch.tensor([[1.0, -2.0], [0.5, 0.0]], dtype=torch.float64)
    for f, name in ((torch.tanh, "torch.tanh"), (nn.ELU(), "nn.ELU()"), (lambda z: z * z, "lambda z: z * z")):
        model = chain(f)
        for mode in (True, False):
            model.train(mode)
            expected = by_hand(model, x, f).detach()
            same(model(x).detach(), expected, f"激活函数为 {name} 时的预测值", "请使用参数 activation")


def test_MLP_lets_gradients_through():
    """对预测值调用 backward()，梯度能传到 x 以及所有层的权重和偏置。"""
    model = chain()
    x = torch.tensor([[1.0, -2.0], [0.5, 0.25]], dtype=torch.float64, requires_grad=True)
    leaves = [x, *model.parameters()]
    expected = torch.autograd.grad(by_hand(model, x, torch.sigmoid).sum(), leaves)
    model(x).sum().backward()
    names = ["x", *(name for name, _ in model.named_parameters())]
    for name, leaf, right in zip(names, leaves, expected, strict=True):
        same(gradient(leaf, name), right, f"{name} 的梯度", CUT)


# ---- parameter_table


def check_table(model, expected, advice=""):
    """模型的表与这些值和类型不符时报错。"""
    table = mlp.parameter_table(model)
    assert table == expected, f"表应为 {expected}，得到的是 {table}。{advice}"
    assert all(type(count) is int for _, _, count in table), "每个元素个数都应是 Python int"


def test_parameter_table_of_a_layer():
    """从 3 到 2 的一层有 6 个权重和 2 个偏置；它保持不变。"""
    layer = nn.Linear(3, 2)
    before = [parameter.detach().clone() for parameter in layer.parameters()]
    layer.bias.requires_grad_(False)
    check_table(layer, [("weight", (2, 3), 6), ("bias", (2,), 2)], "它是由元组 (name, shape, number) 组成的列表")
    now = list(layer.parameters())
    assert all(map(torch.equal, before, now)), "parameter_table 修改了模型的参数"
    changed = "parameter_table 修改了某个参数的 requires_grad，或者模型的训练/评估模式"
    assert [parameter.requires_grad for parameter in now] == [True, False], changed
    assert layer.training, changed
    check_table(layer.eval(), [("weight", (2, 3), 6), ("bias", (2,), 2)])
    assert not layer.training, changed


def test_parameter_table_of_MLPRegression():
    """MLPRegression(4, 2) 有 4 个参数，共 13 个元素。"""
    table = mlp.parameter_table(mlp.MLPRegression(4, 2))
    assert len(table) == 4, f"两层都有权重和偏置，应有 4 行，得到的是 {len(table)} 行"
    total = sum(count for _, _, count in table)
    assert total == 13, f"4 * 2 + 2 + 2 * 1 + 1 = 13；你的第三列之和为 {total}"


def test_parameter_table_of_other_models():
    """对于嵌套的模块、缓冲区（buffer）、共享的参数、形状为 () 的参数以及没有参数的模型，表都正确。"""
    deep = nn.Sequential(nn.Sequential(nn.Conv1d(2, 3, 5), nn.BatchNorm1d(3)), nn.Linear(3, 4, bias=False))
    rows = [("0.0.weight", (3, 2, 5), 30), ("0.0.bias", (3,), 3), ("0.1.weight", (3,), 3), ("0.1.bias", (3,), 3)]
    check_table(deep, [*rows, ("1.weight", (4, 3), 12)], "是否去掉了缓冲区（buffer），并包含了嵌套的模块？")
    one, two = nn.Linear(2, 2), nn.Linear(2, 2)
    two.weight = one.weight
    rows = [("0.weight", (2, 2), 4), ("0.bias", (2,), 2), ("1.bias", (2,), 2)]
    check_table(nn.Sequential(one, two), rows, "共享的参数只列出一次")
    model = nn.Sequential(nn.Linear(1, 1))
    model.scale = nn.Parameter(torch.tensor(2.0))
    rows = [("scale", (), 1), ("0.weight", (1, 1), 1), ("0.bias", (1,), 1)]
    check_table(model, rows, "模型自己的参数排在前面；形状为 () 的参数有 1 个元素")
    check_table(nn.ReLU(), [], "nn.ReLU 没有参数")
