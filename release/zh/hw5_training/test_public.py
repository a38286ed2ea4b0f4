"""作业 5 的公开检查。这只是初步检查：评分时会测试更多的模型、损失函数和优化器。

在这个文件夹中运行：gradkit check
"""

import contextlib
import copy
import io
import pickle
import re
import tempfile
from pathlib import Path

import torch
import training
from torch import nn


class Watched(nn.Module):
    """没有偏置的线性层，记录每次预测时的模式、是否建立计算图，以及样本。"""

    def __init__(self, weight):
        super().__init__()
        self.layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
        self.layer.weight = nn.Parameter(weight.clone())
        self.modes, self.graphs, self.rows = [], [], []

    def forward(self, x):
        """预测，并记录这次调用。"""
        self.modes.append(self.training and self.layer.training)
        self.graphs.append(torch.is_grad_enabled())
        self.rows.append(x[:, 0].tolist())
        return self.layer(x)


def worked_out(x, y, w, lr, momentum, steps):
    """若干步全批量训练的损失和最后的权重，按均方误差之半的公式计算。"""
    losses, velocity = [], torch.zeros_like(w)
    for _ in range(steps):
        error = x @ w.T - y
        losses.append(0.5 * (error**2).mean().item())
        velocity = momentum * velocity + error.T @ x / error.numel()
        w = w - lr * velocity
    return losses, w


def half_of_the_square(y_hat, y):
    """用普通函数写的损失，它检查预测是否先传入。"""
    assert y_hat.requires_grad, (
        "loss_function 的第一个参数是预测；你传入的张量不需要梯度。"
    )
    assert not y.requires_grad, "loss_function 的第二个参数是目标；你在那里传入了预测。"
    assert y_hat.shape == y.shape, (
        f"请把预测和目标原样传给损失函数，形状为 {tuple(y.shape)}；你传入的是 {tuple(y_hat.shape)}。"
    )
    return 0.5 * ((y_hat - y) ** 2).mean()


def assert_losses(found, expected, what):
    """损失是由浮点数组成的列表，数值与预期相同。"""
    assert isinstance(found, list), f"损失必须是列表，得到的是 {type(found).__name__}。"
    assert all(type(loss) is float for loss in found), f"每个损失都必须是 Python 浮点数，得到的是 {found}。"
    assert len(found) == len(expected), (
        f"应有 {len(expected)} 个损失，每轮一个；你返回了 {len(found)} 个：{what}。"
    )
    near = all(abs(loss - right) <= 1e-6 * (1 + right) for loss, right in zip(found, expected, strict=True))
    assert near, f"损失应为 {expected}，得到的是 {found}：{what}。"


def small_problem():
    """一个权重 w，从 0 开始；一个样本：x = 1，y = 4。损失是 (w - 4)^2。"""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model, torch.tensor([[1.0]]), torch.tensor([[4.0]])


def test_train_returns_one_float_per_epoch():
    """每轮一个损失，是 Python 浮点数。"""
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert isinstance(losses, list), f"train 必须返回列表；你返回的是 {type(losses).__name__}。"
    assert len(losses) == 3, f"3 轮应有 3 个损失；你的列表里有 {len(losses)} 个。"
    assert all(isinstance(loss, float) for loss in losses), (
        "每个损失都必须是 Python 浮点数。张量会让整个计算图留在内存中：请用 loss.item()。"
    )


def test_train_takes_away_three_quarters_of_the_error_in_each_epoch():
    """手算过的问题训练三轮，损失和权重都正确。"""
    # dL/dw = 2 (w - 4)，所以学习率为 0.375 的一步之后，w - 4 只剩四分之一：依次是 -4、-1、-0.25、-0.0625。
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 3)
    assert all(abs(loss - right) < 1e-5 for loss, right in zip(losses, [16.0, 1.0, 0.0625], strict=True)), (
        f"损失应为 16、1、0.0625，得到的是 {losses}。如果第一个是 1，说明你在更新之后计算损失，而不是更新之前。如果第"
        "三个是 7.5625，请检查 zero_grad：backward() 会累加到已有的梯度上。"
    )
    assert abs(model.weight.item() - 3.9375) < 1e-5, (
        f"3 轮之后 w 应为 3.9375，得到的是 {model.weight.item():.4f}。每一轮恰好更新一步。"
    )


def test_train_reports_every_few_epochs():
    """从第 0 轮开始，每 report_every 轮打印一行。"""
    model, x, y = small_problem()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 6, report_every=2)
    printed = output.getvalue() or "（没有打印任何内容）"
    lines = re.findall("epoch:\\s*(\\d+)\\s*,\\s*loss is:\\s*(\\S+)", printed)
    assert [int(epoch) for epoch, _ in lines] == [0, 2, 4], (
        "当 report_every=2、共 6 轮时，应在第 0、2、4 轮打印形如 'epoch: 0, loss is: 16.0' 的一行。你打印的是：\n"
        f"{printed}"
    )
    with contextlib.redirect_stdout(io.StringIO()) as output:
        model, x, y = small_problem()
        training.train(model, x, y / 3, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.375), 1)
    lines += re.findall("epoch:\\s*(\\d+)\\s*,\\s*loss is:\\s*(\\S+)", output.getvalue())
    for (epoch, loss), right in zip(lines, [16.0, 0.0625, 0.000244, 1.7778], strict=True):
        try:
            number = float(loss)
        except ValueError:
            number = None
        assert number is not None, (
            f"float() 必须能读取这一行中的损失；现在是 {loss!r}。请用 loss.item()。"
        )
        assert abs(number - right) <= 0.05 * right + 0.1, (
            f"第 {epoch} 轮的损失是 {right}（更新之前）；打印的是 {loss}。"
        )


def test_train_goes_where_the_formulas_lead():
    """多个样本和输出、动量、浮点和整数目标、两次调用：结果都与公式一致。"""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    w = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    for y in (torch.randn(5, 2, generator=generator, dtype=torch.float64), torch.arange(10).reshape(5, 2) % 3):
        model, before = Watched(w).eval(), (x.clone(), y.clone())
        model.layer.weight.grad = torch.ones_like(w)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.5)
        dtypes = []

        def loss(y_hat, targets, dtypes=dtypes):
            dtypes.append(targets.dtype)
            return half_of_the_square(y_hat, targets)

        losses, end = worked_out(x, y, w, 0.3, 0.5, 7)
        found = training.train(model, x, y, loss, optimizer, 4)
        assert_losses(found, losses[:4], "每一轮用所有样本，清除、求导、更新各一次")
        assert_losses(training.train(model, x, y, loss, optimizer, 0), [], "epochs=0 时什么也不做")
        found = training.train(model, x, y, loss, optimizer, 3)
        assert_losses(
            found, losses[4:], "第二次调用用同一个优化器继续训练，只返回自己的损失"
        )
        weight = model.layer.weight.detach()
        assert weight.dtype == w.dtype, f"模型的 dtype 应保持为 {w.dtype}，得到的是 {weight.dtype}。"
        assert torch.allclose(weight, end, atol=1e-9), (
            f"训练之后的权重应为 {end.tolist()}，得到的是 {weight.tolist()}。"
        )
        assert model.modes == [True] * 7, (
            f"7 轮应有 7 次预测，都在训练模式下；得到的是 {model.modes}（True 表示训练模式）。"
        )
        assert set(dtypes) == {y.dtype}, f"损失函数得到的目标应为 {y.dtype}；你传入的是 {set(dtypes)}。"
        assert torch.equal(x, before[0]), "train 不得修改 x。"
        assert torch.equal(y, before[1]), "train 不得修改 y。"


def test_train_runs_every_epoch_in_float32():
    """损失不变时训练继续进行，float32 仍是 float32。"""
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.0), 12)
    assert_losses(losses, [16.0] * 12, "即使什么也不变，每一轮也要运行")
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.5), 12)
    assert_losses(losses, [16.0] + [0.0] * 11, "即使损失为 0，每一轮也要运行")
    model, x, y = small_problem()
    losses = training.train(model, x, y, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.01), 101)
    right = 16 * 0.98**200
    assert len(losses) == 101, f"应有 101 个损失，每轮一个；你返回了 {len(losses)} 个。"
    assert abs(losses[-1] - right) < 1e-4, (
        f"每一步消除五十分之一的误差：第 100 轮的损失应为 {right:.4f}；得到的是 {losses[-1]:.4f}。"
    )
    assert model.weight.dtype == torch.float32, f"float32 的模型应仍是 float32，得到的是 {model.weight.dtype}。"


def two_parameters(dtype=torch.float32):
    """两个参数 (1, 2) 和 (3, -1)，梯度为 (10, -20) 和 (-5, 4)。"""
    parameters = [nn.Parameter(torch.tensor(start, dtype=dtype)) for start in ([1.0, 2.0], [3.0, -1.0])]
    for parameter, gradient in zip(parameters, ([10.0, -20.0], [-5.0, 4.0]), strict=True):
        parameter.grad = torch.tensor(gradient, dtype=dtype)
    return parameters


def is_near(parameter, expected, tolerance=1e-5):
    """参数是否具有预期的值。"""
    return torch.allclose(parameter.detach().double(), torch.tensor(expected, dtype=torch.float64), atol=tolerance)


def assert_can_learn(parameter, dtype):
    """参数的 dtype 不变，之后仍可训练。"""
    assert parameter.dtype == dtype, f"{dtype} 的参数必须仍是 {dtype}；现在是 {parameter.dtype}。"
    state = (parameter.is_leaf, parameter.requires_grad)
    assert state == (True, True), (
        f"更新之后，参数必须仍是需要梯度的叶张量；它的 (is_leaf, requires_grad) 是 {state}。请在 torch.no_grad() 下原"
        "地更新。"
    )


def assert_gradient(parameter, expected):
    """这一步不改变参数的梯度。"""
    found = None if parameter.grad is None else parameter.grad.tolist()
    assert found == expected, (
        f"这一步必须让 .grad 保持不变，即 {expected}；得到的是 {found}。清除梯度是 zero_grad 的事。"
    )


def test_sgd_step_goes_against_the_gradient():
    """每一步从每个参数中减去学习率乘以梯度。"""
    for dtype in (torch.float32, torch.float64):
        first, second = parameters = two_parameters(dtype)
        training.sgd_step(iter(parameters), 0.1)
        assert is_near(first, [0.0, 4.0]), (
            f"(1, 2) - 0.1 * (10, -20) 是 (0, 4)，得到的是 {first.tolist()}。请在 torch.no_grad() 下原地更新参数。"
        )
        assert is_near(second, [3.5, -1.4]), (
            f"(3, -1) - 0.1 * (-5, 4) 是 (3.5, -1.4)，得到的是 {second.tolist()}。每个参数都要更新。"
        )
        assert_can_learn(first, dtype)


def test_sgd_step_changes_in_place():
    """参数原地更新；它们的梯度和参数的列表保持不变。"""
    parameters = two_parameters()
    listed, shared = list(parameters), parameters[0].detach()
    training.sgd_step(listed, 0.1)
    assert torch.equal(shared, parameters[0].detach()), (
        "与参数共享存储的张量没有变化，说明参数换了存储。请在 torch.no_grad() 下用原地操作，例如 -=。"
    )
    assert_gradient(parameters[0], [10.0, -20.0])
    assert len(listed) == 2, f"不要修改参数的列表：原来有 2 个参数，现在有 {len(listed)} 个。"


def test_sgd_step_leaves_a_parameter_without_gradient():
    """没有梯度的参数保持不变，其余参数得到更新。"""
    first, second = parameters = two_parameters()
    first.grad = None
    training.sgd_step(parameters, 0.1)
    assert is_near(first, [1.0, 2.0]), (
        f".grad 为 None 的参数必须保持不变，得到的是 {first.tolist()}。"
    )
    assert is_near(second, [3.5, -1.4]), f"另一个参数仍必须更新，得到的是 {second.tolist()}。"


def test_Adam_first_step_has_the_size_of_the_rate():
    """第一步的大小等于学习率；zero_grad 清除梯度。"""
    # 第一步中 m_hat 就是 g，v_hat 就是 g^2，所以无论梯度是多少，每个元素的变化量都是 lr。
    first, second = parameters = two_parameters()
    shared = first.detach()
    adam = training.Adam(iter(parameters), lr=0.25)
    adam.step()
    assert is_near(first, [0.75, 2.25], 1e-4), (
        f"一步之后，(1, 2) 应变为 (1 - 0.25, 2 + 0.25)；得到的是 {first.tolist()}。m 和 v 是否做了偏差修正，且 t = 1？"
    )
    assert is_near(second, [3.25, -1.25], 1e-4), (
        f"一步之后，(3, -1) 应变为 (3 + 0.25, -1 - 0.25)；得到的是 {second.tolist()}。t 是步数，不是参数的个数。"
    )
    assert torch.equal(shared, first.detach()), "参数的存储必须不变：请用原地操作。"
    assert_can_learn(first, torch.float32)
    assert_gradient(first, [10.0, -20.0])
    adam.zero_grad()
    adam.zero_grad()
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in parameters), (
        "zero_grad 之后，每个 .grad 都必须是 None 或全零。"
    )


def test_Adam_goes_where_torch_goes():
    """在几种设置下，连续几步之后的参数都与 torch.optim.Adam 的相同。"""
    torch.manual_seed(0)
    gradients = torch.randn(5, 2, 2, dtype=torch.float64)
    # 梯度极小时，eps 加在哪里、有多大，都会影响结果。
    for size, options in ((1.0, {"lr": 0.01}), (1e-6, {}), (1.0, {"lr": 0.01, "eps": 0.3, "betas": (0.7, 0.8)})):
        ends = []
        for adam_class in (training.Adam, torch.optim.Adam):
            parameters = two_parameters(torch.float64)
            adam = adam_class(list(parameters), **options)
            for step in gradients:
                for parameter, gradient in zip(parameters, step, strict=True):
                    parameter.grad = size * gradient
                adam.step()
                adam.zero_grad()
            ends.append(torch.stack(parameters).detach())
        chosen = options or "无"
        assert torch.allclose(*ends, rtol=1e-6, atol=1e-6), (
            f"选项：{chosen}。5 步之后应与 torch.optim.Adam 的结果 {ends[1].tolist()} 相同；得到的是 "
            f"{ends[0].tolist()}。"
        )


def test_Adam_skips_a_parameter_without_gradient():
    """没有梯度的参数被跳过，其余参数得到更新，参数的列表保持不变。"""
    first, second = parameters = two_parameters()
    first.grad = None
    adam = training.Adam(parameters, lr=0.25)
    assert len(parameters) == 2, f"不要修改参数的列表：原来有 2 个参数，现在有 {len(parameters)} 个。"
    adam.step()
    assert is_near(first, [1.0, 2.0]), f".grad 为 None 的参数必须跳过，得到的是 {first.tolist()}。"
    assert is_near(second, [3.25, -1.25], 1e-4), f"另一个参数仍必须更新，得到的是 {second.tolist()}。"
    after, second.grad = second.tolist(), None
    adam.step()
    assert is_near(second, after), (
        f".grad 为 None 的参数必须跳过，即使它之前有过梯度：原来是 {after}；得到的是 {second.tolist()}。"
    )
    adam.zero_grad()


def test_LogisticRegression_gives_one_probability_a_row():
    """输出是每个样本一个概率 sigmoid(x w + b)，只有一个样本的批量也一样。"""
    for dtype in (torch.float32, torch.float64):
        model = training.LogisticRegression(3).to(dtype)
        start = model.linear.weight.abs().max().item()
        assert 0 < start <= 3**-0.5, f"请保留 nn.Linear 的默认初始化；你的权重绝对值最大为 {start}。"
        start = training.LogisticRegression(900).linear.weight.abs().max().item()
        assert 0.03 < start <= 1 / 30, (
            f"有 900 个特征时，nn.Linear 初始化的权重绝对值不超过 1/30；得到的最大为 {start}。"
        )
        model.linear.weight.data.copy_(torch.tensor([[0.5, -1.0, 2.0]]))
        model.linear.bias.data.fill_(0.25)
        for rows in (4, 1):
            x = torch.arange(3.0 * rows, dtype=dtype).reshape(rows, 3) / 4 - 1
            found = model.train(rows == 1)(x)
            assert tuple(found.shape) == (rows,), f"{rows} 个样本应给出形状 ({rows},)，得到的是 {tuple(found.shape)}。"
            assert found.dtype == dtype, f"{dtype} 的模型应给出 {dtype}，得到的是 {found.dtype}。"
            expected = 1 / (1 + torch.exp(-(0.5 * x[:, 0] - x[:, 1] + 2 * x[:, 2] + 0.25)))
            assert torch.allclose(found, expected, atol=1e-6), (
                f"概率 sigmoid(x w + b) 应为 {expected.tolist()}，得到的是 {found.tolist()}。"
            )
        low = model(torch.tensor([[0.0, 0.0, -9.0]], dtype=dtype)).item()
        assert 1e-8 < low < 3e-8, f"logit 为 -17.75 时概率应为 1.96e-08，得到的是 {low}。"


def test_LogisticRegression_can_learn():
    """梯度能传到权重：logit 为 0 时，sigmoid 的导数是 1/4。"""
    model = training.LogisticRegression(2)
    nn.init.zeros_(model.linear.bias)
    found = model(torch.zeros(3, 2))
    assert found.requires_grad, "结果脱离了计算图，模型因此无法训练。"
    found.sum().backward()
    slope = None if model.linear.bias.grad is None else model.linear.bias.grad.item()
    assert slope == 0.75, f"3 个样本的 logit 都为 0 时，关于 b 的梯度应为 3/4；得到的是 {slope}。"


def test_minibatches_have_each_row_once():
    """每个样本出现一次，保持完整，配有自己的目标；除最后一个外，每个批量都有 batch_size 个样本。"""
    for rows, size, sizes in ((10, 4, [4, 4, 2]), (10, 6, [6, 4]), (3, 5, [3])):
        x = torch.arange(2.0 * rows, dtype=torch.float64).reshape(rows, 2)
        y = torch.arange(3 * rows).reshape(rows, 3)
        before = (x.clone(), y.clone())
        batches = list(training.minibatches(x, y, size, torch.Generator().manual_seed(0)))
        assert all(len(batch) == 2 for batch in batches), "minibatches 必须成对产出 (xb, yb)。"
        found = [len(xb) for xb, _ in batches]
        assert found == sizes, f"{rows} 个样本按每批 {size} 个划分，批量大小应为 {sizes}；得到的是 {found}。"
        order = [int(number) // 2 for xb, _ in batches for number in xb[:, 0]]
        assert sorted(order) == list(range(rows)), f"每个样本必须出现一次，得到的是 {order}。"
        for xb, yb in batches:
            dtypes = (xb.dtype, yb.dtype)
            assert dtypes == (x.dtype, y.dtype), f"x 和 y 的 dtype 应保持为 {x.dtype} 和 {y.dtype}，得到的是 {dtypes}。"
            numbers = (xb[:, 0] / 2).long()
            assert torch.equal(xb, before[0][numbers]), f"x 的某个样本变了：{xb.tolist()}。"
            assert torch.equal(yb, before[1][numbers]), f"有样本配上了其他样本的目标：{yb.tolist()}。"
        assert torch.equal(x, before[0]), "minibatches 不得修改 x。"
        assert torch.equal(y, before[1]), "minibatches 不得修改 y。"


def test_minibatches_order_comes_from_the_generator():
    """随机种子相同，顺序就相同；换一个随机种子，或再遍历一遍，顺序就不同。"""

    def order(generator):
        x = torch.arange(20.0).reshape(20, 1)
        return [int(number) for xb, _ in training.minibatches(x, x[:, 0], 4, generator) for number in xb]

    generator = torch.Generator().manual_seed(1)
    first, second, again = order(generator), order(generator), order(torch.Generator().manual_seed(1))
    assert first != sorted(first), "样本是原来的顺序；请打乱。"
    batches = [sorted(first[start : start + 4]) for start in range(0, 20, 4)]
    assert sum(batch[-1] - batch[0] == 3 for batch in batches) < 3, (
        f"批量中的样本是连续的：请打乱样本，而不只是打乱批量；得到的是 {first}。"
    )
    x = torch.arange(22.0).reshape(22, 1)
    orders = [[int(number) for xb, _ in training.minibatches(x, x, 4, generator) for number in xb] for _ in range(3)]
    apart = [any(set(one[:end]) == set(range(end)) for end in range(4, 22, 4)) for one in orders]
    assert not all(apart), (
        f"前面的样本总是排在后面的样本之前：请把所有样本一起打乱；得到的是 {orders}。"
    )
    assert first == again, "随机种子相同的 generator 必须给出相同的顺序：请把它传给 torch.randperm。"
    assert first != second, "用同一个 generator 再遍历一遍，顺序必须不同：不要重设它的随机种子。"
    assert first != order(torch.Generator().manual_seed(2)), "另一个随机种子必须给出不同的顺序。"


def test_train_minibatch_goes_where_the_formulas_lead():
    """所有样本都相同时，损失和权重与公式一致：每个批量更新一次，损失对样本取平均。"""
    for dtype in (torch.float64, torch.float32):
        x = torch.tensor([[1.0, -2.0, 0.5]], dtype=dtype).repeat(7, 1)
        y = torch.tensor([[1.5, -0.5]], dtype=dtype).repeat(7, 1)
        w = torch.tensor([[0.5, 1.0, -1.0], [0.25, 0.0, 2.0]], dtype=dtype)
        model, before = Watched(w).eval(), (x.clone(), y.clone())
        model.layer.weight.grad = torch.ones_like(w)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
        generator = torch.Generator().manual_seed(0)
        steps, end = worked_out(x, y, w, 0.1, 0.5, 6)
        expected = [(3 * a + 3 * b + c) / 7 for a, b, c in (steps[:3], steps[3:])]
        arguments = (model, x, y, half_of_the_square, optimizer)
        assert_losses(training.train_minibatch(*arguments, 0, 3, generator), [], "epochs=0 时什么也不做")
        found = training.train_minibatch(*arguments, 2, 3, generator)
        assert_losses(
            found, expected, "7 个样本分成 3、3、1 三个批量：损失对样本取平均，所以单独的那个样本只算一份"
        )
        weight = model.layer.weight.detach()
        assert weight.dtype == dtype, f"模型的 dtype 应保持为 {dtype}，得到的是 {weight.dtype}。"
        assert torch.allclose(weight, end, atol=1e-5), (
            f"训练之后的权重应为 {end.tolist()}，得到的是 {weight.tolist()}。"
        )
        assert model.modes == [True] * 6, (
            f"6 个批量应有 6 次预测，都在训练模式下；得到的是 {model.modes}（True 表示训练模式）。"
        )
        assert torch.equal(x, before[0]), "train_minibatch 不得修改 x。"
        assert torch.equal(y, before[1]), "train_minibatch 不得修改 y。"


def test_train_minibatch_shuffles_in_each_epoch():
    """每一轮中每个样本出现一次，顺序都由 generator 重新产生，损失不变时也一样。"""
    x = torch.arange(10.0).reshape(10, 1)
    y = (2 * x).long()
    orders = []
    for _ in range(2):
        model = Watched(torch.tensor([[2.0]]))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        dtypes = []

        def loss(y_hat, targets, dtypes=dtypes):
            dtypes.append(targets.dtype)
            return half_of_the_square(y_hat, targets)

        found = training.train_minibatch(model, x, y, loss, optimizer, 5, 4, torch.Generator().manual_seed(3))
        assert_losses(found, [0.0] * 5, "如果每个样本都配有自己的目标，损失就是 0")
        assert set(dtypes) == {y.dtype}, f"损失函数得到的目标应为 {y.dtype}；你传入的是 {set(dtypes)}。"
        sizes = [len(rows) for rows in model.rows]
        assert sizes == [4, 4, 2] * 5, f"10 个样本按每批 4 个划分，每一轮的批量大小应为 4、4、2；得到的是 {sizes}。"
        epochs = [model.rows[start : start + 3] for start in range(0, 15, 3)]
        orders.append([[number for rows in batches for number in rows] for batches in epochs])
    for order in orders[0]:
        assert sorted(order) == x.flatten().tolist(), f"每一轮中每个样本必须出现一次，得到的是 {order}。"
    assert orders[0][0] != orders[0][1], "第二轮的顺序与第一轮相同：请在每一轮重新打乱。"
    assert orders[0] == orders[1], "随机种子相同，训练就必须相同：是否还有其他的随机性来源？"
    generator, orders = torch.Generator().manual_seed(3), []
    for _ in range(2):
        model = Watched(torch.tensor([[2.0]]))
        optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
        found = training.train_minibatch(model, x, y.double() + 1, half_of_the_square, optimizer, 4, 4, generator)
        assert len(found) == 4, f"4 轮中每一轮都有一个损失，即使损失上升；得到了 {len(found)} 个。"
        orders.append(model.rows)
    assert orders[0] != orders[1], "用同一个 generator 再训练一次，顺序必须不同。"


def test_accuracy_is_the_share_of_right_answers():
    """对任意 dtype 的标签、对两个类别的多种比例，准确率都正确。"""
    x = torch.tensor([[0.9], [0.2], [0.7], [0.4], [0.6], [0.1], [0.3]])
    for dtype in (torch.float32, torch.float64, torch.int64, torch.bool):
        for answers, right in (
            ([1, 0, 1, 0, 1, 0, 0], 1.0),
            ([1, 1, 0, 0, 1, 0, 1], 4 / 7),
            ([0, 0, 0, 0, 0, 0, 0], 4 / 7),
        ):
            model, y = nn.Sequential(Watched(torch.ones(1, 1)), nn.Flatten(0)), torch.tensor(answers).to(dtype)
            before = (x.clone(), y.clone())
            found = training.accuracy(model, x, y)
            assert isinstance(found, float), f"accuracy 必须返回 Python 浮点数；你返回的是 {type(found).__name__}。"
            assert abs(found - right) < 1e-6, f"准确率应为 {right:.4f}，得到的是 {found}（y：{dtype}）。"
            assert torch.equal(x, before[0]), "accuracy 不得修改 x。"
            assert torch.equal(y, before[1]), "accuracy 不得修改 y。"


def test_accuracy_leaves_the_mode():
    """模型在评估模式下预测，不建立计算图，之后恢复它的模式。"""
    for training_mode in (True, False):
        watched = Watched(torch.ones(1, 1))
        model = nn.Sequential(watched, nn.Flatten(0)).train(training_mode)
        training.accuracy(model, torch.rand(4, 1), torch.tensor([1.0, 1.0, 1.0, 0.0]))
        assert watched.modes, "accuracy 必须调用模型：model(x)。"
        assert not any(watched.modes), "模型必须在评估模式下预测：model.eval()。"
        assert not any(watched.graphs), "模型预测时不得建立计算图：请用 torch.no_grad()。"
        modes = {part.training for part in model.modules()}
        assert modes == {training_mode}, (
            f"模型原来是 training={training_mode}；请为它的所有层恢复这个模式；得到的是 {modes}。"
        )


def model_with_buffers(dtype):
    """带批量归一化的一层，它的滑动统计量已经变化。"""
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(dtype)
    model(torch.arange(12.0, dtype=dtype).reshape(4, 3).sin())
    return model


def assert_states_equal(found, expected, what):
    """两个状态字典相同。"""
    assert isinstance(found, dict), f"{what}：必须是状态字典，得到的是 {type(found).__name__}。"
    assert set(found) == set(expected), f"{what}：必须有这些项：{list(expected)}；得到的是 {list(found)}。"
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, f"{what}：{name} 必须是 {value.dtype}；得到的是 {found[name].dtype}。"
        assert torch.equal(found[name], value), f"{what}：{name} 必须是 {value}；得到的是 {found[name]}。"


def test_checkpoints_there_and_back():
    """文件中是状态字典，可以原地加载到另一个模型中。"""
    for dtype in (torch.float32, torch.float64):
        model, other = model_with_buffers(dtype), nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)).to(dtype)
        state = copy.deepcopy(model.state_dict())
        shared = other[0].weight.detach()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.pt"
            training.save_model(model, path)
            assert path.is_file(), "save_model 没有写出文件。"
            open_file = io.BytesIO()
            training.save_model(model, open_file)
            assert open_file.tell(), "save_model 没有向已经打开的文件写入任何内容。"
            open_file.seek(0)
            inside = torch.load(path, weights_only=False)
            training.load_model(other, path)
            assert_states_equal(other.state_dict(), state, "加载之后另一个模型的状态")
            training.load_model(other, open_file)
        assert_states_equal(inside, state, "文件的内容")
        assert_states_equal(model.state_dict(), state, "保存之后原模型的状态")
        assert model.training, "save_model 不得改变模型的模式。"
        assert torch.equal(shared, other[0].weight), "load_model 必须原地修改另一个模型的参数。"


def test_checkpoints_from_strangers_are_refused():
    """文件中含有张量以外的对象时会被拒绝，错误就是 torch.load 的错误。"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        torch.save({"weight": torch.zeros(2, 3), "bias": torch.zeros(2), "model": nn.Linear(3, 2)}, path)
        try:
            training.load_model(nn.Linear(3, 2), path)
        except NotImplementedError:
            raise
        except (OSError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError) as error:
            raised = error
        else:
            raised = None
    assert isinstance(raised, pickle.UnpicklingError), (
        "文件中含有其他对象时，必须像 torch.load(..., weights_only=True) 那样引发 pickle.UnpicklingError；得到的是 "
        f"{type(raised).__name__}。"
    )
