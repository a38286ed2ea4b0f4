"""作业 7：循环神经网络。序列以时间为第一维：(T, N, ...)，这是 PyTorch 的默认约定。"""

import torch
from torch import Tensor, nn


def rnn_cell(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """循环神经网络的一步。

        h' = tanh(x w_ih^T + b_ih + h w_hh^T + b_hh)

    梯度能传到每个传入的张量，它们都保持不变。这里不允许使用 nn.RNN、nn.LSTM、nn.GRU、它们的单元及其函数形式。

    Args:
        x: 这一步的输入，形状 (N, D)。
        h: 这一步之前的状态，形状 (N, H)。
        w_ih: 从输入到隐状态的权重，形状 (H, D)，与 torch.nn.RNNCell 相同。
        w_hh: 从隐状态到隐状态的权重，形状 (H, H)。
        b_ih: 从输入到隐状态的偏置，形状 (H,)。
        b_hh: 从隐状态到隐状态的偏置，形状 (H,)。

    Returns:
        这一步之后的状态，形状 (N, H)，dtype 与 ``x`` 相同。
    """
    # TODO(rnn_cell): 写出上面的公式。
    raise NotImplementedError("rnn_cell")


def rnn_forward(
    xs: Tensor, h0: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """循环神经网络，应用于一批序列。

    第 t 步之后的状态是 ``rnn_cell`` 对 xs[t] 和第 t - 1 步之后的状态的结果。第一步之前的状态是 ``h0``。
    梯度能经过所有步传回，并传到每个传入的张量，它们都保持不变。可以使用 ``rnn_cell``；那里不允许使用的层，
    这里也不允许使用。

    Args:
        xs: 序列，形状 (T, N, D)，T 至少为 1。
        h0: 初始状态，形状 (N, H)。
        w_ih: 从输入到隐状态的权重，形状 (H, D)，在所有步中相同。
        w_hh: 从隐状态到隐状态的权重，形状 (H, H)。
        b_ih: 从输入到隐状态的偏置，形状 (H,)。
        b_hh: 从隐状态到隐状态的偏置，形状 (H,)。

    Returns:
        元组 (outputs, h_n)：每一步之后的状态，形状 (T, N, H)；最后的状态，形状 (N, H)。两者的 dtype 都与 ``xs`` 相同。
    """
    # TODO(rnn_forward): 对各步循环；把每个状态存入列表，最后把列表堆叠起来。
    raise NotImplementedError("rnn_forward")


def lstm_cell(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """长短期记忆网络（LSTM）的一步。

        [i, f, g, o] = x w_ih^T + b_ih + h w_hh^T + b_hh    按此顺序，各 H 列
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    i、f 和 o 是输入门、遗忘门和输出门，g 是候选值。梯度能传到每个传入的张量，它们都保持不变。
    ``rnn_cell`` 中不允许使用的层，这里也不允许使用；可以使用 torch.sigmoid 和 torch.tanh。

    Args:
        x: 这一步的输入，形状 (N, D)。
        h: 这一步之前的隐状态，形状 (N, H)。
        c: 这一步之前的单元状态，形状 (N, H)。
        w_ih: 从输入到隐状态的权重，形状 (4 H, D)，与 torch.nn.LSTMCell 相同。
        w_hh: 从隐状态到隐状态的权重，形状 (4 H, H)。
        b_ih: 从输入到隐状态的偏置，形状 (4 H,)。
        b_hh: 从隐状态到隐状态的偏置，形状 (4 H,)。

    Returns:
        元组 (h', c')，形状都是 (N, H)，dtype 与 ``x`` 相同。
    """
    # TODO(lstm_cell): 四个一起算，再按列分开。
    raise NotImplementedError("lstm_cell")


class ManyToOne(nn.Module):
    """由一个词元序列得到一个标签（例如一条评论的情感）的未归一化的得分（logits）。

    逐个词元传递状态，每个状态由词元和前一个状态算出：用 nn.RNN、nn.LSTM、nn.GRU 或你自己的单元。
    只对各位置求和、只用卷积或只用注意力都不够。序列可以有任意长度；embedding_dim 和 hidden_dim 可以是
    从 1 开始的任意整数，包括奇数。其他的层（例如前面的 nn.Embedding 和后面的 nn.Linear）和所有名称由你决定。
    对每个样本至少有两个词元的批量，每个参数都必须得到梯度。

    在评估模式下，一个样本的 logits 只依赖于它自己的词元，不依赖于其他样本、之前的调用或随机性。
    在训练模式下，dropout 和批量归一化可以改变它们。模型在 float32 中使用。

    Args:
        vocab_size: 词元的个数，词元为 0 到 vocab_size - 1；至少为 3。
        embedding_dim: 嵌入向量的大小。
        hidden_dim: 循环状态的大小。
        num_classes: 标签的个数，至少为 2。
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """创建各层。"""
        super().__init__()
        # TODO(ManyToOne): 一个嵌入层、一个循环层、一个线性层。
        raise NotImplementedError("ManyToOne")

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """由每个样本自己最后一个词元处的状态算出它的 logits。

        该状态依赖于样本的所有词元及其顺序。也可以使用样本其他词元处的状态。样本长度之后的词元不改变 logits。
        传入的张量保持不变。

        Args:
            tokens: int64，形状 (T, N)，每个样本用词表中的任意词元填充到长度 T。
            lengths: 每个样本的词元个数，不含填充，int64，形状 (N,)，从 1 到 T，顺序任意；可以全都
                小于 T。

        Returns:
            logits，形状 (N, num_classes)：可正可负的原始得分，不做 softmax 或 sigmoid。
        """
        # TODO(ManyToOne): 状态的形状是 (T, N, H)；对样本 n，取时间 lengths[n] - 1 处的状态。
        raise NotImplementedError("ManyToOne")


class ManyToMany(nn.Module):
    """由一个词元序列得到每个词元的标签（例如词性）的未归一化的得分（logits）。

    与 ManyToOne 一样，逐个词元传递状态。序列可以有任意长度；embedding_dim 和 hidden_dim 可以是从 1 开始的
    任意整数，包括奇数。其他的层和所有名称由你决定。对至少有两个词元的序列，每个参数都必须得到梯度。

    在评估模式下，一个样本的 logits 只依赖于它自己的词元，不依赖于其他样本、之前的调用或随机性。
    在训练模式下，dropout 和批量归一化可以改变它们。模型在 float32 中使用。

    Args:
        vocab_size: 词元的个数，词元为 0 到 vocab_size - 1；至少为 3。
        embedding_dim: 嵌入向量的大小。
        hidden_dim: 循环状态的大小。
        num_classes: 标签的个数，至少为 2。
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """创建各层。"""
        super().__init__()
        # TODO(ManyToMany): 一个嵌入层、一个循环层、一个线性层。
        raise NotImplementedError("ManyToMany")

    def forward(self, tokens: Tensor) -> Tensor:
        """由每个词元和前面的所有词元，按它们的顺序，算出该词元的 logits。

        它们也可以依赖于后面的词元。传入的张量保持不变。

        Args:
            tokens: int64，形状 (T, N)。

        Returns:
            logits，形状 (T, N, num_classes)：可正可负的原始得分，不做 softmax 或 sigmoid。
        """
        # TODO(ManyToMany): 与上面相同，但用所有状态。
        raise NotImplementedError("ManyToMany")


class OneToMany(nn.Module):
    """由一个向量得到一个词元序列，例如由一张图像得到描述它的文字。

    逐步传递状态，每个状态由该步的输入和前一个状态算出：用 nn.RNNCell、nn.LSTMCell、nn.GRUCell、对应的层
    或你自己的单元。in_dim 和 hidden_dim 可以是从 1 开始的任意整数，包括奇数。其他的层和所有名称由你决定。
    步数至少为 2 时，每个参数都必须得到梯度。

    在评估模式下，一个样本的 logits 只依赖于它自己的向量，不依赖于其他样本、之前的调用或随机性。
    在训练模式下，dropout 和批量归一化可以改变它们。模型在 float32 中使用。

    Args:
        in_dim: 向量的特征个数。
        hidden_dim: 循环状态的大小。
        vocab_size: 词元的个数，词元为 0 到 vocab_size - 1；至少为 3。
    """

    def __init__(self, in_dim: int, hidden_dim: int, vocab_size: int) -> None:
        """创建各层。"""
        super().__init__()
        # TODO(OneToMany): 一个层把 x 映射为初始状态；一个嵌入层、一个单元和一个线性层。
        raise NotImplementedError("OneToMany")

    def forward(self, x: Tensor, steps: int) -> Tensor:
        """计算每一步的 logits；除第一步外，每一步输入的是前一步最可能的词元。

        第一步的输入由你决定，可以依赖于 ``x``。一步的 logits 通过状态依赖于到目前为止输入的所有词元。
        每一步的 logits 都依赖于 ``x``，并有梯度传到 ``x``。步数更多时，前面各步的 logits 不变。
        传入的张量保持不变。

        Args:
            x: 向量，float32，形状 (N, in_dim)。
            steps: 词元的个数，至少为 1。

        Returns:
            logits，形状 (steps, N, vocab_size)：可正可负的原始得分，不做 softmax 或 sigmoid。
        """
        # TODO(OneToMany): 一个循环：单元走一步，算出 logits，取最可能的词元用于下一步。
        raise NotImplementedError("OneToMany")


class Seq2Seq(nn.Module):
    """由一个词元序列得到另一个词元序列，例如由一个句子得到它的译文。

    编码器读取源序列；解码器从编码器最后的状态开始，或对编码器的各状态做注意力，或两者都用，并预测目标序列。
    与 ManyToOne 一样，两者都逐个词元传递状态。序列可以有任意长度；embedding_dim 和 hidden_dim 可以是从 1 开始的
    任意整数，包括奇数。其他的层和所有名称由你决定。对至少有两个词元的源序列和目标序列，每个参数都必须得到梯度。

    在评估模式下，一个样本的 logits 只依赖于它自己的源序列和目标序列，不依赖于其他样本、之前的调用或随机性。
    在训练模式下，dropout 和批量归一化可以改变它们。模型在 float32 中使用。

    Args:
        vocab_size: 源序列和目标序列合计的词元个数，词元为 0 到 vocab_size - 1；至少为 3。
        embedding_dim: 嵌入向量的大小。
        hidden_dim: 循环状态的大小。
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int) -> None:
        """创建各层。"""
        super().__init__()
        # TODO(Seq2Seq): 一个嵌入层、两个循环层、一个线性层。
        raise NotImplementedError("Seq2Seq")

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """对给定的目标序列，计算每个位置上下一个词元的 logits（教师强制）。

        位置 t 得到的是 target[t] 之后的词元的 logits。它们依赖于 target[0] 到 target[t]、整个源序列以及两者的顺序，
        不依赖于目标序列后面的词元。传入的张量保持不变。

        Args:
            source: int64，形状 (S, N)。
            target: int64，形状 (T, N)，以起始词元开头。

        Returns:
            logits，形状 (T, N, vocab_size)：可正可负的原始得分，不做 softmax 或 sigmoid。
        """
        # TODO(Seq2Seq): 编码器最后的状态就是解码器的初始状态。
        raise NotImplementedError("Seq2Seq")

    def greedy(self, source: Tensor, steps: int, start: int) -> Tensor:
        """贪心解码：每一步预测最可能的词元，并把它输入下一步。

        在评估模式下，它与 ``forward`` 一致：以起始词元加上去掉最后一个词元的结果作为 ``forward`` 的目标序列时，
        ``forward`` 最可能的词元就是该结果。模型恢复到原来的训练或评估模式。传入的张量保持不变。

        Args:
            source: int64，形状 (S, N)。
            steps: 要预测的词元个数，至少为 1。
            start: 起始词元，输入所有样本的第一步。

        Returns:
            词元，int64，形状 (steps, N)，不含起始词元。
        """
        # TODO(Seq2Seq): 编码；然后让解码器从起始词元开始，一步一步地运行。
        raise NotImplementedError("Seq2Seq")
