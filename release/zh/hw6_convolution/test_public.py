"""作业 6 的公开检查。这只是初步检查：评分时会测试更多内容。

在这个文件夹中运行：  gradkit check
"""

import math

import convolution
import torch

STAY = "请使用 PyTorch 的运算，不要用 .item()、.detach() 或 torch.no_grad()。"


def close(found, expected):
    """张量是否有预期的形状和值。"""
    return found.shape == expected.shape and torch.allclose(found, expected)


def unchanged(function, tensors, *more):
    """被函数修改的张量的名称。"""
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    function(*tensors.values(), *more)
    return [name for name, tensor in tensors.items() if not torch.equal(tensor, before[name])]


def dtypes(function, shapes, *more):
    """输入为 float32 和 float64 时，结果的 dtype。"""
    found = [function(*(torch.randn(s, dtype=d) for s in shapes), *more) for d in (torch.float32, torch.float64)]
    return [out.dtype for out in found]


def without_gradient(function, shapes, *more):
    """没有梯度传到的输入的下标。"""
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    out = function(*inputs, *more)
    assert out.requires_grad, f"输出脱离了计算图，所以没有梯度能传到输入：{STAY}"
    out.pow(2).sum().backward()
    return [number for number, tensor in enumerate(inputs) if tensor.grad is None]


def test_correlate2d_has_the_right_shape():
    """卷积核每个放得下的位置对应输出的一个元素。"""
    found = [
        tuple(convolution.correlate2d(torch.randn(image), torch.randn(kernel)).shape)
        for image, kernel in [((6, 9), (2, 4)), ((8, 5), (3, 1))]
    ]
    assert found == [(5, 6), (6, 5)], (
        "2×4 的卷积核在 6×9 的图像中有 6 - 2 + 1 = 5 个垂直位置和 9 - 4 + 1 = 6 个水平位置，3×1 的卷积核在 8×5 的图像"
        f"中有 6 个和 5 个；得到的形状是 {found}。"
    )


def test_correlate2d_slides_the_kernel_as_it_is():
    """卷积核不翻转。"""
    image = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 5.0]])
    out = convolution.correlate2d(image, torch.tensor([[10.0, 1.0]]))
    assert close(out, torch.tensor([[12.0, 24.0], [3.0, 35.0]])), (
        "第一个输出是 10 * 1 + 1 * 2 = 12，下一个是 10 * 2 + 1 * 4 = 24。如果你得到 21 和 42，说明卷积核被翻转了。得"
        f"到的是\n{out}"
    )


def test_correlate2d_passes_gradients_to_both_inputs():
    """梯度能传到图像和卷积核。"""
    missing = [("image", "kernel")[n] for n in without_gradient(convolution.correlate2d, [(4, 5), (3, 2)])]
    assert not missing, f"没有梯度传到 {', '.join(missing)}：{STAY}"


def test_correlate2d_keeps_dtype_and_inputs():
    """输出的 dtype 与图像相同；图像和卷积核保持不变。"""
    found = dtypes(convolution.correlate2d, [(4, 7), (2, 3)])
    assert found == [torch.float32, torch.float64], (
        f"float32 和 float64 的图像应给出 float32 和 float64 的输出，得到的是 {found}。创建新的张量时请用 "
        "dtype=image.dtype。"
    )
    changed = unchanged(convolution.correlate2d, {"image": torch.randn(4, 7), "kernel": torch.randn(2, 3)})
    assert not changed, f"你的代码修改了 {', '.join(changed)}。请在副本上操作。"


def test_conv2d_has_the_right_shape():
    """步幅和填充给出正确的形状，无论是 int 还是一对数。"""
    x, w, b = torch.randn(2, 3, 8, 11), torch.randn(4, 3, 3, 2), torch.randn(4)
    found = [tuple(convolution.conv2d(x, w, b, stride, (1, 0)).shape) for stride in (1, 2, (3, 1))]
    assert found == [(2, 4, 8, 10), (2, 4, 4, 5), (2, 4, 3, 10)], (
        "填充为 (1, 0) 时，图像为 10×11 像素，3×2 的滤波器有 8 个垂直位置和 10 个水平位置。步幅为 2 时两个方向上都每"
        f"两个位置取一个，为 (3, 1) 时垂直方向每三个取一个。得到的形状是 {found}。"
    )
    found = [tuple(convolution.conv2d(x, w, padding=padding).shape) for padding in (1, (0, 2))]
    assert found == [(2, 4, 8, 12), (2, 4, 6, 14)], (
        "没有偏置：填充为 1 时，图像为 10×13 像素，3×2 的滤波器有 8×12 个位置；填充为 (0, 2) 时，图像为 8×15 像素，有"
        f" 6×14 个位置。得到的形状是 {found}。"
    )


def test_conv2d_of_two_small_images():
    """两张图像、三个滤波器：在 float32 和 float64 中，每个元素都正确。"""
    x = [
        [[[1, 0, 2, -1], [3, 1, 0, 2], [0, 2, 1, 1]], [[0, 1, -2, 1], [2, 0, 1, 3], [1, -1, 0, 2]]],
        [[[2, 1, 0, 1], [0, -3, 1, 0], [1, 0, 2, 4]], [[1, 1, 0, 0], [0, 2, -1, 1], [3, 0, 1, 0]]],
    ]
    w = [
        [[[1, 0, -1], [2, 1, 0]], [[0, 1, 0], [0, 0, 3]]],
        [[[0, 2, 1], [1, 0, 0]], [[1, 0, 0], [-2, 0, 1]]],
        [[[1, 1, 0], [0, 0, -1]], [[0, 0, 2], [1, 0, 0]]],
    ]
    expected = [
        [[[-3, 6], [6, 12]], [[-11, -11], [-8, -2]], [[3, 7], [11, 10]]],
        [[[6, 3], [7, -1]], [[-10, -11], [-19, -6]], [[6, 5], [1, 1]]],
    ]
    for dtype in (torch.float32, torch.float64):
        images, filters, biases = (torch.tensor(numbers, dtype=dtype) for numbers in (x, w, [1, -10, 5]))
        out = convolution.conv2d(images, filters, biases, stride=(2, 1), padding=(1, 0))
        assert out.dtype == dtype, (
            f"输出应为 {dtype}，与 x 相同；得到的是 {out.dtype}。torch.zeros 需要指定 dtype。"
        )
        assert close(out, torch.tensor(expected, dtype=dtype)), (
            "计算第一个输出时，第一个滤波器覆盖一行零和第一张图像的第一行：通道 0 给出 2 * 1 + 1 * 0，通道 1 给出 3 *"
            f" (-2)，加上偏置 1，得 -3。输出应为\n{expected}\n得到的是\n{out}"
        )


def test_conv2d_adds_up_the_channels_and_adds_the_bias():
    """各通道相加，每个滤波器加上自己的偏置。"""
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])  # 一张图像，两个通道，1×2 像素
    w = torch.tensor([[[[1.0]], [[10.0]]], [[[2.0]], [[0.0]]]])  # 两个滤波器，两个通道，1×1
    out = convolution.conv2d(x, w, torch.tensor([0.5, -1.0]))
    assert close(out, torch.tensor([[[[31.5, 42.5]], [[1.0, 3.0]]]])), (
        "第一个滤波器在第一个像素处给出 1 * 1 + 10 * 3 + 0.5 = 31.5：各通道相加，再加上该滤波器自己的偏置。得到的是\n"
        f"{out}"
    )


def test_conv2d_passes_gradients_to_all_inputs():
    """梯度能传到图像、滤波器和偏置。"""
    found = without_gradient(convolution.conv2d, [(2, 3, 5, 4), (4, 3, 2, 2), (4,)], 2, 1)
    missing = ["xwb"[number] for number in found]
    assert not missing, f"没有梯度传到 {', '.join(missing)}：{STAY}"


def test_conv2d_leaves_its_inputs_unchanged():
    """图像、滤波器和偏置保持不变。"""
    tensors = {"x": torch.randn(2, 3, 5, 4), "w": torch.randn(4, 3, 2, 2), "b": torch.randn(4)}
    changed = unchanged(convolution.conv2d, tensors, 1, 1)
    assert not changed, f"你的代码修改了 {', '.join(changed)}。请在副本上操作。"


def test_output_size_of_some_pixels():
    """带有和不带步幅与填充时的大小。"""
    sizes = {(8, 3): 6, (8, 3, 2): 3, (8, 3, 2, 1): 4, (9, 3, 2): 4, (9, 4, 1, 2): 10, (5, 5): 1, (2, 4, 1, 1): 1}
    for numbers, expected in sizes.items():
        found = convolution.output_size(*numbers)
        given = ", ".join(map(str, numbers))
        assert found == expected, f"output_size({given}) 应为 {expected}，得到的是 {found}。"
        assert type(found) is int, (
            f"结果必须是 int，得到的是 {found!r}。请用 //，它做除法并向下取整。"
        )


def test_output_size_refuses_a_kernel_that_is_too_large():
    """无论步幅是多少，放不下的卷积核都引发 ValueError。"""
    for numbers in [(2, 5, 1, 1), (3, 4, 5, 0)]:
        found = "没有异常"
        try:
            found = f"{convolution.output_size(*numbers)}"
        except NotImplementedError:
            raise
        except Exception as error:  # noqa: BLE001 - the next line says which
            found = error
        assert isinstance(found, ValueError), (
            "填充为 1 时，大小为 5 的卷积核在 2 个像素中放不下；大小为 4 的卷积核在 3 个像素中也放不下：应引发 "
            f"ValueError。得到的是 {found!r}。"
        )


def test_max_pool2d_takes_the_largest_of_each_window():
    """对每张图像和每个通道，每个窗口给出它的最大值，负的最大值也一样。"""
    x = torch.tensor(
        [
            [[[1.0, 2.0, -5.0, -6.0, 9.0], [3.0, 4.0, -7.0, -8.0, 9.0]], [[7.0, 0.0, 0.0, 0.5, 9.0]] * 2],
            [[[-3e9, -2e9, 1.0, 2.0, 9.0]] * 2, [[0.0, 5.0, -1.0, -2.0, 9.0]] * 2],
        ],
        dtype=torch.float64,
    )
    out = convolution.max_pool2d(x, 2)
    expected = [[[[4.0, -5.0]], [[7.0, 0.5]]], [[[-2e9, 2.0]], [[5.0, -1.0]]]]
    assert out.dtype == x.dtype, f"输出应为 {x.dtype}，与 x 相同；得到的是 {out.dtype}。"
    assert out.tolist() == expected, (
        f"2×5 像素中并排放得下两个 2×2 的窗口；第五列不用。最大值应为\n{expected}\n得到的是\n{out.tolist()}"
    )


def test_max_pool2d_has_the_right_shape():
    """只有图像之内的窗口才算。"""
    x = torch.randn(2, 3, 7, 12)
    shapes = {(3,): (2, 4), (3, None): (2, 4), (3, 2): (3, 5), (2, 1): (6, 11), (2, 5): (2, 3)}
    for options, places in shapes.items():
        found = tuple(convolution.max_pool2d(x, *options).shape)
        given = ", ".join(map(str, options))
        assert found == (2, 3, *places), (
            f"对 7×12 像素，max_pool2d(x, {given}) 应有 {places[0]}×{places[1]} 个窗口，形状为 {(2, 3, *places)}；得到"
            f"的是 {found}。"
        )


def test_max_pool2d_adds_up_the_gradients_of_windows_that_overlap():
    """重叠的窗口的梯度相加。"""
    x = torch.tensor([[[[1.0, 9.0, 2.0, 4.5], [3.0, 4.0, 5.0, 0.0]]]], requires_grad=True)
    out = convolution.max_pool2d(x, 2, stride=1)
    assert out.requires_grad, f"输出脱离了计算图，所以没有梯度能传到 x：{STAY}"
    out.sum().backward()
    assert x.grad is not None, f"没有梯度传到 x：{STAY}"
    assert x.grad.tolist() == [[[[0, 2, 0, 0], [0, 0, 1, 0]]]], (
        "9 是两个窗口的最大值，所以它的梯度是 1 + 1 = 2；5 是一个窗口的最大值，所以它的梯度是 1；其余都是 0。得到的是"
        f" {x.grad.tolist()}。"
    )


def test_max_pool2d_keeps_dtype_and_input():
    """输出的 dtype 与 x 相同，x 保持不变。"""
    found = dtypes(convolution.max_pool2d, [(2, 3, 4, 5)], 2)
    assert found == [torch.float32, torch.float64], (
        f"float32 和 float64 的图像应给出 float32 和 float64 的输出，得到的是 {found}。"
    )
    changed = unchanged(convolution.max_pool2d, {"x": torch.randn(2, 3, 4, 5)}, 2)
    assert not changed, "你的代码修改了 x。请在副本上操作。"


def test_SmallCNN_has_the_right_shape_and_size():
    """每个类别有一个 logit，至少有两个卷积，参数少于 20,000 个。"""
    x = torch.rand(5, 1, 8, 8)
    shapes = [tuple(model(x).shape) for model in (convolution.SmallCNN(), convolution.SmallCNN(4))]
    assert shapes == [(5, 10), (5, 4)], (
        f"对 5 张图像，logits 的形状应为 (5, 10)；有 4 个类别时应为 (5, 4)；得到的是 {shapes}。"
    )
    parameters = list(convolution.SmallCNN().parameters())
    count = sum(parameter.numel() for parameter in parameters)
    assert count < 20_000, f"模型的参数必须少于 20,000 个；你的模型有 {count:,} 个。"
    kernels = sum(parameter.dim() == 4 for parameter in parameters)
    assert kernels >= 2, (
        f"parameters() 中必须有至少两个卷积的权重 (F, C, h, w)；你的模型中卷积权重的个数是 {kernels}。普通列表中的层不"
        "会被注册：请用 nn.ModuleList 或 nn.Sequential。"
    )


def test_SmallCNN_passes_gradients_to_all_parameters():
    """backward() 使每个参数都得到梯度。"""
    model = convolution.SmallCNN()
    model(torch.rand(5, 1, 8, 8)).pow(2).sum().backward()
    missing = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not missing, f"没有梯度传到 {', '.join(missing)}：forward 必须用到每一层。"


def test_SmallCNN_scores_each_image_before_any_softmax():
    """返回的是 logits；在评估模式下，它们不依赖于批量中的其他图像。"""
    torch.manual_seed(0)
    model, x = convolution.SmallCNN(), torch.rand(6, 1, 8, 8)
    for mode in ("训练", "评估"):
        scores = model.train(mode == "训练")(x).detach()
        raw = not any(torch.allclose(sums.sum(1), torch.ones(6), atol=1e-4) for sums in (scores, scores.exp()))
        assert raw, f"在{mode}模式下，logits 经过了 softmax。请把它留给损失函数。"
    with torch.no_grad():
        alone = torch.cat([model(one[None]) for one in x])
    assert torch.allclose(alone, scores, atol=1e-5), (
        "在评估模式下，单独传入一张图像时，它的 logits 变了。"
    )


def bars(count):
    """带噪声的图像，第 1、3、5 或 7 行有一条亮带，以及它们的标签 0 到 3。"""
    labels = torch.arange(count) % 4
    x = 0.3 * torch.rand(count, 1, 8, 8)
    x[torch.arange(count), 0, 2 * labels + 1] += 0.7
    return x, labels


def test_SmallCNN_learns_where_a_bar_is():
    """经过短时间的训练，参数能分辨亮带在四行中的哪一行。"""
    torch.manual_seed(0)
    model = convolution.SmallCNN()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    lowest, highest = 0.0, 1.0
    for _ in range(60):
        x, labels = bars(32)
        scores = model(x)
        lowest, highest = min(lowest, scores.min().item()), max(highest, scores.max().item())
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(scores, labels).backward()
        optimizer.step()
    x, labels = bars(64)
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == labels).float().mean().item()
        assert right > 0.8, f"60 步之后，应能正确分类几乎所有的亮带；你的模型正确分类了 {right:.0%}。"
        assert lowest < 0 or highest > 1, "所有输出都在 0 和 1 之间：请去掉 softmax 或 sigmoid。"
        found = []
        for _ in range(4):
            numbers = torch.nn.utils.parameters_to_vector(model.parameters())
            torch.nn.utils.vector_to_parameters(numbers[torch.randperm(len(numbers))], model.parameters())
            found.append((model(x).argmax(1) == labels).float().mean().item())
    assert min(found) < 0.6, "打乱参数之后准确率不变：它不依赖于参数。"


def test_vgg_features_of_a_short_list():
    """一个短列表给出正确的层和正确的输出，并且保持不变。"""
    config = [4, "M", 6]
    model = convolution.vgg_features(config, in_channels=1)
    assert config == [4, "M", 6], f"不得修改列表；调用之后它是 {config}。"
    assert isinstance(model, torch.nn.Sequential), f"请返回 nn.Sequential；你返回的是 {type(model).__name__}。"
    shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    assert shapes == [(4, 1, 3, 3), (4,), (6, 4, 3, 3), (6,)], (
        f"参数应为两个卷积的参数 (4, 1, 3, 3)、(4,)、(6, 4, 3, 3)、(6,)，没有别的；得到的是 {shapes}。"
    )
    out = model(torch.zeros(2, 1, 8, 6))
    assert tuple(out.shape) == (2, 6, 4, 3), f"输入 (2, 1, 8, 6) 应给出 (2, 6, 4, 3)，得到的是 {tuple(out.shape)}。"
    colors = next(convolution.vgg_features([5]).parameters())
    assert tuple(colors.shape) == (5, 3, 3, 3), f"in_channels 的默认值是 3；得到的权重形状是 {tuple(colors.shape)}。"


def test_vgg_features_with_given_weights():
    """对给定的权重，输出正确。"""
    model = convolution.vgg_features([2, "M", 1], in_channels=1)
    numbers = [
        [[[[1, 0, 0], [0, 1, 0], [0, 0, 2]]], [[[0, 1, 0], [1, -4, 1], [0, 1, 0]]]],
        [0, -1],
        [[[[0, 1, 0], [1, 2, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, -1]]]],
        [-25],
    ]
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), numbers, strict=False):
            parameter.copy_(torch.tensor(values))
        x = [[1.0, 0.0, 2.0, 0.0, 1.0], [0.0, 3.0, 0.0, 1.0, 0.0], [2.0, 0.0, 1.0, 0.0, 2.0], [0.0, 1.0, 0.0, 4.0, 0.0]]
        out = model(torch.tensor([[x]]))
    expected = [[[[0.0, 2.0], [0.0, 22.0]]]]
    assert out.tolist() == expected, (
        f"卷积（用零填充，填充为 1）、ReLU、2×2 最大池化（步幅为 2）、卷积和 ReLU 在这里应给出 {expected}；得到的是 "
        f"{out.tolist()}。"
    )


def test_vgg_features_leaves_the_weights_alone():
    """权重和偏置使用 PyTorch 的默认初始化。"""
    torch.manual_seed(0)
    weight, bias = convolution.vgg_features([20], in_channels=5).parameters()
    bound = 1 / math.sqrt(5 * 9)
    mean, largest = weight.abs().mean().item() / bound, max(weight.abs().max().item(), bias.abs().max().item()) / bound
    assert 0.4 < mean < 0.6, "权重必须使用 PyTorch 的默认初始化：不要自己设置。"
    assert largest <= 1.001, "权重和偏置必须使用 PyTorch 的默认初始化：不要自己设置。"
    assert bias.any(), "偏置必须使用 PyTorch 的默认初始化：不要自己设置。"
