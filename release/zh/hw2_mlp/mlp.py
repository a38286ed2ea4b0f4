"""作业 2：前馈神经网络，从一个神经元到许多层。"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn


def sigmoid(x: Tensor) -> Tensor:
    """对每个元素求 sigmoid，结果是 0 与 1 之间的数。

        sigmoid(x) = 1 / (1 + e^(-x))

    导数为 sigmoid(x) * (1 - sigmoid(x))，在恰好为 0 处也是如此，那里是 1/4（含 |x| 的写法要小心，它在 0 处不可导）。
    当 |x| <= 10,000 时，值和导数必须有限且精确到 1e-6，float64 和 float32 都是如此。

    这道题不允许以任何形式（函数、方法或模块，无论来自 torch 还是 NumPy）使用 torch.sigmoid、torch.tanh、
    torch.relu、torch.special.expit、softplus 和 logsigmoid，也不允许使用完成同样工作的类似函数（softmax、silu、
    threshold 等）。允许使用 exp、where、clamp、maximum、logaddexp 和你自己写的函数。

    Args:
        x: 浮点数，任意形状，包括 ()。保持不变。

    Returns:
        函数值，形状和 dtype 与 ``x`` 相同，仍在计算图中，因此 ``backward()`` 的梯度能传到 ``x``。
    """
    # TODO(activations): 用 exp 写出上面的公式。注意 e^10000 是 inf，它的梯度也要注意。
    raise NotImplementedError("activations")


def relu(x: Tensor) -> Tensor:
    """对每个元素求修正线性单元：正值保留，负值变为 0。

        relu(x) = max(0, x)

    导数在 x > 0 时为 1，在 x < 0 时为 0。在 0 处没有定义：任何有限的梯度都可以。当 |x| <= 10,000 时，
    值和导数必须有限且精确到 1e-6。``sigmoid`` 中不允许的调用在这里同样不允许。

    Args:
        x: 浮点数，任意形状，包括 ()。保持不变。

    Returns:
        函数值，形状和 dtype 与 ``x`` 相同，仍在计算图中，因此 ``backward()`` 的梯度能传到 ``x``。
    """
    # TODO(activations): 写出上面的公式，用张量运算而不用循环。
    raise NotImplementedError("activations")


def tanh(x: Tensor) -> Tensor:
    """对每个元素求双曲正切，结果是 -1 与 1 之间的数。

        tanh(x) = (e^x - e^(-x)) / (e^x + e^(-x))

    导数为 1 - tanh(x)^2，在恰好为 0 处也是如此，那里是 1。当 |x| <= 10,000 时，值和导数必须有限且精确到 1e-6，
    float64 和 float32 都是如此。``sigmoid`` 中不允许的调用在这里同样不允许。

    Args:
        x: 浮点数，任意形状，包括 ()。保持不变。

    Returns:
        函数值，形状和 dtype 与 ``x`` 相同，仍在计算图中，因此 ``backward()`` 的梯度能传到 ``x``。
    """
    # TODO(activations): 用 exp 写出上面的公式，或者用你的 sigmoid 来表示它。注意 inf / inf 是 nan。
    raise NotImplementedError("activations")


class MLPRegression(nn.Module):
    """两层的网络，每一层之后都有 sigmoid 函数 f，与幻灯片一致。

        z = f(x W1 + b1)
        y_hat = f(z W2 + b2)

    Args:
        in_dim: 特征数，至少为 1。
        hidden_dim: 隐藏层的神经元个数，至少为 1。

    Attributes:
        first_layer: ``nn.Linear(in_dim, hidden_dim)``，存放 W1（转置）和 b1。
        second_layer: ``nn.Linear(hidden_dim, 1)``，存放 W2（转置）和 b2。两层都保留 PyTorch 默认的随机初始化，
            每个模型都重新抽取。
        sigmoid: ``nn.Sigmoid()``，即激活函数 f。
    """

    def __init__(self, in_dim: int, hidden_dim: int) -> None:
        super().__init__()
        # TODO(MLPRegression): 创建“Attributes”下列出的三个模块。
        raise NotImplementedError("MLPRegression")

    def forward(self, x: Tensor) -> Tensor:
        """对 ``x`` 的每一行预测一个 0 与 1 之间的数，训练模式与评估模式下结果相同。

        Args:
            x: 特征，形状 (N, in_dim)。保持不变。

        Returns:
            预测值 y_hat，形状 (N, 1)，dtype 与 ``x`` 和参数相同，仍在计算图中，因此 ``backward()`` 的梯度能传到
            ``x`` 以及两层的权重和偏置。
        """
        # TODO(MLPRegression): 依次应用第一层、sigmoid、第二层、sigmoid。
        raise NotImplementedError("MLPRegression")


class MLP(nn.Module):
    """任意深度的多层感知机，除最后一层外，每一层之后都有激活函数 f。

        a(0) = x
        z(l) = W(l) a(l-1) + b(l),    a(l) = f(z(l)),    l = 1 .. L
        y_hat = z(L)

    这 L 层依次对应 ``layer_sizes[0] -> layer_sizes[1]``、``layer_sizes[1] -> layer_sizes[2]`` 等。

    Args:
        layer_sizes: 先是特征数，然后是各层的神经元个数：至少含两个数的列表或元组，每个数至少为 1。保持不变。
        activation: f，任何把张量映射为同样形状的张量的可调用对象：可以是 ``torch.sigmoid`` 这样的函数，
            也可以是 ``nn.Tanh()`` 这样的模块。

    Attributes:
        layers: 按顺序存放 L = ``len(layer_sizes) - 1`` 层的 ``nn.ModuleList``，每一层都是 ``nn.Linear``，
            采用 PyTorch 默认的随机初始化，每个模型都重新抽取。
    """

    def __init__(self, layer_sizes: Sequence[int], activation: Callable[[Tensor], Tensor] = torch.sigmoid) -> None:
        super().__init__()
        # TODO(MLP): 创建“Attributes”下列出的 nn.ModuleList，并保存激活函数。
        raise NotImplementedError("MLP")

    def forward(self, x: Tensor) -> Tensor:
        """让 ``x`` 的每一行通过所有层，训练模式与评估模式下结果相同。

        Args:
            x: 特征，形状 (N, layer_sizes[0])。保持不变。

        Returns:
            y_hat，形状 (N, layer_sizes[-1])，dtype 与 ``x`` 和参数相同，仍在计算图中，因此 ``backward()`` 的梯度
            能传到 ``x`` 以及所有层的权重和偏置。
        """
        # TODO(MLP): 逐层计算，除最后一层外，每一层之后都应用激活函数。
        raise NotImplementedError("MLP")


def parameter_table(model: nn.Module) -> list[tuple[str, tuple[int, ...], int]]:
    """列出模型的参数，每个参数一行，顺序与 ``model.named_parameters()`` 相同。

    对于 ``nn.Linear(3, 2)``，结果是 ``[("weight", (2, 3), 6), ("bias", (2,), 2)]``。被多个模块共享的参数只列出一次，
    与 ``named_parameters()`` 一样；冻结的参数要列出；缓冲区（buffer）不列出。模型保持不变：包括它的参数、
    参数的梯度和 ``requires_grad``，以及它的训练/评估模式。

    Args:
        model: 任意模块，可以有任意多个参数，也可以没有参数。

    Returns:
        每个参数一个元组：名称、形状（元组；``torch.Size`` 也是元组）和元素个数（Python int）。形状为 () 的参数
        有 1 个元素。结果用 ``==`` 比较。
    """
    # TODO(parameter_table): 每个参数一行；named_parameters() 给出 (name, parameter) 对。
    raise NotImplementedError("parameter_table")
