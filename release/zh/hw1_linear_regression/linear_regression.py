"""作业 1：把线性回归写成 PyTorch 可以训练的模块。"""

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):
    """线性回归，偏置位于权重的最后一行。

        y_hat = [x, 1] w

    这里 [x, 1] 是在 ``x`` 后面添加一个全 1 列（作为最后一列）得到的矩阵。这道题不允许使用 ``nn.Linear`` 和
    ``F.linear``。

    Args:
        in_dim: 特征数，至少为 1。

    Attributes:
        w: 唯一的参数，是形状为 (in_dim + 1, 1) 的 ``nn.Parameter``。每个新模型都从标准正态分布
            （均值 0，标准差 1）中重新抽取它的值。
    """

    def __init__(self, in_dim: int) -> None:
        super().__init__()
        # TODO(LinearRegression): 创建参数 self.w，其值从标准正态分布中抽取。
        raise NotImplementedError("LinearRegression")

    def forward(self, x: Tensor) -> Tensor:
        """对 ``x`` 的每一行预测一个数，训练模式与评估模式下结果相同。

        Args:
            x: 特征，形状 (N, in_dim)。保持不变。

        Returns:
            预测值 y_hat，形状 (N, 1)，dtype 与 ``x`` 和 ``w`` 相同，仍在计算图中，因此 ``backward()`` 的梯度
            能传到 ``w`` 和 ``x``。
        """
        # TODO(LinearRegression): 添加全 1 列，再乘以 w。这里不允许使用 nn.Linear 和 F.linear。
        raise NotImplementedError("LinearRegression")


class LinearModel:
    """多目标线性回归，由 PyTorch 自带的类搭建，并包含训练循环。

    Args:
        in_dim: 特征数，至少为 1。
        out_dim: 目标的个数，至少为 1。
        learning_rate: 梯度下降的学习率。
        epochs: ``train`` 走的步数，至少为 1；每一步都使用所有行（全批量）。

    Attributes:
        model: 新建的 ``nn.Linear(in_dim, out_dim)``，采用 PyTorch 默认的随机初始化。
        optimizer: 管理 ``model`` 的参数的 ``torch.optim.SGD``，学习率为 ``learning_rate``，其余设置均为默认值。
        loss_function: ``nn.MSELoss()``，即对全部 N * out_dim 个元素取平均。
    """

    def __init__(self, in_dim: int, out_dim: int, learning_rate: float = 0.01, epochs: int = 10_000) -> None:
        # TODO(LinearModel): 创建这三个属性，并保存轮数。
        raise NotImplementedError("LinearModel")

    def train(self, x: Tensor, y: Tensor) -> list[float]:
        """用全批量梯度下降使 ``model`` 拟合数据。

        第二次调用从上一次结束的地方继续。任何一次调用都不会提前停止，即使损失为 0、不再变化，或者上升甚至达到 inf。

        Args:
            x: 特征，形状 (N, in_dim)。保持不变。
            y: 目标，形状 (N, out_dim)。保持不变。

        Returns:
            由 ``epochs`` 个 Python 浮点数组成的列表：每一轮的损失，在该轮更新之前计算。
        """
        # TODO(LinearModel): 在每一轮中：预测，计算损失，梯度清零，反向传播，走一步。
        raise NotImplementedError("LinearModel")

    def predict(self, x: Tensor) -> Tensor:
        """用当前的模型预测目标。

        Args:
            x: 特征，形状 (N, in_dim)。保持不变。

        Returns:
            预测值，形状 (N, out_dim)，dtype 与 ``x`` 和 ``model`` 相同，不带计算图：其 ``requires_grad`` 为 False。
        """
        # TODO(LinearModel): 返回模型的输出，计算时不建立计算图。
        raise NotImplementedError("LinearModel")


def normal_equation(x: Tensor, y: Tensor) -> Tensor:
    """以闭式解给出均方误差最小的权重。

    令 X = [x, 1]，全 1 列是最后一列，权重是下面这个正规方程的解：

        X^T X w = X^T y

    如果 X 的列线性相关，或者 X 的行数少于列数，就有许多解。这时返回最小范数解，即平方和最小的解：请用
    ``torch.linalg.pinv``，或者带 ``driver="gelsd"`` 的 ``torch.linalg.lstsq``（``lstsq`` 的默认 driver
    在这种情况下不可靠，而 X^T X 没有逆矩阵）。

    特征可以有不同的单位。即使某一列的数值达到另一列的 1,000,000 倍，这些列仍算线性无关，所以请保留 ``pinv``
    的默认容差（``rtol``）。在这些情况下，比较权重时的相对容差为 1e-5，float32 时为 1e-3。

    Args:
        x: 特征，形状 (N, in_dim)。保持不变。
        y: 目标，形状 (N, out_dim)。保持不变。

    Returns:
        权重，形状 (in_dim + 1, out_dim)，偏置在最后一行，dtype 与 ``x`` 和 ``y`` 相同。如果 X 的列线性无关，
        ``backward()`` 的梯度能传到 ``x`` 和 ``y``。
    """
    # TODO(normal_equation): 添加全 1 列，再求最小二乘解。
    raise NotImplementedError("normal_equation")
