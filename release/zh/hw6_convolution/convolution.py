"""卷积：先是一张图像和一个卷积核，然后是批量、通道和滤波器。"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def correlate2d(image: Tensor, kernel: Tensor) -> Tensor:
    """图像与卷积核的互相关：卷积核不翻转，并且始终在图像之内。

        out[i, j] = sum_u sum_v image[i + u, j + v] * kernel[u, v],    u = 0 .. h - 1,  v = 0 .. w - 1

    Args:
        image: 图像，形状 (H, W)。
        kernel: 卷积核，形状 (h, w)，h <= H 且 w <= W；h 与 w 可以不同。

    Returns:
        互相关，形状 (H - h + 1, W - w + 1)，dtype 与图像相同，仍在计算图中，使梯度能传到
        ``image`` 和 ``kernel``。两者都保持不变。
    """
    # TODO(correlate2d): 写出上面的公式。这里不允许使用 PyTorch 的卷积和 scipy。
    raise NotImplementedError("correlate2d")


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """卷积沿一个维度的输出大小。

        floor((size + 2 padding - kernel_size) / stride) + 1

    Args:
        size: 图像沿该维度的大小，以像素为单位，至少为 1。
        kernel_size: 卷积核的大小，以像素为单位，至少为 1。
        stride: 从卷积核的一个位置到下一个位置的距离，以像素为单位，至少为 1。
        padding: 每一侧补上的零的个数，至少为 0。

    Returns:
        卷积核位置的个数，一个 int。

    Raises:
        ValueError: 卷积核大于填充后的图像（``size + 2 padding``）。同样大的卷积核放得下。
    """
    # TODO(output_size): 先检查是否要引发 ValueError；// 做除法并向下取整。
    raise NotImplementedError("output_size")


def conv2d(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """卷积层：每个滤波器在每张图像的所有通道上滑动，再加上它的偏置。

    设 x_pad 为填充后的 x：上下补上若干行零，左右补上若干列零。``stride`` 为 (s, t) 时：

        out[n, f, i, j] = b[f] + sum_c sum_u sum_v x_pad[n, c, i * s + u, j * t + v] * w[f, c, u, v]

    滤波器不翻转，并且始终在 x_pad 之内。

    Args:
        x: 一个批量的 N 张图像，有 C 个通道，形状 (N, C, H, W)。
        w: F 个滤波器，形状 (F, C, h, w)；h 与 w 可以不同。
        b: 每个滤波器一个偏置，形状 (F,)；没有偏置时为 None。
        stride: 滤波器的步幅：元组（垂直方向，水平方向），或用于两个方向的一个 int。
        padding: 每一侧补上的零的个数：元组 (p, q)，上下各 p 行，左右各 q 列，或用于两个方向的
            一个 int。

    Returns:
        输出，形状 (N, F, floor((H + 2p - h) / s) + 1, floor((W + 2q - w) / t) + 1)，dtype 与 x
        相同，仍在计算图中，使梯度能传到 ``x``、``w`` 和 ``b``。三者都保持不变。
    """
    # TODO(conv2d): 写出上面的公式。这里不允许使用 PyTorch 的卷积和 scipy；可以使用 nn.functional.pad、unfold
    # 和 einsum。
    raise NotImplementedError("conv2d")


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None) -> Tensor:
    """每个窗口的最大值，对每张图像和每个通道分别计算。

        out[n, c, i, j] = max x[n, c, i * stride + u, j * stride + v]    对 u, v = 0 .. kernel_size - 1 取

    窗口可以重叠或留有间隔，但必须在图像之内。输出的梯度传给窗口中的最大值；如果一个元素是多个窗口的
    最大值，这些梯度相加。如果窗口中有多个元素都等于最大值，梯度可以传给其中任意一个，也可以由它们分担。

    Args:
        x: 一个批量的 N 张图像，有 C 个通道，形状 (N, C, H, W)，数值的大小和符号任意。
        kernel_size: 窗口的高度和宽度。
        stride: 窗口在两个方向上的步幅；为 None 时等于 ``kernel_size``。

    Returns:
        输出，形状 (N, C, floor((H - kernel_size) / stride) + 1, floor((W - kernel_size) / stride) + 1)，
        dtype 与 x 相同，仍在计算图中。x 保持不变。
    """
    # TODO(max_pool2d): 这里不允许使用 PyTorch 的池化；可以使用 unfold 和 amax。
    raise NotImplementedError("max_pool2d")


class SmallCNN(nn.Module):
    """用于 8×8 像素图像的卷积网络。结构由你决定。

    至少要有两个卷积，各有自己的权重，形状为 (F, C, h, w)；参数少于 20,000 个。``backward()`` 必须使每个
    参数都得到梯度。可以使用 PyTorch 的层。

    评分看它学到了什么：数据是 scikit-learn 的手写数字，像素值除以 16，分层留出四分之一
    （``train_test_split(..., test_size=0.25, stratify=y, random_state=0)``）。在 ``torch.manual_seed(0)`` 之后创建
    新的模型，在训练模式下用交叉熵损失训练：Adam，lr=0.01，打乱顺序，批量大小 64，20 轮。然后在评估模式下，
    留出图像的每个像素随机改变至多 1/16，准确率必须至少达到 93%；好的网络能达到 98%。网络学到的东西必须在它的
    参数中：图像逐渐变化时 logits 也逐渐变化；把参数的所有元素打乱之后，就不再有这样的准确率。

    Args:
        num_classes: 类别的个数。
    """

    def __init__(self, num_classes: int = 10) -> None:
        """创建各层。"""
        super().__init__()
        # TODO(SmallCNN): 例如：卷积、ReLU 和池化，共两次，然后是一个线性层。
        raise NotImplementedError("SmallCNN")

    def forward(self, x: Tensor) -> Tensor:
        """计算各类别未归一化的得分（logits）。

        Args:
            x: 图像，形状 (N, 1, 8, 8)。

        Returns:
            logits，形状 (N, num_classes)，在训练和评估模式下都不做 softmax、log-softmax 或 sigmoid。
            在评估模式下，一张图像的 logits 不依赖于批量中的其他图像。
        """
        # TODO(SmallCNN): 依次应用卷积、展平和线性层。
        raise NotImplementedError("SmallCNN")


def vgg_features(config: Sequence[int | str], in_channels: int = 3) -> nn.Sequential:
    """VGG 网络的卷积部分，由一个列表构建。

    列表中的每个数表示一个 3×3 卷积，该数是滤波器的个数；卷积有偏置，步幅为 1，填充为 1，后接 ReLU；
    每个 "M" 表示最大池化，窗口大小为 2×2，步幅为 2。各层的顺序与列表相同。可以使用 PyTorch 的层。
    权重和偏置保留 PyTorch 各层的默认初始化。

    列表为 64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M" 时，
    有 16 个卷积和 20,024,384 个参数。

    Args:
        config: 滤波器的个数，以及 "M"。列表保持不变。
        in_channels: 图像的通道数。

    Returns:
        nn.Sequential，从 (N, in_channels, H, W) 到 (N, F, rows, columns)，F 是最后一个滤波器个数。

    来源：Simonyan 和 Zisserman，“Very deep convolutional networks for large-scale image recognition”（2015）。
    """
    # TODO(vgg_features): 把各层收集到一个列表中；输入通道数是上一个卷积的滤波器个数。
    raise NotImplementedError("vgg_features")
