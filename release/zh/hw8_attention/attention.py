"""作业 8：自注意力，第四种常见的网络。"""

import math

import torch
from torch import Tensor, nn


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """缩放点积注意力。

        scores = q k^T / sqrt(d),    weights = scores 每一行的 softmax,    result = weights v

    权重的第 t 行表示位置 t 对每个位置关注多少。``mask`` 为 False 处，权重为 0，
    softmax 只对其余位置计算。全被掩蔽的行得到零，梯度也为零，而不是 NaN。
    得分可能很大：绝对值不超过 1e5 时，结果和梯度都应正确且有限。

    结果和梯度的容差：float64 时绝对误差 1e-6 加相对误差 1e-6，因此 sqrt(d) 可以舍入到 float32；
    float32 时为 1e-4 加 1e-4。

    Args:
        q: 查询，形状 (..., T, d)，前导维度可以有任意多个，也可以没有。
        k: 键，形状与 ``q`` 相同。
        v: 值，形状与 ``q`` 相同。三者都保持不变。
        mask: 布尔型，可以是能广播到 (..., T, T) 的任意形状，允许关注处为 True；None 表示全部允许。保持不变。

    Returns:
        注意力的结果，形状和 dtype 与 ``q`` 相同，仍在计算图中，使梯度能传到 ``q``、``k`` 和 ``v``。
        这里不允许使用 F.scaled_dot_product_attention 和 nn.MultiheadAttention。

    来源：Vaswani 等，“Attention is all you need”（2017），3.2.1 节。
    """
    # TODO(attention): 先计算得分。怎样的得分使权重为 0？如果整行都是这样的得分呢？
    raise NotImplementedError("attention")


def causal_mask(T: int) -> Tensor:
    """因果掩码：任何位置都不关注后面的位置。

    Args:
        T: 序列的长度，至少为 1。

    Returns:
        形状为 (T, T) 的布尔张量，column <= row 处为 True。
    """
    # TODO(causal_mask): 对角线及其下方为 True。
    raise NotImplementedError("causal_mask")


class SelfAttention(nn.Module):
    """多头自注意力。

    一个线性层计算所有头的查询、键和值。每个头各自计算注意力，用自己的
    d = embedding_dim / num_heads 个特征。第二个线性层混合各个头的结果：

        result = out(拼接后的各个头)

    没有其他参数。权重随机初始化；采用什么分布由你决定。

    Args:
        embedding_dim: E，每个位置的特征数。
        num_heads: 头数。

    Attributes:
        qkv: nn.Linear(E, 3 E)。最前面的 E 个输出是查询，接着 E 个是键，最后 E 个是值。
        out: nn.Linear(E, E)。

    Raises:
        ValueError: ``num_heads`` 不能整除 ``embedding_dim``。消息中写出这两个数。
    """

    def __init__(self, embedding_dim: int, num_heads: int) -> None:
        """检查这两个大小，然后创建两个层。"""
        super().__init__()
        # TODO(SelfAttention): 检查是否应引发 ValueError，然后创建 qkv 和 out。
        raise NotImplementedError("SelfAttention")

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """让每个位置关注自己序列中的所有位置。

        头 j 使用查询、键和值中下标为 j d 到 (j + 1) d - 1 的特征，它的结果放到 ``out`` 的输入的相同特征处。
        得分除以 sqrt(d)。对掩码中全被掩蔽的行，每个头的结果都是零，与 ``attention`` 一样。
        容差与 ``attention`` 的相同。

        Args:
            x: 一批序列，形状 (N, T, E)。保持不变。
            mask: 布尔型，形状 (T, T)，含义与 ``attention`` 中相同，所有序列和头共用；None 表示全部允许。保持不变。

        Returns:
            结果，形状 (N, T, E)，dtype 与 ``x`` 相同，仍在计算图中，使梯度能传到 ``x`` 和所有参数。
            可以使用上面的 ``attention``；那里不允许使用的调用，这里也不允许使用。
        """
        # TODO(SelfAttention): 用 qkv；拆成各个头，(T, d) 在最后；计算注意力；拼接；用 out。
        raise NotImplementedError("SelfAttention")


def positional_encoding(T: int, E: int) -> Tensor:
    """位置 0 到 T - 1 的正弦编码，因为注意力本身不考虑位置的顺序。

        PE[t, 2i]     = sin(t / 10000^(2i/E))
        PE[t, 2i + 1] = cos(t / 10000^(2i/E))    其中 t = 0 ... T - 1，i = 0 ... E/2 - 1

    Args:
        T: 位置数，至少为 1。
        E: 特征数，偶数，至少为 2。

    Returns:
        编码，形状 (T, E)，dtype 为调用时的默认 dtype（``torch.get_default_dtype()``）。容差为 1e-4。

    来源：Vaswani 等，“Attention is all you need”（2017），3.5 节。
    """
    # TODO(positional_encoding): 先算出所有 t 和 i 的角度组成的矩阵，再交替排列正弦和余弦。
    raise NotImplementedError("positional_encoding")
