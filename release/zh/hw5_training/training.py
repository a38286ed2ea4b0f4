"""训练：训练循环、SGD 和 Adam、逻辑回归、小批量和检查点。"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    report_every: int = 500,
) -> list[float]:
    """用全批量把模型训练若干轮（epoch）。

    轮的编号从 0 开始。每一轮依次做以下几步，每步恰好一次：

        1. 预测：   y_hat = model(x)
        2. 比较：   L = loss_function(y_hat, y)，按这个顺序
        3. 清除：   重置所有梯度，包括调用之前残留的梯度
        4. 求导：   用反向传播求 dL/dtheta
        5. 更新：   theta 变为 theta - （优化器的更新量）

    每一轮都要跑完，即使损失很小、不变或上升：不提前停止。

    模型在训练模式 ``model.train()`` 下预测，无论它之前处于哪种模式。之后的模式由你决定。

    当且仅当轮的编号是 ``report_every`` 的倍数时，按下面的格式打印一行，给出该轮的编号和损失：

        epoch: 0, loss is: 0.6931

    损失可以用 ``float()`` 能读取的任何格式，至少两位有效数字。你也可以打印其他的行。

    Args:
        model: 任意模块，由 ``x`` 得到预测。它的 dtype 不变，``x`` 和 ``y`` 的也不变。
        x: 输入，每行一个样本，形状 (N, ...)。保持不变。
        y: 目标，形状和 dtype 符合 ``loss_function`` 的要求，第一维是 N。保持不变。
        loss_function: ``loss_function(y_hat, y)`` 给出损失，形状 ()。可以是模块，也可以是函数。
        optimizer: 模型参数的优化器，它的 ``step()`` 不需要传入任何值。它的状态（例如动量）在各轮之间、各次调用
            之间都保留。
        epochs: 轮数；可以是 0。
        report_every: 每隔多少轮打印一行，至少为 1。

    Returns:
        每轮一个损失，依次排列：由 ``epochs`` 个 Python 浮点数（不是张量）组成的列表。每个都是第 2 步的 L，
        也就是该轮更新之前的损失。
    """
    # TODO(train): 写出上面的循环。loss.item() 把形状为 () 的张量转换成 Python 浮点数。
    raise NotImplementedError("train")


def sgd_step(parameters: Iterable[Tensor], lr: float) -> None:
    """随机梯度下降（SGD）的一步，相当于 optimizer.step()。

        w 变为 w - lr * dL/dw    对每个参数 w，它的梯度在 w.grad 中

    每个参数都原地更新：它仍是同一个张量，存储不变。它仍是需要梯度的叶张量，autograd 不记录这一步。
    每个 ``.grad`` 保持不变：清除梯度是 zero_grad 的事。这里不允许使用 torch.optim。

    Args:
        parameters: 要更新的参数，例如 ``model.parameters()``，即只能遍历一次的生成器。如果是列表，列表本身
            保持不变。``.grad`` 为 None 的参数保持不变。
        lr: 学习率。
    """
    # TODO(sgd_step): 在 torch.no_grad() 下写一个循环，用原地操作更新。
    raise NotImplementedError("sgd_step")


class Adam:
    """优化器 Adam。

    设第 t = 1, 2, ... 步的梯度为 g，每个参数 w 的每个元素按下式更新：

        m = b1 m + (1 - b1) g           v = b2 v + (1 - b2) g^2         两者都从 0 开始
        m_hat = m / (1 - b1^t)          v_hat = v / (1 - b2^t)
        w 变为 w - lr * m_hat / (sqrt(v_hat) + eps)

    每个参数有自己的 m 和 v，每个 Adam 对象各自计算步数。与 ``sgd_step`` 一样，参数原地更新，每个 ``.grad``
    保持不变。``.grad`` 为 None 的参数会被跳过。如果一个参数在有些步有梯度，在另一些步没有，它的 t 是否计入
    所有步由你决定。这里不允许使用 torch.optim，用作基类也不行。

    用 float64 时，参数的误差不超过 1e-6（绝对误差加相对误差），所以把 b1 或 b2 的幂舍入为 float32 也没有关系。

    Args:
        parameters: 要更新的参数，例如 ``model.parameters()``，即只能遍历一次的生成器。如果是列表，列表本身
            保持不变。
        lr: 学习率。
        betas: b1 和 b2。
        eps: 一个很小的数，避免除数为零。

    来源：Kingma 和 Ba，“Adam: a method for stochastic optimization”（2015），算法 1。
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """保存参数和设置，每个参数的 m 和 v 都从 0 开始。"""
        # TODO(Adam): 保存参数的列表、m 和 v 的列表（全零），以及已走的步数。
        raise NotImplementedError("Adam")

    def step(self) -> None:
        """按上面的公式把每个参数更新一次。"""
        # TODO(Adam): 先给步数加一，再同时遍历参数、m 和 v。
        raise NotImplementedError("Adam")

    def zero_grad(self) -> None:
        """清除梯度：之后每个 ``.grad`` 都是 None 或全零。"""
        # TODO(Adam): 清除每个参数的梯度。
        raise NotImplementedError("Adam")


class LogisticRegression(nn.Module):
    """逻辑回归：类别 1 的概率，y_hat = sigmoid(x w + b)。

    Args:
        in_dim: 特征数。

    Attributes:
        linear: nn.Linear(in_dim, 1)，其中有 w 和 b。保留 nn.Linear 的默认初始化。
    """

    def __init__(self, in_dim: int) -> None:
        """创建层。"""
        super().__init__()
        # TODO(LogisticRegression): 创建一个线性层。
        raise NotImplementedError("LogisticRegression")

    def forward(self, x: Tensor) -> Tensor:
        """预测。

        Args:
            x: 每行一个样本，形状 (N, in_dim)。

        Returns:
            概率，形状 (N,)，而不是 (N, 1)：标签的形状也是 (N,)。
        """
        # TODO(LogisticRegression): 先用线性层，去掉最后一维，再用 sigmoid。
        raise NotImplementedError("LogisticRegression")


def minibatches(x: Tensor, y: Tensor, batch_size: int, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """把数据打乱，分成小批量遍历一遍。

    每个样本恰好出现一次，保持完整，配有自己的目标。样本的顺序是随机排列，只取决于 ``generator``。
    随机种子相同的 generator 给出相同的顺序。用同一个 generator 再遍历一遍，顺序就不同。

    Args:
        x: 输入，每行一个样本，形状 (N, ...)。保持不变。
        y: 目标，形状 (N, ...)。保持不变。
        batch_size: 每个批量的样本数，至少为 1，可以大于 N。除最后一个批量装剩余的样本外，每个批量都恰好有
            这么多样本。
        generator: 随机性的来源，用法如 ``torch.randperm(n, generator=generator)``。

    Yields:
        由批量组成的对 (xb, yb)，dtype 与 ``x`` 和 ``y`` 相同。返回由这些对组成的列表也可以。
    """
    # TODO(minibatches): 随机排列样本的索引；把它分成批量；用每一份索引取出 x 和 y 的样本。
    raise NotImplementedError("minibatches")


def train_minibatch(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    loss_function: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
    batch_size: int,
    generator: torch.Generator,
) -> list[float]:
    """用小批量训练模型：每个批量更新一次，每一轮重新打乱样本。

    每个批量都在训练模式下经过 ``train`` 的五个步骤。与 ``train`` 一样，不提前停止。不要求打印报告；你可以
    打印自己的行。

    Args:
        model: 任意模块，由 ``x`` 得到预测。它的 dtype 不变，``x`` 和 ``y`` 的也不变。
        x: 输入，每行一个样本，形状 (N, ...)。保持不变。
        y: 目标，dtype 符合 ``loss_function`` 的要求，第一维是 N。保持不变。
        loss_function: ``loss_function(y_hat, y)`` 给出一个批量的**平均**损失，形状 ()。
        optimizer: 模型参数的优化器，与 ``train`` 相同。
        epochs: 遍历数据的遍数；可以是 0。
        batch_size: 每个批量的样本数，与 ``minibatches`` 相同：最后一个批量装剩余的样本。
        generator: 随机性的唯一来源。随机种子相同，训练就相同。用同一个 generator 再训练一次，顺序就不同。

    Returns:
        每轮一个 Python 浮点数：**每个样本**的平均损失，其中每个样本按它所在批量更新之前的损失计算。因此最后
        一个较小的批量所占分量比其他批量小。
    """
    # TODO(train_minibatch): 写两层循环。批量的平均损失乘以它的样本数，就是其中各样本的损失之和。
    raise NotImplementedError("train_minibatch")


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """准确率：分类正确的样本所占的比例。

    模型在评估模式下预测，不建立计算图。之后模型及其各层恢复原来的模式（训练或评估，各层都相同）。

    Args:
        model: 由 ``x`` 得到类别 1 的概率，形状 (N,)。
        x: 输入，形状 (N, ...)。保持不变。
        y: 标签，0 或 1，任意 dtype，形状 (N,)。保持不变。

    Returns:
        准确率，0 到 1 之间的 Python 浮点数，误差不超过 1e-6。概率大于 0.5 预测为类别 1，小于 0.5 预测为类别 0；
        恰好等于 0.5 时算哪一类都可以。
    """
    # TODO(accuracy): 保存 model.training；在 torch.no_grad() 下预测；比较；恢复模式。
    raise NotImplementedError("accuracy")


def save_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """把模型的状态字典（state dict）保存到文件，不含其他内容。

    保存完整的状态字典，包括缓冲区（buffer），dtype 不变。

    Args:
        model: 模型；保持不变。
        path: 文件名，或以二进制写模式打开的文件对象。torch.save 两者都接受：直接传给它即可。
    """
    # TODO(checkpoints): 用 torch.save 把一个对象写入文件。应该写入哪个对象？
    raise NotImplementedError("checkpoints")


def load_model(model: nn.Module, path: str | Path | BinaryIO) -> None:
    """把 ``save_model`` 写入的内容加载到结构相同的模型中。

    不可信的文件可能含有任何 Python 对象，也可能含有在反序列化（unpickle）时就运行的代码。如果文件中除了张量和
    普通容器还有别的对象，就拒绝它，错误就是 torch.load 引发的错误。

    Args:
        model: 接收状态的模型，包括缓冲区（buffer）。原地修改。
        path: 文件名，或以二进制读模式打开的文件对象。torch.load 两者都接受：直接传给它即可。

    Raises:
        pickle.UnpicklingError: 文件中含有张量和普通容器以外的对象。
    """
    # TODO(checkpoints): 用 torch.load 只读取权重；再把状态字典加载到模型中。
    raise NotImplementedError("checkpoints")
