"""作业 4：手工写出反向传播。这里不允许使用 torch.autograd、backward() 或 torch.func。"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def sigmoid_vjp(z: Tensor, v: Tensor) -> Tensor:
    """逐元素 sigmoid 的向量–雅可比积（VJP）。

    设 s = sigmoid(z)，则 s 对 z 的雅可比矩阵 J 是对角矩阵，对角线上的项是 s (1 - s)。因此

        v^T J = v * s * (1 - s)    （逐元素）。

    Args:
        z: sigmoid 的输入，任意形状，dtype 为 float64 或 float32。保持不变。
        v: 上游梯度 dL/ds，形状和 dtype 与 ``z`` 相同。保持不变。

    Returns:
        梯度 dL/dz，形状和 dtype 与 ``z`` 相同。这里可以使用 torch.sigmoid。
    """
    # TODO(sigmoid_vjp): 先求 z 的 sigmoid，再计算上面的乘积。
    raise NotImplementedError("sigmoid_vjp")


def linear_vjp(x: Tensor, w: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """线性层 z = x w^T + b 分别对三个输入的向量–雅可比积（VJP）。

    Args:
        x: 这一层的输入，形状 (N, D)。与其他传入的张量一样，保持不变。
        w: 权重，形状 (M, D)。
        b: 偏置，形状 (M,)。
        v: 上游梯度 dL/dz，形状 (N, M)。

    Returns:
        元组 (dL/dx, dL/dw, dL/db)，形状为 (N, D)、(M, D) 和 (M,)，dtype 与 ``x`` 相同；返回列表也可以。
    """
    # TODO(linear_vjp): 三行代码。由形状可知该转置哪个量、对哪一维求和。
    raise NotImplementedError("linear_vjp")


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """用中心差分求 ``f`` 在 ``x`` 处的雅可比矩阵。

        J[i, j] = df_i / dx_j    约等于    (f_i(x + h e_j) - f_i(x - h e_j)) / (2 h)

    其中 e_j 是第 j 个单位向量：下标 j 处为 1，其余为 0。结果必须精确到百万分之一：误差的 Frobenius 范数
    不超过 J 的 1e-6 倍。自变量和导数都是 1 的量级，因此取 h = 1e-5 效果很好：h 更大则截断误差增大，
    更小则舍入误差增大。其他有限差分只要同样精确，也可以使用。

    Args:
        f: 一个函数，接受形状为 (n,) 的 float64 张量，返回形状为 (m,) 的张量，不带自动求导的计算图。
            可以调用任意多次。
        x: 求导的点，形状 (n,)，float64。保持不变。

    Returns:
        雅可比矩阵，形状 (m, n)，float64。
    """
    # TODO(jacobian): x 的每个元素对应一列。只改变这一个元素，加 h 一次，减 h 一次。
    raise NotImplementedError("jacobian")


def forward_pass(weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """让 ``x`` 经过一个 L 层的网络，并保留所有中间结果。

        a(0) = x,    z(l) = a(l-1) W(l)^T + b(l),    a(l) = sigmoid(z(l)),    但 a(L) = z(L)

    也就是说，除最后一层外，每一层之后都有 sigmoid。传入的张量和列表都保持不变。

    Args:
        weights: W(1) 到 W(L) 的列表；W(l) 的形状为 (M_l, M_{l-1})。L 至少为 1。
        biases: b(1) 到 b(L) 的列表；b(l) 的形状为 (M_l,)。
        x: 输入，形状 (N, M_0)，dtype 与权重和偏置一样，为 float64 或 float32。

    Returns:
        元组 (zs, activations)：z(1) 到 z(L) 的列表，以及 a(0) 到 a(L) 的列表，后者多一项；列表和元组可以互换。
        dtype 都与 ``x`` 相同。``activations[0]`` 等于 ``x``，``activations[-1]`` 等于 ``zs[-1]``。
        这里可以使用 torch.sigmoid。
    """
    # TODO(forward_pass): 逐层计算；把每个 z 和每个 a 追加到各自的列表。
    raise NotImplementedError("forward_pass")


def backward_pass(
    weights: Sequence[Tensor], biases: Sequence[Tensor], x: Tensor, y: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """用反向传播求网络的损失对所有权重和偏置的梯度。

    网络与 ``forward_pass`` 的相同，损失是 (y_hat - y)^2 对**全部** N M_L 个元素的均值。
    传入的张量和列表都保持不变。反向传播从最后一层到第一层计算 delta(l) = dL/dz(l)：

        delta(l-1) = (delta(l) W(l)) * f'(z(l-1))
        dL/dW(l) = delta(l)^T a(l-1)
        dL/db(l) = delta(l) 的各行之和

    Args:
        weights: W(1) 到 W(L) 的列表；W(l) 的形状为 (M_l, M_{l-1})。
        biases: b(1) 到 b(L) 的列表；b(l) 的形状为 (M_l,)。
        x: 输入，形状 (N, M_0)，dtype 与其他传入的张量一样，为 float64 或 float32。
        y: 目标，形状 (N, M_L)。

    Returns:
        由两个列表组成的元组 (dws, dbs)：依次是对 W(1) 到 W(L) 和对 b(1) 到 b(L) 的梯度，
        每个梯度的形状和 dtype 与它的参数相同；列表和元组可以互换。可以调用你自己在上面写的函数。
    """
    # TODO(backward_pass): 运行 forward_pass，计算 delta(L)，然后逐层往回。
    raise NotImplementedError("backward_pass")


class Value:
    """一个数，记录自己是如何算出来的，用于反向模式自动求导。

    ``c = a * b + 2`` 会新建若干 Value；之后 ``c.backward()`` 把 dc/da 写入 ``a.grad``，把 dc/db 写入 ``b.grad``。
    + - * / 的任一操作数都可以是普通数，即 int 或 float。所有计算都用 Python 浮点数；
    操作数满足 ``|data|`` 不超过 100 时，结果精确到八位有效数字（误差不超过值的 1e-8；值小于 1 时不超过 1e-8）。

    Args:
        data: 这个数，float 或 int。

    Attributes:
        data: 这个数，float 或 int。
        grad: 最近一次调用 ``backward()`` 的 Value 对本 Value 的导数，float 或 int；在此之前为 0.0。
    """

    def __init__(self, data: float, parents: tuple[tuple["Value", float], ...] = ()) -> None:
        """存储这个数。

        在这个类之外，只用一个数来创建 Value。``parents`` 是可选的，供你在下面的运算中使用：
        各个操作数，以及对它们各自的局部导数。
        """
        # TODO(Value): 存储 data、grad = 0.0，以及 backward() 需要的东西。
        raise NotImplementedError("Value")

    def __neg__(self) -> "Value":
        """相反数 -a。"""
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        """差 a - b。"""
        return self + -other

    def __truediv__(self, other: "Value | float") -> "Value":
        """商 a / b。"""
        return self * other**-1

    def __radd__(self, other: float) -> "Value":
        """数在左边：2 + a。"""
        return self + other

    def __rsub__(self, other: float) -> "Value":
        """数在左边：2 - a。"""
        return -self + other

    def __rmul__(self, other: float) -> "Value":
        """数在左边：2 * a。"""
        return self * other

    def __rtruediv__(self, other: float) -> "Value":
        """数在左边：2 / a。"""
        return self**-1 * other

    def __add__(self, other: "Value | float") -> "Value":
        """和 a + b，其中 b 是 Value 或数。"""
        # TODO(Value): 新建一个 Value 存放和；对每个操作数的导数都是 1。
        raise NotImplementedError("Value")

    def __mul__(self, other: "Value | float") -> "Value":
        """积 a * b，其中 b 是 Value 或数。"""
        # TODO(Value): 新建一个 Value 存放积。注意 a * a：两个因子是同一个 Value。
        raise NotImplementedError("Value")

    def __pow__(self, exponent: float) -> "Value":
        """幂 a ** n，其中 n 是数，不是 Value；n 可以是负数、分数或 0。

        只要 a^n 和它的导数 n a^(n - 1) 是实数，a 就可以是负数或 0：0^2 为 0，导数也为 0。
        """
        # TODO(Value): 新建一个 Value 存放幂。
        raise NotImplementedError("Value")

    def exp(self) -> "Value":
        """指数函数 e^a。"""
        # TODO(Value): 新建一个 Value 存放指数函数的值。
        raise NotImplementedError("Value")

    def log(self) -> "Value":
        """a 的自然对数，a > 0。"""
        # TODO(Value): 新建一个 Value 存放对数。
        raise NotImplementedError("Value")

    def tanh(self) -> "Value":
        """a 的双曲正切。"""
        # TODO(Value): 新建一个 Value 存放双曲正切，即 math.tanh。
        raise NotImplementedError("Value")

    def relu(self) -> "Value":
        """ReLU，即 max(0, a)；在 0 处的导数由你决定。"""
        # TODO(Value): 新建一个 Value 存放 0 和 a 中较大的一个。
        raise NotImplementedError("Value")

    def sigmoid(self) -> "Value":
        """sigmoid，即 1 / (1 + e^(-a))。"""
        # TODO(Value): 新建一个 Value 存放 sigmoid 的值。
        raise NotImplementedError("Value")

    def backward(self) -> None:
        """对本 Value 所依赖的每个 v，把本 Value 对 v 的导数写入 ``v.grad``。

        它自身的 ``grad`` 变为 1。一个 Value 出现在多条路径上时，各路径的贡献相加。
        梯度不会随每次调用累加：``grad`` 中原有的值没有影响，因此调用两次与调用一次结果相同。
        由 10,000 个 Value 组成的长链也必须能处理；Python 的递归上限约为 1,000 层，因此不要用递归。
        """
        # TODO(Value): 收集本 Value 所依赖的所有 Value，然后逐个访问，每个 Value 都先于算出它的那些 Value：这
        # 是一个拓扑顺序。
        raise NotImplementedError("Value")


def sgd_update(parameter: Tensor, gradient: Tensor, lr: float) -> Tensor:
    """梯度下降的一步：w - lr * dL/dw。

    Args:
        parameter: w，任意形状。保持不变。
        gradient: dL/dw，形状与 ``parameter`` 相同。保持不变。
        lr: 学习率。

    Returns:
        一个新张量，存放更新后的参数，形状和 dtype 与 ``parameter`` 相同。
    """
    # TODO(sgd_update): 写出上面的公式。
    raise NotImplementedError("sgd_update")
