"""作业 1 的公开检查。这只是初步检查：评分时会测试其他数值和大小，并比较梯度。"""

import linear_regression
import torch
from torch import nn

CUT = "detach()、.data、.item() 和 numpy 都会切断计算图"


def same(found, expected, what, advice=""):
    """张量的形状、dtype 或值与预期不符时报错。"""
    assert isinstance(found, torch.Tensor), f"{what}：应为张量，得到的是 {type(found).__name__}"
    shape, dtype = tuple(found.shape), found.dtype
    assert shape == tuple(expected.shape), f"{what}：形状应为 {tuple(expected.shape)}，得到的是 {shape}"
    assert dtype == expected.dtype, f"{what}：dtype 应与输入相同，为 {expected.dtype}，得到的是 {dtype}"
    tolerance = 1e-4 if dtype == torch.float32 else 1e-8
    assert torch.allclose(found, expected, rtol=tolerance, atol=tolerance), (
        f"{what}：应为 {expected.tolist()}，得到的是 {found.tolist()}。{advice}"
    )


def unchanged(*pairs):
    """任何一个输入被修改时报错。"""
    assert all(torch.equal(now, before) for now, before in pairs), (
        "有一个输入被原地修改了；请创建新的张量"
    )


def gradient(tensor, name):
    """传到某个张量的梯度。"""
    assert tensor.grad is not None, f"没有梯度传到 {name}；{CUT}"
    return tensor.grad


# ---- LinearRegression


def test_LinearRegression_has_a_parameter_w():
    """参数 self.w 存在，且形状正确。"""
    model = linear_regression.LinearRegression(3)
    names = [name for name, _ in model.named_parameters()]
    assert names == ["w"], f"模型的参数应只有 ['w']，得到的是 {names}；self.w 是 nn.Parameter 吗？"
    shape = tuple(model.w.shape)
    assert shape == (4, 1), f"3 个特征时，w 有 3 个权重和 1 个偏置，所以形状为 (4, 1)，得到的是 {shape}"
    assert model.w.requires_grad, "w 的 requires_grad 应为 True，nn.Parameter 默认如此"


def test_LinearRegression_draws_from_a_standard_normal():
    """w 的所有值都从标准正态分布中抽取，每个模型都重新抽取。"""
    first, second = linear_regression.LinearRegression(4000), linear_regression.LinearRegression(4000)
    assert not torch.equal(first.w, second.w), (
        "两个新模型的 w 相同；请用 torch.randn 抽取，不要固定随机种子"
    )
    w = first.w.detach()
    mean, deviation, inside = w.mean().item(), w.std().item(), (w.abs() < 1).float().mean().item()
    found = f"得到的均值为 {mean:.2f}，标准差为 {deviation:.2f}，有 {inside:.0%} 在 -1 与 1 之间"
    expected = "标准正态分布的 4,001 个数均值应为 0，标准差为 1，有 68% 在 -1 与 1 之间"
    right = (abs(mean) < 0.1, abs(deviation - 1) < 0.1, abs(inside - 0.683) < 0.05)
    assert all(right), f"{expected}；{found}"
    assert w[-1].item() != 0, "w 的最后一行（偏置）为 0；它应与其他行一样随机抽取"


def test_LinearRegression_predicts_a_straight_line():
    """斜率为 2、偏置为 10 时，输入 1、2、3 的预测值为 12、14、16。"""
    model = linear_regression.LinearRegression(1)
    model.w = nn.Parameter(torch.tensor([[2.0], [10.0]]))
    y_hat = model(torch.tensor([[1.0], [2.0], [3.0]]))
    expected = torch.tensor([[12.0], [14.0], [16.0]])
    same(y_hat, expected, "w = [[2], [10]]（y_hat = 2 x + 10）时的预测值", "全 1 列是最后一列吗？")


def test_LinearRegression_in_float64():
    """在 float64 下，任意大小的批量都能预测，特征可以有多个，其中可以有 0；x 保持不变。"""
    model = linear_regression.LinearRegression(2).double()
    model.w = nn.Parameter(torch.tensor([[2.0], [-1.0], [0.1]], dtype=torch.float64))
    for rows, results in (([[0.0, 3.0], [1.0, 0.0]], [[-2.9], [2.1]]), ([[1.0, 1.0]], [[1.1]])):
        x = torch.tensor(rows, dtype=torch.float64)
        before = x.clone()
        expected = torch.tensor(results, dtype=torch.float64)
        for mode in (True, False):
            y_hat = model.train(mode)(x)
            same(y_hat, expected, f"w = [[2], [-1], [0.1]] 时，{rows} 对应的预测值", "这里 y_hat = 2 x_1 - x_2 + 0.1")
        unchanged((x, before))


def test_LinearRegression_lets_gradients_through():
    """对预测值调用 backward()，梯度能传到整个 w 和 x。"""
    model = linear_regression.LinearRegression(2)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]], requires_grad=True)
    before = x.detach().clone()
    w = model.w.detach().clone()
    model(x).sum().backward()
    same(
        gradient(model.w, "w"),
        torch.tensor([[9.0], [6.0], [3.0]]),
        "y_hat.sum() 对 w 的梯度",
        CUT,
    )
    same(
        gradient(x, "x"),
        w[:2].T.expand(3, 2),
        "y_hat.sum() 对 x 的梯度（即 w 去掉最后一行）",
        CUT,
    )
    unchanged((x, before))


# ---- LinearModel


X, Y = torch.tensor([[-1.0], [1.0]]), torch.tensor([[1.0], [5.0]])  # 最优解是 w = 2、b = 3


def zeros(in_dim, out_dim, **options):
    """从 w = 0、b = 0 开始的模型。"""
    linear = linear_regression.LinearModel(in_dim, out_dim, **options)
    nn.init.zeros_(linear.model.weight)
    nn.init.zeros_(linear.model.bias)
    return linear


def check_losses(losses, expected, advice):
    """train 返回的损失与这些值在四位有效数字内不符时报错。"""
    assert isinstance(losses, list), f"train 应返回列表（list），得到的是 {type(losses).__name__}"
    assert all(isinstance(loss, float) for loss in losses), "每个损失都应是 Python 浮点数：请用 loss.item()"
    right = len(losses) == len(expected) and all(
        abs(loss - goal) < 1e-4 * (1 + goal) for loss, goal in zip(losses, expected, strict=True)
    )
    assert right, f"损失应为 {expected}，得到的是 {losses}。{advice}"


def test_LinearModel_has_its_parts():
    """模型、管理其参数的优化器和损失函数都存在。"""
    linear = linear_regression.LinearModel(3, 2)
    assert isinstance(linear.model, nn.Linear), "属性 model 应为 nn.Linear"
    assert tuple(linear.model.weight.shape) == (2, 3), "3 个特征、2 个目标时，model 应为 nn.Linear(3, 2)"
    assert linear.model.bias is not None, "model 没有偏置；nn.Linear 默认带有偏置"
    assert isinstance(linear.optimizer, torch.optim.SGD), "属性 optimizer 应为 torch.optim.SGD"
    held = {id(parameter) for group in linear.optimizer.param_groups for parameter in group["params"]}
    assert held == {id(parameter) for parameter in linear.model.parameters()}, (
        "optimizer 管理的应是 model.parameters()"
    )
    assert isinstance(linear.loss_function, nn.MSELoss), "属性 loss_function 应为 nn.MSELoss"
    loss = linear.loss_function(torch.zeros(2, 2), torch.tensor([[1.0, 2.0], [3.0, 4.0]])).item()
    assert abs(loss - 7.5) < 1e-5, (
        f"loss_function 应是所有平方的均值，这里是 30 / 4 = 7.5，得到的是 {loss}"
    )


def test_LinearModel_starts_as_an_nn_Linear():
    """权重和偏置采用 nn.Linear 的默认初始化：4 个特征时，在 -1/2 与 1/2 之间均匀分布。"""
    first, second = linear_regression.LinearModel(4, 500), linear_regression.LinearModel(4, 500)
    for name in ("weight", "bias"):
        numbers, others = getattr(first.model, name).detach(), getattr(second.model, name).detach()
        low, high = numbers.min().item(), numbers.max().item()
        assert all((-0.5 <= low < -0.4, 0.4 < high <= 0.5)), (
            f"nn.Linear(4, 500) 的 {name} 在 -0.5 与 0.5 之间抽取；得到的值从 {low:.2f} 到 {high:.2f}。请保留默认的初"
            "始化"
        )
        assert not torch.equal(numbers, others), f"两个新模型的 {name} 相同；请不要设置随机种子"


def test_LinearModel_halves_the_error_in_each_epoch():
    """学习率为 0.25 时，损失依次为 13、3.25、0.8125。"""
    # 损失为 (w - 2)^2 + (b - 3)^2；以学习率 0.25 走一步，两个误差都减半。
    advice = "如果第一个是 3.25，说明损失是在更新之后计算的"
    check_losses(zeros(1, 1, learning_rate=0.25, epochs=3).train(X, Y), [13.0, 3.25, 0.8125], advice)


def test_LinearModel_uses_the_learning_rate_and_clears_the_gradients():
    """学习率为 0.1 时，损失依次为 13、8.32、5.3248、3.407872；学习率为默认的 0.01 时下降得更慢。"""
    # 以学习率 r 走一步，两个误差都乘以 1 - 2 r。
    advice = (
        "如果第二个正确而第三个是 2.5168，说明梯度在各轮之间累加了：循环中缺少 zero_grad()。如果第二个就不对，请检查"
        "学习率"
    )
    expected = [13.0, 8.32, 5.3248, 3.407872]
    check_losses(zeros(1, 1, learning_rate=0.1, epochs=4).train(X, Y), expected, advice)
    check_losses(zeros(1, 1, epochs=3).train(X, Y), [13.0, 12.4852, 11.990786], "默认的学习率是 0.01")


def test_LinearModel_never_stops_early():
    """所有轮都会运行，即使损失为 0、不再变化或者上升。"""
    advice = "每一轮都有一个损失，无论损失多小、变化多慢"
    check_losses(zeros(1, 1, learning_rate=0.25, epochs=12).train(X, 0 * Y), [0.0] * 12, advice)
    check_losses(zeros(1, 1, learning_rate=0.0, epochs=5).train(X, Y), [13.0] * 5, advice)
    check_losses(zeros(1, 1, learning_rate=1.5, epochs=25).train(X, Y), [13.0 * 4.0**n for n in range(25)], advice)


def test_LinearModel_takes_equal_steps_with_all_rows():
    """每一轮用全部 300 行走一步，学习率保持恒定。"""
    losses = zeros(1, 1, learning_rate=0.25, epochs=3).train(X.repeat(150, 1), Y.repeat(150, 1))
    check_losses(losses, [13.0, 3.25, 0.8125], "每一步都使用全部 300 行：不分小批量")
    losses = zeros(1, 1, learning_rate=0.001, epochs=120).train(X, Y)
    expected = [13.0 * 0.998 ** (2 * n) for n in range(120)]
    check_losses(losses, expected, "每一步的学习率都是 learning_rate，不使用调度器（scheduler）")


def test_LinearModel_with_two_targets_in_float64():
    """在 float64 下两个目标都能拟合，第二次调用会继续训练，数据保持不变。"""
    linear = zeros(1, 2, learning_rate=0.25, epochs=2)
    linear.model.double()
    x, y = X.double(), torch.tensor([[1.0, 0.0], [5.0, 4.0]], dtype=torch.float64)
    before = x.clone(), y.clone()
    # 损失是 (w_1 - 2)^2 + (b_1 - 3)^2 + (w_2 - 2)^2 + (b_2 - 2)^2 的一半，所以每走一步，误差都乘以 3/4。
    advice = "每一轮走一步，损失是对所有行和所有目标的平均"
    check_losses(linear.train(x, y), [10.5, 5.90625], advice)
    check_losses(linear.train(x, y), [3.3222656, 1.8687744], "第二次调用 train 应从上一次结束的地方继续")
    share = 1 - 0.75**4
    expected = share * torch.tensor([[3.0, 2.0], [5.0, 4.0], [13.0, 12.0]], dtype=torch.float64)
    new = torch.tensor([[0.0], [1.0], [5.0]], dtype=torch.float64)
    same(linear.predict(new), expected, "predict([[0], [1], [5]])（即 w x + b）的结果", "请原样返回 model 的输出")
    unchanged((x, before[0]), (y, before[1]), (new.flatten(), torch.tensor([0.0, 1.0, 5.0], dtype=torch.float64)))


def test_LinearModel_predicts_without_a_graph():
    """当前模型的预测值与 x 逐行对应，并且不带计算图。"""
    linear = zeros(1, 1, learning_rate=0.5, epochs=1)
    x = torch.tensor([[0.0], [1.0], [2.0]])
    same(linear.predict(x), torch.zeros(3, 1), "训练前 w = b = 0 时，predict(x) 的结果")
    linear.train(X, Y)
    y_hat = linear.predict(x)
    same(y_hat, torch.tensor([[3.0], [5.0], [7.0]]), "w = 2、b = 3 时，predict([[0], [1], [2]]) 的结果")
    same(linear.predict(x[:1]), torch.tensor([[3.0]]), "w = 2、b = 3 时，predict([[0]]) 的结果")
    assert not y_hat.requires_grad, "请在 torch.no_grad() 下计算预测值，或者用 detach() 使其脱离计算图"


# ---- normal_equation


def test_normal_equation_of_points_on_a_line():
    """点 (0, 1)、(1, 3)、(2, 5) 在斜率为 2、偏置为 1 的直线上。"""
    w = linear_regression.normal_equation(torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([[1.0], [3.0], [5.0]]))
    same(
        w, torch.tensor([[2.0], [1.0]]), "权重（偏置在最后一行）", "斜率是 2，偏置是 1"
    )


def test_normal_equation_of_two_targets():
    """float64 下两个特征、两个目标、五行且不全在一个平面上的数据能正确拟合；数据保持不变。"""
    x = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [0.0, 0.0]], dtype=torch.float64)
    y = torch.tensor([[3.0, 1.0], [1.0, 3.0], [4.0, 0.0], [0.0, 0.0], [2.0, 11.0]], dtype=torch.float64)
    before = x.clone(), y.clone()
    w = linear_regression.normal_equation(x, y)
    # X 的各列相互正交：每个权重都是 x^T y / x^T x。
    expected = torch.tensor([[1.0, -1.0], [2.0, 0.0], [2.0, 3.0]], dtype=torch.float64)
    same(w, expected, "权重（每个目标一列）", "请在 float64 下计算精确解")
    unchanged((x, before[0]), (y, before[1]))


def test_normal_equation_of_dependent_columns():
    """有重复的特征、常数特征或者行数太少时，结果是最小范数解。"""
    advice = "解有许多个；其中平方和最小的解由 X 的伪逆给出"
    for rows, targets, smallest in (
        ([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]], [[-4.0], [0.0], [4.0]], [[2.0], [2.0], [0.0]]),
        ([[2.0], [2.0], [2.0]], [[4.0], [5.0], [6.0]], [[2.0], [1.0]]),
        ([[1.0, 2.0, 2.0]], [[20.0]], [[2.0], [4.0], [4.0], [2.0]]),
        (
            [[1.0, 2.0, 4.0, 7.0], [3.0, 1.0, 0.0, 2.0], [2.0, 5.0, 1.0, 3.0]],
            [[109.0], [38.0], [78.0]],
            [[3.0], [7.0], [5.0], [10.0], [2.0]],
        ),
        (
            [[3.0, 3.0, 3.0], [-2.0, -2.0, -2.0], [1.0, 1.0, 3.0], [-2.0, -2.0, 0.0]],
            [[44.0], [-26.0], [28.0], [-14.0]],
            [[4.0], [4.0], [6.0], [2.0]],
        ),
    ):
        x, y = torch.tensor(rows, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)
        w = linear_regression.normal_equation(x, y)
        expected = torch.tensor(smallest, dtype=torch.float64)
        same(w, expected, f"x = {rows} 时的权重", advice)


def test_normal_equation_of_different_units():
    """即使一个特征是另一个的一百万倍那么大，也能正确拟合。"""
    x = torch.tensor([[1.0, 1e6], [-1.0, 1e6], [1.0, -1e6], [-1.0, -1e6]], dtype=torch.float64)
    w = linear_regression.normal_equation(x, x @ torch.tensor([[3.0], [2e-6]], dtype=torch.float64) + 1)
    expected = torch.tensor([[3.0], [2e-6], [1.0]], dtype=torch.float64)
    assert tuple(w.shape) == (3, 1), f"权重的形状应为 (3, 1)，得到的是 {tuple(w.shape)}"
    assert torch.allclose(w, expected, rtol=1e-5, atol=1e-9), (
        f"权重应为 3、2e-6 和 1，得到的是 {w.flatten().tolist()}。这些列线性无关：请保留 pinv 的默认容差"
    )


def test_normal_equation_lets_gradients_through():
    """对权重调用 backward()，梯度能传到 x 和 y。"""
    x = torch.tensor([[0.0], [1.0], [2.0]], requires_grad=True)
    y = torch.tensor([[1.0], [3.0], [8.0]], requires_grad=True)
    before = x.detach().clone(), y.detach().clone()
    linear_regression.normal_equation(x, y)[0].sum().backward()
    # 这里斜率是 (y_3 - y_1) / 2。
    same(gradient(y, "y"), torch.tensor([[-0.5], [0.0], [0.5]]), "斜率对 y 的梯度", CUT)
    gradient(x, "x")
    unchanged((x, before[0]), (y, before[1]))
