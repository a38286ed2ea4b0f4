"""作业 4 的公开检查。这只是初步检查：评分时会测试更多的大小和表达式。"""

import math

import backprop
import torch

DTYPES = torch.float32, torch.float64


def check_tensor(name, found, expected):
    """张量的形状、dtype 和值都符合预期。"""
    assert isinstance(found, torch.Tensor), f"{name} 必须是张量，得到的是 {type(found).__name__}"
    shape, right = tuple(found.shape), tuple(expected.shape)
    assert shape == right, f"{name} 的形状应为 {right}，得到的是 {shape}"
    assert found.dtype == expected.dtype, f"{name} 应与输入一样是 {expected.dtype}，得到的是 {found.dtype}"
    tolerance = 1e-5 if found.dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{name} 应为 {expected.tolist()}，得到的是 {found.tolist()}"
    )


def check_unchanged(**inputs):
    """每个输入（按名称给出，附调用前的值）都没有被修改。"""
    for name, (after, before) in inputs.items():
        assert torch.equal(after, before), f"不得修改 {name}：请创建新的张量，或在副本上操作"


def test_sigmoid_vjp_of_four_numbers():
    """在 0 处导数为 1/4；在 ln 3 和 -ln 3 处，sigmoid 为 3/4 和 1/4，导数为 3/16。"""
    for dtype in DTYPES:
        z = torch.tensor([[0.0, math.log(3)], [-math.log(3), 0.0]], dtype=dtype)
        v = torch.tensor([[8.0, 16.0], [32.0, -4.0]], dtype=dtype)
        before = z.clone(), v.clone()
        found = backprop.sigmoid_vjp(z, v)
        check_tensor("v^T J", found, torch.tensor([[2.0, 3.0], [6.0, -1.0]], dtype=dtype))
        check_unchanged(z=(z, before[0]), v=(v, before[1]))


def test_linear_vjp_of_one_row():
    """当 x = (1, 2)、w = (3, 4)、v = 10 时，梯度为 (30, 40)、(10, 20) 和 10。"""
    x, w, b, v = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]), torch.tensor([[10.0]])
    dx, dw, db = backprop.linear_vjp(x, w, b, v)
    check_tensor("等于 v w 的 dx", dx, torch.tensor([[30.0, 40.0]]))
    check_tensor("等于 v^T x 的 dw", dw, torch.tensor([[10.0, 20.0]]))
    check_tensor("等于 v 各行之和的 db", db, torch.tensor([10.0]))


def test_linear_vjp_of_three_rows():
    """三行样本、两个输入和两个输出；所有行的贡献相加。"""
    for dtype in DTYPES:
        x = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]], dtype=dtype)
        w, b = torch.tensor([[1.0, -2.0], [0.0, 4.0]], dtype=dtype), torch.tensor([5.0, 6.0], dtype=dtype)
        v = torch.tensor([[1.0, 0.0], [2.0, -1.0], [0.0, 3.0]], dtype=dtype)
        before = [tensor.clone() for tensor in (x, w, b, v)]
        found = backprop.linear_vjp(x, w, b, v)
        assert len(found) == 3, f"应有三个梯度 (dx, dw, db)，得到的是 {len(found)} 个"
        dx, dw, db = found
        check_tensor("dx", dx, torch.tensor([[1.0, -2.0], [2.0, -8.0], [0.0, 12.0]], dtype=dtype))
        check_tensor("dw", dw, torch.tensor([[1.0, 0.0], [9.0, 4.0]], dtype=dtype))
        check_tensor("db", db, torch.tensor([3.0, 2.0], dtype=dtype))
        check_unchanged(**dict(zip("xwbv", zip((x, w, b, v), before, strict=True), strict=True)))


def check_jacobian(f, point, expected):
    """函数的雅可比矩阵精确到百万分之一。"""
    x = torch.tensor(point, dtype=torch.float64)
    before = x.clone()
    found = backprop.jacobian(f, x)
    expected = torch.tensor(expected, dtype=torch.float64)
    shape, right = tuple(found.shape), tuple(expected.shape)
    assert shape == right, f"J 中每个输出对应一行、每个输入对应一列，形状应为 {right}；得到的是 {shape}"
    assert found.dtype == torch.float64, f"J 应与 x 一样是 float64，得到的是 {found.dtype}"
    error = float((found - expected).norm() / expected.norm())
    assert error <= 1e-6, f"误差不得超过 J 的范数的 1e-6；得到的误差是它的 {error:.1g}"
    check_unchanged(x=(x, before))


def test_jacobian_of_a_product():
    """f(x, y) = (x y, x + y, x) 的雅可比矩阵是 (y, x)、(1, 1)、(1, 0)。"""
    check_jacobian(
        lambda t: torch.stack([t[0] * t[1], t[0] + t[1], t[0]]), [2.0, 5.0], [[5.0, 2.0], [1.0, 1.0], [1.0, 0.0]]
    )


def test_jacobian_of_one_number():
    """只有一个输出时雅可比矩阵只有一行，只有一个输入时只有一列，两者都是一个时形状为 (1, 1)。"""
    check_jacobian(lambda t: (t * t).sum(0, keepdim=True), [1.0, -2.0, 3.0], [[2.0, -4.0, 6.0]])
    check_jacobian(lambda t: torch.cat([t.sin(), 3 * t]), [0.0], [[1.0], [3.0]])
    check_jacobian(torch.exp, [0.5], [[math.exp(0.5)]])


def test_jacobian_of_curves():
    """f(x, y) = (x^3 + e^y, sin(x y)) 的雅可比矩阵是 (3 x^2, e^y)、(y cos(x y), x cos(x y))，在 y = 0 处也成立。"""

    def f(t):
        assert t.shape == (2,), f"f 接受一个形状为 (2,) 的向量；你调用它时用的形状是 {tuple(t.shape)}"
        assert t.dtype == torch.float64, f"f 与 x 一样接受 float64；你调用它时用的是 {t.dtype}"
        return torch.stack([t[0] ** 3 + t[1].exp(), (t[0] * t[1]).sin()])

    for x, y in ((0.5, 0.0), (1.5, -0.75)):
        check_jacobian(f, [x, y], [[3 * x**2, math.exp(y)], [y * math.cos(x * y), x * math.cos(x * y)]])


def network(dtype):
    """一个有 2 个输入、3 个和 2 个隐藏单元、2 个输出的网络；两行数据及其目标。"""
    weights = [[[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]], [[1.0, -2.0, 0.5], [0.0, 1.0, 1.0]], [[4.0, -1.0], [2.0, 3.0]]]
    biases = [[0.0, 0.5, -1.0], [0.25, -0.5], [1.0, -2.0]]
    tensors = [[torch.tensor(numbers, dtype=dtype) for numbers in part] for part in (weights, biases)]
    x, y = torch.tensor([[2.0, 1.0], [-1.0, 0.5]], dtype=dtype), torch.tensor([[3.0, 0.0], [1.0, -1.0]], dtype=dtype)
    return *tensors, x, y


def check_network_unchanged(weights, biases, x, y):
    """列表和其中的张量都没有被修改。"""
    right = network(x.dtype)
    for name, found, expected in zip(("weights", "biases"), (weights, biases), right, strict=False):
        assert len(found) == len(expected), f"列表 {name} 原来有 {len(expected)} 项；现在有 {len(found)} 项"
        same = all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
        assert same, f"不得修改列表 {name} 和其中的张量：请在副本上操作"
    check_unchanged(x=(x, right[2]), y=(y, right[3]))


def test_forward_pass_of_a_small_network():
    """z(1) = 0 时，隐藏单元输出 0.5，且 y_hat = 4 * 0.5 + 1 = 3。"""
    weights, biases = [torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0]])], [torch.tensor([0.0]), torch.tensor([1.0])]
    found = backprop.forward_pass(weights, biases, torch.tensor([[2.0, 2.0]]))
    assert isinstance(found, tuple | list) and len(found) == 2, "forward_pass 应返回元组 (zs, activations)"  # noqa: PT018
    zs, activations = found
    assert len(zs) == 2, f"两层应有两个 z，得到的是 {len(zs)} 个"
    assert len(activations) == 3, f"activations 应含 x、一个隐藏层和输出，共 3 项；得到的是 {len(activations)} 项"
    check_tensor("等于 x 的 activations[0]", activations[0], torch.tensor([[2.0, 2.0]]))
    check_tensor("等于 sigmoid(0) 的 activations[1]", activations[1], torch.tensor([[0.5]]))
    check_tensor("不经过 sigmoid 的 activations[2]", activations[2], torch.tensor([[3.0]]))


def test_forward_pass_layer_by_layer():
    """两行样本、三层：每个 z(l) 是 a(l-1) W(l)^T + b(l)，每个 a(l) 是它的 sigmoid，而 a(L) 是 z(L)。"""
    for dtype in DTYPES:
        weights, biases, x, y = network(dtype)
        zs, activations = backprop.forward_pass(weights, biases, x)
        check_network_unchanged(weights, biases, x, y)
        assert (len(zs), len(activations)) == (3, 4), "三层应有三个 z 和四个活性值，其中包括 x"
        check_tensor("等于 x 的 activations[0]", activations[0], x)
        for layer in range(3):
            z = activations[layer] @ weights[layer].T + biases[layer]
            check_tensor(f"zs[{layer}]", zs[layer], z)
            a = 1 / (1 + torch.exp(-z)) if layer < 2 else z
            check_tensor(f"activations[{layer + 1}]", activations[layer + 1], a)


def test_backward_pass_of_a_small_network():
    """y_hat = 3、y = 1 时，delta(2) 为 4，各梯度可以手算得出。"""
    weights, biases = [torch.tensor([[1.0, -1.0]]), torch.tensor([[4.0]])], [torch.tensor([0.0]), torch.tensor([1.0])]
    dws, dbs = backprop.backward_pass(weights, biases, torch.tensor([[2.0, 2.0]]), torch.tensor([[1.0]]))
    assert len(dws) == len(dbs) == 2, "每个列表中，两层应各有一个梯度"
    check_tensor("等于 2 (y_hat - y) 的 dbs[1]", dbs[1], torch.tensor([4.0]))
    check_tensor("等于 4 乘以隐藏单元的输出 0.5 的 dws[1]", dws[1], torch.tensor([[2.0]]))
    check_tensor("等于 4 * 4 * 导数 1/4 的 dbs[0]", dbs[0], torch.tensor([4.0]))
    check_tensor("等于 4 * x 的 dws[0]", dws[0], torch.tensor([[8.0, 8.0]]))


def test_backward_pass_against_differences():
    """两行样本、三层：梯度与损失的有限差分一致。"""
    for dtype in DTYPES:
        weights, biases, x, y = network(dtype)
        dws, dbs = backprop.backward_pass(weights, biases, x, y)
        check_network_unchanged(weights, biases, x, y)
        assert len(dws) == len(dbs) == 3, "每个列表中，三层应各有一个梯度"
        for name, gradients, right in zip(("dws", "dbs"), (dws, dbs), slopes(), strict=True):
            for layer, (gradient, slope) in enumerate(zip(gradients, right, strict=True)):
                check_tensor(f"{name}[{layer}]", gradient, slope.to(dtype))


def slopes():
    """用 float64 的有限差分求 `network` 的损失的梯度。"""
    weights, biases, x, y = network(torch.float64)

    def loss():
        a = x
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            z = a @ w.T + b
            a = 1 / (1 + torch.exp(-z)) if layer < 2 else z
        return ((a - y) ** 2).mean()

    def slope(tensor, place):
        losses = []
        for step in (1e-5, -1e-5):
            tensor.view(-1)[place] += step
            losses.append(loss())
            tensor.view(-1)[place] -= step
        return (losses[0] - losses[1]) / 2e-5

    return [
        [torch.stack([slope(t, place) for place in range(t.numel())]).reshape(t.shape) for t in part]
        for part in (weights, biases)
    ]


def check_value(what, expression, *numbers, right=None):
    """由 Value 组成的表达式，其值和导数与 ``right``（或表达式自身）在浮点数上的一致。"""
    right = right or expression
    values = [backprop.Value(number) for number in numbers]
    result = expression(*values)
    assert isinstance(result, backprop.Value), f"{what}：结果应为 Value，得到的是 {type(result).__name__}"
    result.backward()
    for place, (value, number) in enumerate(zip(values, numbers, strict=True)):
        assert value.data == number, f"{what}：不得修改操作数，请创建新的 Value"
        floats = [[n + step * (i == place) for i, n in enumerate(numbers)] for step in (1e-6, -1e-6)]
        slope = (right(*floats[0]) - right(*floats[1])) / 2e-6
        found = value.grad
        close = isinstance(found, (int, float)) and abs(found - slope) <= 1e-6 * (1 + abs(slope))
        assert close, f"{what}：在 {numbers} 处的导数约为 {slope:.6g}，得到的是 {found}"
    data = right(*numbers)
    close = isinstance(result.data, (int, float)) and abs(result.data - data) <= 1e-8 * (1 + abs(data))
    assert close, f"{what}：在 {numbers} 处的值为 {data}，得到的是 {result.data}"
    assert result.grad == 1, f"结果对自身的导数是 1，得到的是 {result.grad}"


FUNCTIONS = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "relu": lambda a: max(0.0, a),
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
}


def test_Value_before_backward():
    """新建的 Value 存有它的数，梯度为 0。"""
    a = backprop.Value(2.5)
    assert a.data == 2.5, f"data 就是这个数 2.5，得到的是 {a.data}"
    assert a.grad == 0, f"调用 backward() 之前 grad 为 0.0，得到的是 {a.grad}"


def test_Value_of_a_small_expression():
    """对 result = a b + a，在 a = 2、b = -3 处：data 为 -4，梯度为 b + 1 = -2 和 a = 2。"""
    a, b = backprop.Value(2.0), backprop.Value(-3.0)
    p = a * b
    result = p + a
    result.backward()
    assert abs(result.data + 4) < 1e-9, f"2 * (-3) + 2 = -4，得到的是 {result.data}"
    assert abs(b.grad - 2) < 1e-9, f"对 b 的导数是 a = 2，得到的是 {b.grad}"
    assert abs(a.grad + 2) < 1e-9, f"a 用了两次：b + 1 = -2；得到的是 {a.grad}。两条路径的贡献相加了吗？"
    assert abs(p.grad - 1) < 1e-9, f"中间的 Value 也有梯度：a b 的是 1；得到的是 {p.grad}"


def test_Value_arithmetic():
    """两个 Value 的和、差、积、商，以及有一侧是数的情形。"""
    for b in (2.5, -1.25):
        check_value("a + b", lambda a, b: a + b, 1.5, b)
        check_value("a - b", lambda a, b: a - b, 1.5, b)
        check_value("a * b", lambda a, b: a * b, 1.5, b)
        check_value("a / b", lambda a, b: a / b, 1.5, b)
    check_value("-a", lambda a: -a, 1.5)
    for number in (3, -0.5):
        for what, left, right in (
            ("和", lambda a, n=number: a + n, lambda a, n=number: n + a),
            ("差", lambda a, n=number: a - n, lambda a, n=number: n - a),
            ("积", lambda a, n=number: a * n, lambda a, n=number: n * a),
            ("商", lambda a, n=number: a / n, lambda a, n=number: n / a),
        ):
            check_value(f"a 与 {number} 的{what}", left, 1.75)
            check_value(f"{number} 与 a 的{what}", right, 1.75)


def test_Value_powers():
    """正数、负数和 0 的幂，指数可以是负数、分数和 0。"""
    for a, n in ((1.5, 3), (-1.5, 2), (2.0, -2), (-2.0, -1), (4.0, 0.5), (0.0, 2), (0.0, 3.0), (1.5, 1), (2.5, 0)):
        check_value(f"a ** {n}", lambda a, n=n: a**n, a)
        check_value(f"a ** {n} + a ** {n}", lambda a, n=n: a**n + a**n, a)


def test_Value_functions():
    """exp、log、tanh、relu 和 sigmoid，单独使用或在更大的表达式中。"""
    for name, right in FUNCTIONS.items():
        for a in (0.5, 2.0, 3.0) if name == "log" else (0.5, -0.5, 2.0):
            check_value(name, lambda a, name=name: getattr(a, name)(), a, right=right)
            check_value(
                f"3 乘以 {name}",
                lambda a, name=name: getattr(a, name)() * 3.0,
                a,
                right=lambda a, right=right: 3 * right(a),
            )
            check_value(
                f"{name} + 2 {name}",
                lambda a, name=name: getattr(a, name)() + getattr(a, name)() * 2.0,
                a,
                right=lambda a, right=right: 3 * right(a),
            )


def test_Value_functions_of_large_numbers():
    """exp、tanh、relu 和 sigmoid 在 -90 和 90 处的导数正确。"""
    slopes = {"exp": (0, math.exp(90)), "tanh": (0, 0), "relu": (0, 1), "sigmoid": (0, 0)}
    for name, expected in slopes.items():
        for number, slope in zip((-90.0, 90.0), expected, strict=True):
            a = backprop.Value(number)
            getattr(a, name)().backward()
            assert abs(a.grad - slope) <= 1e-8 * (1 + slope), (
                f"{name} 在 {number} 处的导数应为 {slope}，得到的是 {a.grad}"
            )


def test_Value_on_several_paths():
    """一个 Value 被多次使用时，所有路径的贡献相加，无论路径多长。"""
    for a, b in ((0.75, -1.25), (1.5, 0.5)):
        check_value("a * a", lambda a, _: a * a, a, b)
        check_value("a + a", lambda a, _: a + a, a, b)
        check_value("(a + b) * (a * b)", lambda a, b: (a + b) * (a * b), a, b)

        def short_and_long(a, b):
            p = a * b
            q = p * a
            return (q * p + p) * p

        check_value("(q p + p) p，其中 p = a b，q = p a", short_and_long, a, b)


def test_Value_backward_twice():
    """第二次调用 backward()，无论是对同一个结果，还是在对另一个结果调用之后，得到的梯度都与第一次相同。"""
    for first in ("无", "同一个结果", "另一个结果"):
        a, b = backprop.Value(3.0), backprop.Value(0.5)
        p = a * b
        result, other = p * a, p + a
        if first != "无":
            (other if first == "另一个结果" else result).backward()
        result.backward()
        for name, value, slope in (("a", a, 3.0), ("b", b, 9.0), ("a b", p, 3.0)):
            assert abs(value.grad - slope) < 1e-9, (
                f"d(a b a)/d({name}) 是 {slope}，得到的是 {value.grad}（先前调用过 backward() 的：{first}）。请先把计"
                "算图中的所有梯度置零"
            )


def test_Value_of_a_long_chain():
    """10,000 个 Value 的和可以求导。"""
    a = backprop.Value(0.25)
    total = a
    for _ in range(9_999):
        total = total + a
    total.backward()
    assert abs(a.grad - 10_000) < 1e-6, f"a 在和中出现了 10,000 次，因此它的 grad 是 10,000；得到的是 {a.grad}"


def test_sgd_update_of_two_numbers():
    """(1, 2) - 0.5 * (4, -2) = (-1, 3)。"""
    for dtype in DTYPES:
        w, gradient = torch.tensor([1.0, 2.0], dtype=dtype), torch.tensor([4.0, -2.0], dtype=dtype)
        found = backprop.sgd_update(w, gradient, 0.5)
        check_tensor("w - lr * dL/dw", found, torch.tensor([-1.0, 3.0], dtype=dtype))
        check_unchanged(w=(w, torch.tensor([1.0, 2.0], dtype=dtype)))
        check_unchanged(gradient=(gradient, torch.tensor([4.0, -2.0], dtype=dtype)))
