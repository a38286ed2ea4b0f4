"""作业 3：亲手写损失函数。"""

import torch
from torch import Tensor


def mse_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """均方误差：(y_hat - y)^2 对所有元素的均值。请自己写，不要使用 PyTorch 自带的损失。

    Args:
        y_hat: 预测，任意形状，包括 ()。保持不变。
        y: 目标，形状和 dtype 与 ``y_hat`` 相同。保持不变。

    Returns:
        损失，形状 ()，dtype 与 ``y_hat`` 相同，仍在计算图中，使 ``loss.backward()`` 的梯度能传到 ``y_hat``。

    Raises:
        ValueError: ``y_hat`` 与 ``y`` 的形状不同，哪怕只是 (N, 1) 与 (N,) 之别。消息中给出两个形状。
    """
    # TODO(regression_losses): 先比较形状，再写出上面的公式。这里不允许使用 PyTorch 自带的损失（nn.MSELoss、
    # F.l1_loss 等）。
    raise NotImplementedError("regression_losses")


def mae_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """平均绝对误差：|y_hat - y| 对所有元素的均值。请自己写，不要使用 PyTorch 自带的损失。

    ``y_hat`` 的某个元素等于其目标时，导数没有定义。此处任何有限的梯度都可以。

    Args:
        y_hat: 预测，任意形状，包括 ()。保持不变。
        y: 目标，形状和 dtype 与 ``y_hat`` 相同。保持不变。

    Returns:
        损失，形状 ()，dtype 与 ``y_hat`` 相同，仍在计算图中，使 ``loss.backward()`` 的梯度能传到 ``y_hat``。

    Raises:
        ValueError: ``y_hat`` 与 ``y`` 的形状不同，哪怕只是 (N, 1) 与 (N,) 之别。消息中给出两个形状。
    """
    # TODO(regression_losses): 与 mse_loss 相同，只是把平方换成绝对值。
    raise NotImplementedError("regression_losses")


def is_distribution(p: Tensor, tol: float = 1e-6) -> bool:
    """``p`` 是否为 K 个类别上的概率分布。

    条件是：没有任何元素为负，哪怕只负一点点；且各元素之和与 1 之差至多为 ``tol``：

        p_k >= 0（对每个 k）,    |p_1 + ... + p_K - 1| <= tol

    Args:
        p: 浮点数，形状 (K,)，K >= 1。保持不变。
        tol: 和的容差，不小于 0。它不适用于单个元素。

    Returns:
        Python 的 bool，不是张量。
    """
    # TODO(is_distribution): 检查各元素及其和。
    raise NotImplementedError("is_distribution")


def cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """最后一个维度上各分布的交叉熵，使用自然对数。

        H(p, q) = -sum_k p_k * log(q_k)

    ``p_k = 0`` 的项为 0，即使 ``q_k = 0``：其值为 0，对 ``q_k`` 的梯度也为 0。
    ``p_k`` 不为 0 时，``q_k`` 也不为 0。其他所有项都必须精确，因此不要给它们加小常数 epsilon。

    Args:
        p: 真实概率，形状 (..., K)：前面可以有任意多个维度，也可以没有。保持不变。
        q: 预测概率，形状和 dtype 与 ``p`` 相同。保持不变。

    Returns:
        每对分布一个数，形状 (...)，dtype 与 ``q`` 相同，仍在计算图中，使 ``backward()`` 的梯度能传到 ``q`` 和 ``p``
        （对为 0 的 ``p_k`` 的梯度不评分）。
    """
    # TODO(cross_entropy): 写出上面的公式。注意 log(0) 是 -inf：0 * inf 是 nan，导数中的 0 / 0 也是。
    raise NotImplementedError("cross_entropy")


def bce_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """二元交叉熵的均值，使用自然对数。请自己写，不要使用 PyTorch 自带的版本。

        L = -(1/N) * sum_i [ y_i * log(y_hat_i) + (1 - y_i) * log(1 - y_hat_i) ]

    ``y_hat`` 在 [0.001, 0.999] 内时，值和梯度按 1e-3 的相对容差比较，因此允许至多 1e-7 的裁剪或小常数 epsilon。
    ``y_hat_i`` 恰为 0 或 1 且等于标签时，第 i 项必须为 0（误差在 1e-6 以内），不能是 nan。

    Args:
        y_hat: 类别 1 的预测概率，都在 [0, 1] 内，形状 (N,)。保持不变。
        y: [0, 1] 内的标签，形状和 dtype 与 ``y_hat`` 相同；可以是 0 到 1 之间的软标签。保持不变。

    Returns:
        损失，形状 ()，dtype 与 ``y_hat`` 相同，仍在计算图中，使 ``loss.backward()`` 的梯度能传到 ``y_hat``。
    """
    # TODO(bce_loss): 写出上面的公式。这里不允许使用 nn.BCELoss 及其他版本。注意 log(0) 是 -inf：0 * inf 是
    # nan。
    raise NotImplementedError("bce_loss")


def bce_with_logits(z: Tensor, y: Tensor) -> Tensor:
    """由 logits 计算的二元交叉熵的均值，即 ``sigmoid(z)`` 的 ``bce_loss``。请自己写，不要使用 PyTorch 自带的版本。

        L = -(1/N) * sum_i [ y_i * log(s(z_i)) + (1 - y_i) * log(1 - s(z_i)) ],    s(z) = 1 / (1 + exp(-z))

    对 -10,000 到 10,000 的 logits，值和梯度都必须精确，不用任何裁剪或小常数 epsilon：
    即使 s(z_i) 被舍入为 0 或 1、其对数为无穷大时，以及 z_i 恰为 0 时（此处第 i 项的导数是 1/2 - y_i），也是如此。

    Args:
        z: 类别 1 的未归一化的得分（logits），形状 (N,)。保持不变。
        y: [0, 1] 内的标签，形状和 dtype 与 ``z`` 相同；可以是 0 到 1 之间的软标签。保持不变。

    Returns:
        损失，形状 ()，dtype 与 ``z`` 相同，仍在计算图中，使 ``loss.backward()`` 的梯度能传到 ``z``。
    """
    # TODO(bce_with_logits): 改写公式，避免取 0 的对数或很大的数的指数。这里不允许使用 nn.BCEWithLogitsLoss
    # 及其他版本。
    raise NotImplementedError("bce_with_logits")


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """由 K 个类别的 logits 计算的交叉熵的均值，使用自然对数。

    请自己写，不要使用 PyTorch 的 softmax、log-softmax 以及这个损失的自带版本；允许使用 ``torch.logsumexp``。

        L = -(1/N) * sum_i log( exp(z_ic) / sum_k exp(z_ik) ),    c = labels_i

    一行的 logits 可以是 -10,000 到 10,000 之间的任意值，可以都远离 0，也可以相差很远：损失及其梯度必须有限且精确，
    即使某个概率被舍入为 0、其对数为无穷大。

    Args:
        logits: 未归一化的得分（logits）z，形状 (N, K)，每个样本一行。保持不变。
        labels: 每个样本的类别索引，int64，从 0 到 K - 1，形状 (N,)。保持不变。

    Returns:
        损失，形状 ()，dtype 与 ``logits`` 相同，仍在计算图中，使 ``loss.backward()`` 的梯度能传到 ``logits``。
    """
    # TODO(softmax_cross_entropy): 写出上面的公式。这里不允许使用 softmax、log-softmax 和这个损失的其他版本；
    # 允许使用 torch.logsumexp。注意 exp(1000) 是 inf。
    raise NotImplementedError("softmax_cross_entropy")
