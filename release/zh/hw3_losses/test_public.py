"""作业 3 的公开检查。这只是初步检查：评分时会测试其他数值和大小。"""

import math

import losses
import torch

LOSSES = {
    "mse_loss": lambda y_hat, y: ((y_hat - y) ** 2).mean(),
    "mae_loss": lambda y_hat, y: (y_hat - y).abs().mean(),
}


def unchanged(function, *arguments):
    """函数的结果；函数不得修改传入的张量。"""
    before = [argument.detach().clone() for argument in arguments]
    result = function(*arguments)
    for number, (argument, old) in enumerate(zip(arguments, before, strict=True), start=1):
        assert torch.equal(argument, old), (
            f"第 {number} 个传入的张量被原地修改了：原来是 {old}，现在是 {argument}"
        )
    return result


def one_number(loss, dtype):
    """损失的值；损失必须是形状为 () 的张量，dtype 与输入相同。"""
    assert isinstance(loss, torch.Tensor), f"损失应是张量，得到的是 {type(loss).__name__}"
    assert tuple(loss.shape) == (), f"损失是一个数，形状为 ()；得到的形状是 {tuple(loss.shape)}"
    assert loss.dtype == dtype, f"输入为 {dtype} 时，损失应为 {dtype}；得到的是 {loss.dtype}"
    return loss.item()


def slopes_of(function, x, *others):
    """损失对 x 的梯度，写成列表。"""
    x = x.clone().requires_grad_()
    loss = function(x, *others)
    assert isinstance(loss, torch.Tensor), f"结果应是张量，得到的是 {type(loss).__name__}"
    assert loss.requires_grad, (
        "结果脱离了计算图；detach()、.data、.item()、numpy 和 no_grad 都会这样"
    )
    loss.sum().backward()
    assert x.grad is not None, "没有梯度传到输入；detach()、.data、.item() 和 numpy 都会切断计算图"
    return x.grad


def close(found, expected, tolerance=1e-5):
    """两个张量是否接近。"""
    return torch.allclose(found.double(), expected.double(), rtol=tolerance, atol=tolerance)


def test_regression_losses_of_a_small_example():
    """误差 -1、0、-3 的平方的均值是 10/3，绝对值的均值是 4/3，dtype 与 y_hat 相同。"""
    for dtype in (torch.float32, torch.float64):
        y_hat, y = torch.tensor([2, 5, 1], dtype=dtype), torch.tensor([3, 5, 4], dtype=dtype)
        for name, expected in (("mse_loss", 10 / 3), ("mae_loss", 4 / 3)):
            loss = one_number(unchanged(getattr(losses, name), y_hat, y), dtype)
            assert abs(loss - expected) < 1e-5, (
                f"这里 {name} 应为 {expected:.4f}，得到的是 {loss:.4f}。是对所有元素取的均值吗？"
            )


def test_regression_losses_of_any_shape():
    """维度不论多少（也可以没有），每个损失都是一个数，且梯度正确。"""
    for shape in ((), (3,), (4, 3), (2, 2, 5)):
        y_hat, y = torch.randn(shape, dtype=torch.float64), torch.randn(shape, dtype=torch.float64)
        if len(shape) > 1:
            y_hat[0] = y[0] + 1e-5  # 相差极小的情形
        for name, right in LOSSES.items():
            function = getattr(losses, name)
            loss, expected = one_number(function(y_hat, y), torch.float64), right(y_hat, y).item()
            assert abs(loss - expected) < 1e-8, f"形状为 {shape} 时 {name} 应为 {expected}，得到的是 {loss}"
            found, slopes = slopes_of(function, y_hat, y), slopes_of(right, y_hat, y)
            assert close(found, slopes), f"{name} 的梯度应为 {slopes}，得到的是 {found}"


def test_regression_losses_refuse_unequal_shapes():
    """一列与一个向量应引发 ValueError，而不是得到所有差的矩阵。"""
    for name in LOSSES:
        for first, second in (
            ((3, 1), (3,)),
            ((3,), (3, 1)),
            ((2, 5), (1, 5)),
            ((2, 5), (5,)),
            ((2, 3), (3, 2)),
            ((4,), ()),
        ):
            try:
                getattr(losses, name)(torch.zeros(first), torch.zeros(second))
            except ValueError as error:
                said = str(error)
            else:
                raise AssertionError(f"形状为 {first} 和 {second} 时，{name} 应引发 ValueError")
            missing = [size for size in (*first, *second) if str(size) not in said]
            assert not missing, (
                f"{name} 的 ValueError 应给出两个形状 {first} 和 {second}；得到的消息是：{said}"
            )


def test_regression_losses_of_a_hit():
    """预测等于目标时，mae_loss 的梯度有限。"""
    found = slopes_of(losses.mae_loss, torch.tensor([5.0, 2.0]), torch.tensor([5.0, 1.0]))
    assert found.isfinite().all(), f"梯度应有限，得到的是 {found.tolist()}"


def test_is_distribution_tells_right_from_wrong():
    """元素可以为 0，但不能为负，哪怕只负一点点；和与 1 之差可以至多为 tol。"""
    for numbers, tol, expected in (
        ([0.2, 0.3, 0.5], 1e-6, True),
        ([0.2, 0.3, 0.4], 1e-6, False),
        ([0.2, 0.3, 0.6], 1e-6, False),
        ([1.2, -0.2], 1e-6, False),
        ([1.0, 0.0, 0.0], 1e-6, True),
        ([1 + 1e-9, -1e-9], 1e-6, False),
        ([1 + 1e-9, -1e-9], 0.25, False),
        ([0.5, 0.5 + 1e-5], 1e-6, False),
        ([0.5, 0.5 - 1e-5], 1e-4, True),
        ([0.75, 0.5], 0.5, True),
        ([0.25, 0.25], 0.75, True),
        ([0.25, 0.25], 0.25, False),
        ([0.75, 0.75], 0.25, False),
        ([0.5, 0.75], 0.25, True),
        ([0.5, 0.5], 0.0, True),
        ([1.0], 1e-6, True),
        ([0.5, 0.5, -1e-50], 1e-6, False),
        ([1.05, 0.0], 0.1, True),
    ):
        p = torch.tensor(numbers, dtype=torch.float64)
        answer = unchanged(lambda p, tol=tol: losses.is_distribution(p, tol), p)
        assert answer == expected, f"is_distribution({numbers}, tol={tol}) 应为 {expected}，得到的是 {answer}"
    for off, expected in ((5e-7, True), (3e-6, False)):
        p = torch.tensor([0.5, 0.5 + off], dtype=torch.float64)
        assert losses.is_distribution(p) == expected, "tol 的默认值应为 1e-6"


def test_is_distribution_gives_a_bool():
    """结果是 Python 的 bool。"""
    answer = losses.is_distribution(torch.tensor([0.5, 0.5]))
    assert isinstance(answer, bool), f"结果应为 True 或 False，得到的是 {type(answer).__name__}"


def test_is_distribution_has_a_tolerance_for_the_sum():
    """和为 1.1 时超出默认容差，但在容差 0.2 以内。"""
    p = torch.tensor([0.5, 0.6], dtype=torch.float64)
    assert not losses.is_distribution(p), "和 1.1 与 1 之差大于 1e-6：结果应为 False"
    assert losses.is_distribution(p, tol=0.2), "和 1.1 与 1 之差不超过 0.2：tol=0.2 时结果应为 True"


def test_cross_entropy_of_a_rain_forecast():
    """真实分布 (0.1, 0.9) 与预报 (0.3, 0.7) 的交叉熵是 0.44140，与课上相同。"""
    h = losses.cross_entropy(torch.tensor([0.1, 0.9]), torch.tensor([0.3, 0.7]))
    assert tuple(h.shape) == (), f"一对分布给出一个数，形状为 ()；得到的形状是 {tuple(h.shape)}"
    assert abs(h.item() - 0.44140) < 2e-5, (
        f"H 应为 0.44140，得到的是 {h.item():.5f}。它是 p 与 q 的自然对数之积求和后取负吗？"
    )


def test_cross_entropy_keeps_the_pairs_apart():
    """两对分布，形状 (2, K)，给出两个数。"""
    p = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    q = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]])
    h = losses.cross_entropy(p, q)
    assert tuple(h.shape) == (2,), f"两对分布的结果形状为 (2,)，得到的是 {tuple(h.shape)}"
    expected = torch.tensor([1.5, 1.0]) * math.log(2)
    assert torch.allclose(h, expected), f"两个数应为 3/2 ln 2 和 ln 2，即 {expected.tolist()}；得到的是 {h.tolist()}"


def test_cross_entropy_of_other_shapes():
    """求和总在最后一个维度上，不论前面有多少个维度；梯度能传到 q 和 p。"""
    for dtype in (torch.float32, torch.float64):
        for shape in ((4,), (1,), (3, 3), (1, 3), (2, 5, 3)):
            p, q = torch.rand(shape, dtype=dtype) + 0.1, torch.rand(shape, dtype=dtype) + 0.1
            p, q = p / p.sum(-1, keepdim=True), q / q.sum(-1, keepdim=True)
            h, expected = unchanged(losses.cross_entropy, p, q), -(p * q.log()).sum(-1)
            assert h.shape == expected.shape, f"形状应为 {tuple(expected.shape)}，得到的是 {tuple(h.shape)}"
            assert h.dtype == dtype, f"分布为 {dtype} 时，结果应为 {dtype}；得到的是 {h.dtype}"
            assert close(h, expected, 1e-5 if dtype == torch.float32 else 1e-9), f"H 应为 {expected}，得到的是 {h}"
            for name, found, slopes in (
                ("q", slopes_of(lambda q, p=p: losses.cross_entropy(p, q), q), -p / q),
                ("p", slopes_of(losses.cross_entropy, p, q), -q.log()),
            ):
                assert close(found, slopes), f"{name} 的梯度应为 {slopes}，得到的是 {found}"


def test_cross_entropy_of_an_impossible_class():
    """p = 0 的项对任何 q 都为 0，导数也为 0，不是 nan；其他所有项都精确。"""
    for p, q, expected, slopes in (
        ([0.0, 1.0], [0.0, 1.0], 0.0, [0.0, -1.0]),
        ([0.0, 0.75, 0.25], [0.5, 0.25, 0.25], math.log(4), [0.0, -3.0, -1.0]),
        ([0.25, 0.75], [1e-80, 1.0], 20 * math.log(10), [-2.5e79, -0.75]),
        ([1e-17, 1.0], [1e-18, 1.0], 0.0, [-10.0, -1.0]),
    ):
        p, q = torch.tensor(p, dtype=torch.float64), torch.tensor(q, dtype=torch.float64)
        h = losses.cross_entropy(p, q).item()
        assert abs(h - expected) < 1e-8, (
            f"p = {p.tolist()}、q = {q.tolist()} 时 H 应为 {expected}，得到的是 {h}；0 * log(0) 是多少？其他所有项都精"
            "确吗？"
        )
        found = slopes_of(lambda q, p=p: losses.cross_entropy(p, q), q).tolist()
        assert close(torch.tensor(found), torch.tensor(slopes), 1e-8), (
            f"梯度应为 {slopes}，得到的是 {found}"
        )


def test_bce_loss_is_one_number():
    """一个批量的损失是形状为 () 的张量。"""
    loss = losses.bce_loss(torch.tensor([0.3, 0.6, 0.9]), torch.tensor([0.0, 1.0, 1.0]))
    assert isinstance(loss, torch.Tensor), f"损失应是张量，得到的是 {type(loss).__name__}"
    assert tuple(loss.shape) == (), f"损失是对批量取的均值，所以形状为 ()；得到的形状是 {tuple(loss.shape)}"


def test_bce_loss_of_undecided_predictions():
    """对任何标签和批量大小，预测 0.5 的损失都是 ln 2。"""
    for labels in ([1.0], [0.0], [0.0, 1.0, 1.0, 0.0]):
        loss = losses.bce_loss(torch.full((len(labels),), 0.5), torch.tensor(labels)).item()
        assert abs(loss - math.log(2)) < 1e-4, (
            f"标签为 {labels}、y_hat 都为 0.5 时，损失应为 ln 2 = {math.log(2):.4f}，得到的是 {loss:.4f}。有负号吗？用"
            "的是自然对数吗？对批量取平均了吗？"
        )


def test_bce_loss_tells_the_labels_apart():
    """预测 0.9 的损失在标签为 1 时很小，在标签为 0 时很大。"""
    for label, probability in ((1.0, 0.9), (0.0, 0.1)):
        loss = losses.bce_loss(torch.tensor([0.9]), torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-3, (
            f"y_hat = 0.9、标签为 {label:.0f} 时，损失应为 -ln {probability} = {expected:.4f}，得到的是 {loss:.4f}"
        )


def test_bce_loss_of_a_certain_and_right_prediction():
    """恰为 0 或 1 的正确预测，损失为 0。"""
    y_hat, y = torch.tensor([0.0, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64)
    loss = unchanged(losses.bce_loss, y_hat, y)
    assert abs(loss.item()) < 1e-6, f"这里损失应为 0，得到的是 {loss.item()}；0 * log(0) 是多少？"


def test_bce_loss_and_slopes_of_a_batch():
    """损失是对批量取的均值，软标签也一样，且梯度能传到 y_hat。"""
    for dtype in (torch.float32, torch.float64):
        y_hat = torch.tensor([0.3, 0.001, 0.9, 0.999, 0.6, 0.002, 0.45], dtype=dtype)
        for labels in ([0, 1, 1, 0, 1, 0, 0], [1, 0, 0, 1, 0, 1, 1], [0.25, 1, 0.3, 0, 0.75, 0, 0.9]):
            y = torch.tensor(labels, dtype=dtype)
            loss = one_number(unchanged(losses.bce_loss, y_hat, y), dtype)
            expected = -(y * y_hat.log() + (1 - y) * (1 - y_hat).log()).mean().item()
            assert abs(loss - expected) < 1e-3 * expected, (
                f"y_hat = {y_hat.tolist()}、标签为 {labels} 时，损失应为 {expected:.5f}，得到的是 {loss:.5f}。小常数 "
                "epsilon 或裁剪至多为 1e-7，0 到 1 之间的软标签也允许"
            )
            found, slopes = slopes_of(losses.bce_loss, y_hat, y), ((1 - y) / (1 - y_hat) - y / y_hat) / len(y)
            assert close(found, slopes, 1e-3), f"梯度应为 {slopes.tolist()}，得到的是 {found.tolist()}"


def test_bce_loss_of_certain_predictions_among_others():
    """恰为 0 或 1 的正确预测损失为 0，其他预测的损失不变。"""
    y_hat, y = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64), torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    loss = losses.bce_loss(y_hat, y).item()
    assert abs(loss - math.log(2) / 3) < 1e-6, (
        f"损失应为 ln(2) / 3 = {math.log(2) / 3:.6f}，得到的是 {loss:.6f}"
    )


def test_bce_with_logits_of_a_small_example():
    """logits 为 ln 3 和 -ln 4、标签为 1 和 0 时，损失是 (ln 4/3 + ln 5/4) / 2。"""
    z = torch.tensor([math.log(3), -math.log(4)])
    loss = losses.bce_with_logits(z, torch.tensor([1.0, 0.0]))
    assert tuple(loss.shape) == (), f"损失是对批量取的均值，所以形状为 ()；得到的形状是 {tuple(loss.shape)}"
    expected = math.log(5 / 3) / 2
    assert abs(loss.item() - expected) < 1e-5, f"损失应为 {expected:.5f}，得到的是 {loss.item():.5f}"


def test_bce_with_logits_of_the_lecture():
    """课上的十个 logits 的损失是 0.82205。"""
    z = torch.tensor([-1.5010, -0.5681, 1.9500, 1.4116, 0.4478, 0.1876, 0.8693, -0.5146, -0.3979, 0.1848])
    loss = losses.bce_with_logits(z, torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])).item()
    assert abs(loss - 0.82205) < 2e-5, f"课上的损失是 0.82205，得到的是 {loss:.5f}"


def test_bce_with_logits_of_a_large_score():
    """符号与标签相反的 logit 为 300、1,000 或 -1,000 时，损失是它的绝对值，导数是 1 或 -1。"""
    for score, label in ((300.0, 0.0), (1000.0, 0.0), (-1000.0, 1.0)):
        z = torch.tensor([score], requires_grad=True)
        loss = losses.bce_with_logits(z, torch.tensor([label]))
        assert abs(loss.item() - abs(score)) < 1e-2, (
            f"logit 为 {score:.0f}、标签为 {label:.0f} 时，损失应为 {abs(score):.0f}，得到的是 {loss.item()}。哪个指数"
            "或对数溢出了？"
        )
        loss.backward()
        assert z.grad is not None, "没有梯度传到 z；detach()、.data、.item() 和 numpy 都会切断计算图"
        expected = math.copysign(1.0, score)
        assert abs(z.grad.item() - expected) < 1e-4, f"导数应为 {expected}，得到的是 {z.grad.item()}"


def test_bce_with_logits_and_slopes_of_a_batch():
    """损失是对批量取的均值，软标签也一样，且梯度是 (s(z) - y) / N。"""
    for dtype in (torch.float32, torch.float64):
        z, y = (
            torch.tensor([0.0, -2.0, 0.5, 3.0, 0.0], dtype=dtype),
            torch.tensor([1.0, 0.0, 0.75, 0.0, 0.1], dtype=dtype),
        )
        s = 1 / (1 + torch.exp(-z))
        expected = -(y * s.log() + (1 - y) * (1 - s).log()).mean().item()
        loss = one_number(unchanged(losses.bce_with_logits, z, y), dtype)
        tolerance = 1e-5 if dtype == torch.float32 else 1e-9
        assert abs(loss - expected) < tolerance, f"损失应为 {expected:.8f}，得到的是 {loss:.8f}"
        found, slopes = slopes_of(losses.bce_with_logits, z, y), (s - y) / len(z)
        assert close(found, slopes, tolerance), (
            f"logits 为 {z.tolist()} 时，梯度应为 {slopes.tolist()}，得到的是 {found.tolist()}"
        )


def test_bce_with_logits_of_large_scores_in_a_batch():
    """符号与标签一致的大 logits 损失为 0，符号相反的损失是其绝对值。"""
    z, y = torch.tensor([600.0, -900.0, -30.0, 80.0, 5_000.0]), torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
    z, y = z.double(), y.double()
    loss = losses.bce_with_logits(z, y).item()
    assert abs(loss - 1022) < 1e-6, f"损失应为 (30 + 80 + 5000) / 5 = 1022，得到的是 {loss}"
    found, slopes = slopes_of(losses.bce_with_logits, z, y), torch.tensor([0.0, 0.0, -0.2, 0.2, 0.2])
    assert close(found, slopes, 1e-8), f"梯度应为 {slopes.tolist()}，得到的是 {found.tolist()}"


def test_softmax_cross_entropy_of_a_small_example():
    """logits ln 1、ln 2、ln 5 的概率是 1/8、2/8、5/8。"""
    logits = torch.log(torch.tensor([[1.0, 2.0, 5.0]]))
    for label, probability in ((0, 1 / 8), (2, 5 / 8)):
        loss = losses.softmax_cross_entropy(logits, torch.tensor([label])).item()
        expected = -math.log(probability)
        assert abs(loss - expected) < 1e-5, f"标签为 {label} 时，损失应为 {expected:.5f}，得到的是 {loss:.5f}"


def test_softmax_cross_entropy_is_the_mean_over_the_rows():
    """4 个类别的 logits 都相等时，对任何标签和行数，损失都是 ln 4。"""
    for labels in ([1], [0, 3, 2]):
        loss = losses.softmax_cross_entropy(torch.zeros(len(labels), 4), torch.tensor(labels))
        assert tuple(loss.shape) == (), f"损失是一个数，形状为 ()；得到的形状是 {tuple(loss.shape)}"
        assert abs(loss.item() - math.log(4)) < 1e-5, f"损失应为 ln 4 = {math.log(4):.5f}，得到的是 {loss}"


def test_softmax_cross_entropy_of_large_scores():
    """一行的所有 logits 都加上 1,000，结果不变。"""
    loss = losses.softmax_cross_entropy(torch.full((2, 4), 1000.0), torch.tensor([0, 1])).item()
    assert abs(loss - math.log(4)) < 1e-3, (
        f"损失应为 ln 4 = {math.log(4):.5f}，得到的是 {loss}。exp(1000) 是 inf"
    )


def test_softmax_cross_entropy_and_slopes_of_several_rows():
    """一行的梯度是该行的概率，在标签处减 1，再除以行数。"""
    for dtype in (torch.float32, torch.float64):
        numbers = torch.tensor([[1, 2, 5], [6, 1, 1], [2, 2, 4], [1, 3, 4]], dtype=dtype)
        labels = torch.tensor([2, 1, 0, 2])
        p = numbers / 8
        expected = -math.log(5 / 8 * 1 / 8 * 2 / 8 * 4 / 8) / 4
        logits = numbers.log() + torch.tensor([[0.0], [3.0], [-2.0], [0.0]], dtype=dtype)
        loss = one_number(unchanged(losses.softmax_cross_entropy, logits, labels), dtype)
        tolerance = 1e-5 if dtype == torch.float32 else 1e-9
        assert abs(loss - expected) < tolerance, f"损失应为 {expected:.8f}，得到的是 {loss:.8f}"
        found, slopes = slopes_of(losses.softmax_cross_entropy, logits, labels), (p - torch.eye(3)[labels]) / 4
        assert close(found, slopes, tolerance), f"梯度应为 {slopes.tolist()}，得到的是 {found.tolist()}"


def test_softmax_cross_entropy_of_scores_far_from_zero():
    """-9,000、9,000 以及同一行中相差很远的 logits，损失和梯度都有限。"""
    for rows, labels, expected, slopes in (
        ([[-9_000.0, -9_000.0], [9_000.0, 9_000.0]], [0, 1], math.log(2), [[-0.25, 0.25], [0.25, -0.25]]),
        ([[0.0, 2_000.0, -2_000.0]], [0], 2_000.0, [[-1.0, 1.0, 0.0]]),
        ([[0.0, 2_000.0, -2_000.0]], [1], 0.0, [[0.0, 0.0, 0.0]]),
        ([[-9_000.0, 9_000.0], [0.0, 60.0]], [0, 0], 9_030.0, [[-0.5, 0.5], [-0.5, 0.5]]),
    ):
        logits, labels = torch.tensor(rows, dtype=torch.float64), torch.tensor(labels)
        loss = losses.softmax_cross_entropy(logits, labels).item()
        assert abs(loss - expected) < 1e-6, (
            f"logits 为 {rows}、标签为 {labels.tolist()} 时，损失应为 {expected:.6f}，得到的是 {loss}。请从每一行减去"
            "其最大的 logit，并把商的对数写成差"
        )
        found = slopes_of(losses.softmax_cross_entropy, logits, labels)
        assert close(found, torch.tensor(slopes), 1e-8), f"梯度应为 {slopes}，得到的是 {found.tolist()}"
