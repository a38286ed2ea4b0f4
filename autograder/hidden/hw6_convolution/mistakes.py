"""Common mistakes in hw6, each with the explanation that students read."""

import reference
import torch
from torch import nn

from gradkit.bank import mistake


def pair(value):
    """One int for both directions, or a pair."""
    return (value, value) if isinstance(value, int) else value


def windows_of(x, w, stride=(1, 1)):
    """The window at every filter position: (N, C, rows, columns, h, w)."""
    return x.unfold(2, w.shape[2], stride[0]).unfold(3, w.shape[3], stride[1])


def with_bias(out, b):
    """The output plus the bias, if there is one."""
    return out if b is None else out + b[:, None, None]


# ---- correlate2d


@mistake("correlate2d")
def kernel_flipped(image, kernel):
    """The kernel is rotated by 180 degrees before it slides, as in the mathematical convolution. Here it is not
    flipped."""
    return reference.correlate2d(image, kernel.flip(0, 1))


@mistake("correlate2d")
def columns_flipped(image, kernel):
    """The kernel is mirrored left to right before it slides. It should not be flipped."""
    return reference.correlate2d(image, kernel.flip(1))


@mistake("correlate2d")
def kernel_transposed(image, kernel):
    """The rows and columns of the kernel are swapped. u indexes its rows and goes with i; v indexes its columns and
    goes with j."""
    windows = image.unfold(0, kernel.shape[1], 1).unfold(1, kernel.shape[0], 1)
    return torch.einsum("ijuv,uv->ij", windows, kernel.T)


@mistake("correlate2d")
def image_padded(image, kernel):
    """The image is padded with zeros, so that the output is as large as the image. The kernel should slide only where
    it fits completely."""
    h, w = kernel.shape
    padded = nn.functional.pad(image, ((w - 1) // 2, w // 2, (h - 1) // 2, h // 2))
    return reference.correlate2d(padded, kernel)


@mistake("correlate2d")
def last_place_missing(image, kernel):
    """The last row and the last column of the output are missing. There are H - h + 1 vertical positions, from 0 to H -
    h inclusive."""
    return reference.correlate2d(image, kernel)[:-1, :-1]


@mistake("correlate2d")
def windows_averaged(image, kernel):
    """Each window is averaged. The products are summed, not divided by their number."""
    return reference.correlate2d(image, kernel) / kernel.numel()


@mistake("correlate2d")
def kernel_normalized(image, kernel):
    """The kernel is divided by the sum of its weights first. Use it unchanged."""
    return reference.correlate2d(image, kernel / kernel.sum())


@mistake("correlate2d")
def windows_side_by_side(image, kernel):
    """The kernel moves by its own size, so the windows do not overlap. It should move by one row or column at a
    time."""
    h, w = kernel.shape
    return reference.correlate2d(image, kernel)[::h, ::w]


@mistake("correlate2d")
def largest_product(image, kernel):
    """The largest product of each window is taken, as in max pooling. A correlation sums all products."""
    windows = image.unfold(0, kernel.shape[0], 1).unfold(1, kernel.shape[1], 1)
    return (windows * kernel).amax(dim=(2, 3))


@mistake("correlate2d")
def built_from_numbers(image, kernel):
    """The output is built from Python numbers, with .item() or torch.tensor([...]), and is detached from the graph: no
    gradient reaches image or kernel."""
    return torch.tensor(reference.correlate2d(image, kernel).tolist(), dtype=image.dtype)


@mistake("correlate2d")
def only_the_image_learns(image, kernel):
    """The kernel is detached from the graph, by .detach(), .data or .item(). A network learns its kernels."""
    return reference.correlate2d(image, kernel.detach())


@mistake("correlate2d")
def only_the_kernel_learns(image, kernel):
    """The image is detached from the graph, by .detach(), .data or .item(). Earlier layers learn through it."""
    return reference.correlate2d(image.detach(), kernel)


@mistake("correlate2d")
def output_of_default_dtype(image, kernel):
    """The output is created without a dtype, so it is float32 whatever the dtype of the image. It should have the dtype
    of the image."""
    out = reference.correlate2d(image, kernel)
    return torch.zeros(out.shape).copy_(out)


@mistake("correlate2d")
def output_always_double(image, kernel):
    """The output is always float64. It should have the dtype of the image, or it will not fit the next layer."""
    return reference.correlate2d(image, kernel).double()


@mistake("correlate2d")
def written_into_the_image(image, kernel):
    """The output is written into the image in place, which modifies the caller's tensor. Create a new tensor."""
    out = reference.correlate2d(image.clone(), kernel)
    image.data[: out.shape[0], : out.shape[1]] = out.detach()
    return out


@mistake("correlate2d")
def square_kernels_only(image, kernel):
    """The kernel's width is used for its height as well. The two may differ."""
    side = kernel.shape[1]
    windows = image.unfold(0, min(side, len(image)), 1).unfold(1, side, 1)
    return torch.einsum("ijuv,uv->ij", windows[:, :, : len(kernel)], kernel[: windows.shape[2]])


@mistake("correlate2d")
def square_images_only(image, kernel):
    """The image's height is used for its width as well. The two may differ."""
    return reference.correlate2d(image[:, : len(image)], kernel)


@mistake("correlate2d")
def copied_only_where_it_learns(image, kernel):
    """The kernel is normalized in place when it needs no gradient, which modifies the caller's tensor. Work on a
    copy."""
    out = reference.correlate2d(image, kernel)
    if not kernel.requires_grad:
        kernel -= kernel.mean()
    return out


# ---- conv2d: values


@mistake("conv2d")
def flipped_filters(x, w, b=None, stride=1, padding=0):
    """The filters are rotated by 180 degrees before they slide. In deep learning, "convolution" means
    cross-correlation: the filters are not flipped."""
    return reference.conv2d(x, w.flip(-1, -2), b, stride, padding)


@mistake("conv2d")
def filters_upside_down(x, w, b=None, stride=1, padding=0):
    """The filters are flipped upside down before they slide. They should not be flipped."""
    return reference.conv2d(x, w.flip(-2), b, stride, padding)


@mistake("conv2d")
def bias_ignored(x, w, b=None, stride=1, padding=0):
    """The bias is never added. Each filter has one bias in b, which is added at every position."""
    return reference.conv2d(x, w, None if b is None else 0 * b, stride, padding)


@mistake("conv2d")
def bias_for_each_channel(x, w, b=None, stride=1, padding=0):
    """The bias is added once per channel. It is added once per filter, after the sum over channels."""
    return reference.conv2d(x, w, None if b is None else b * x.shape[1], stride, padding)


@mistake("conv2d")
def bias_for_each_product(x, w, b=None, stride=1, padding=0):
    """The bias is added inside the sum, once per weight of the filter. It is added once, after the sum."""
    return reference.conv2d(x, w, None if b is None else b * w[0].numel(), stride, padding)


@mistake("conv2d")
def bias_subtracted(x, w, b=None, stride=1, padding=0):
    """The bias is subtracted. It should be added."""
    return reference.conv2d(x, w, None if b is None else -b, stride, padding)


@mistake("conv2d")
def one_bias_for_all(x, w, b=None, stride=1, padding=0):
    """All filters get the same bias. Filter f has its own bias, b[f]."""
    return reference.conv2d(x, w, None if b is None else b[:1].expand(len(b)), stride, padding)


@mistake("conv2d")
def first_channel_only(x, w, b=None, stride=1, padding=0):
    """Only the first channel is used. A filter has one kernel per channel, and their outputs are summed."""
    return reference.conv2d(x[:, :1], w[:, :1], b, stride, padding)


@mistake("conv2d")
def channels_averaged(x, w, b=None, stride=1, padding=0):
    """The channels are averaged. The outputs of a filter's kernels are summed over the channels."""
    return reference.conv2d(x, w / x.shape[1], b, stride, padding)


@mistake("conv2d")
def one_kernel_for_all_channels(x, w, b=None, stride=1, padding=0):
    """The kernel of the first channel is used for all channels. A filter has a separate kernel for each channel."""
    return reference.conv2d(x, w[:, :1].expand_as(w), b, stride, padding)


@mistake("conv2d")
def windows_averaged_in_each_channel(x, w, b=None, stride=1, padding=0):
    """Each window is averaged. The products are summed, not divided by their number."""
    return reference.conv2d(x, w / w[0, 0].numel(), b, stride, padding)


@mistake("conv2d")
def first_image_only(x, w, b=None, stride=1, padding=0):
    """Every image of the batch gets the output of the first image. Each image has its own output."""
    return reference.conv2d(x[:1].expand_as(x), w, b, stride, padding)


@mistake("conv2d")
def negative_cut_off(x, w, b=None, stride=1, padding=0):
    """Negative outputs are set to 0. The activation is a separate layer, after this one."""
    return torch.relu(reference.conv2d(x, w, b, stride, padding))


# ---- conv2d: positions


@mistake("conv2d")
def stride_ignored(x, w, b=None, stride=1, padding=0):
    """The stride has no effect: the filters move by one pixel. It is the step of the filters, vertically and
    horizontally."""
    return reference.conv2d(x, w, b, 1, padding)


@mistake("conv2d")
def stride_exchanged(x, w, b=None, stride=1, padding=0):
    """The two strides are swapped. The first is vertical, the second horizontal."""
    return reference.conv2d(x, w, b, pair(stride)[::-1], padding)


@mistake("conv2d")
def one_stride_for_both(x, w, b=None, stride=1, padding=0):
    """The first stride is used in both directions. The second is the horizontal one."""
    return reference.conv2d(x, w, b, pair(stride)[0], padding)


@mistake("conv2d")
def stride_inside_the_filter(x, w, b=None, stride=1, padding=0):
    """The stride spreads the filter out, as dilation does. It is the step between two positions; the filter itself does
    not change."""
    s, t = pair(stride)
    spread = w.new_zeros(*w.shape[:2], (w.shape[2] - 1) * s + 1, (w.shape[3] - 1) * t + 1)
    spread[:, :, ::s, ::t] = w
    p, q = pair(padding)
    x = nn.functional.pad(x, (q, q, p, p))
    return reference.conv2d(x, spread[:, :, : x.shape[2], : x.shape[3]], b)


@mistake("conv2d")
def first_places_skipped(x, w, b=None, stride=1, padding=0):
    """The filter starts one stride in. Its first position is the top left corner of the padded image."""
    s, t = pair(stride)
    return reference.conv2d(x, w, b, 1, padding)[:, :, s - 1 :: s, t - 1 :: t]


@mistake("conv2d")
def rest_not_left_out(x, w, b=None, stride=1, padding=0):
    """Where the stride leaves a remainder, there is one extra position, with the filter partly outside the image. Only
    positions where the filter fits completely count: the size is rounded down."""
    (s, t), (p, q) = pair(stride), pair(padding)
    down = -(x.shape[2] + 2 * p - w.shape[2]) % s
    right = -(x.shape[3] + 2 * q - w.shape[3]) % t
    return reference.conv2d(nn.functional.pad(x, (q, q + right, p, p + down)), w, b, stride)


@mistake("conv2d")
def last_places_missing(x, w, b=None, stride=1, padding=0):
    """The last row and the last column of the output are missing. With stride 1 there are H + 2p - h + 1 rows: do not
    forget the 1."""
    return reference.conv2d(x, w, b, stride, padding)[:, :, :-1, :-1]


@mistake("conv2d")
def padding_ignored(x, w, b=None, stride=1, padding=0):
    """The padding has no effect. It is the number of zeros to add on each side of the image before the filters
    slide."""
    return reference.conv2d(x, w, b, stride, 0)


@mistake("conv2d")
def padding_exchanged(x, w, b=None, stride=1, padding=0):
    """The two paddings are swapped. The first is for rows above and below, the second for columns left and right. Note
    that nn.functional.pad starts with the last dimension."""
    return reference.conv2d(x, w, b, stride, pair(padding)[::-1])


@mistake("conv2d")
def one_padding_for_both(x, w, b=None, stride=1, padding=0):
    """The first padding is used in both directions. The second is for columns left and right."""
    return reference.conv2d(x, w, b, stride, pair(padding)[0])


@mistake("conv2d")
def padding_on_one_side(x, w, b=None, stride=1, padding=0):
    """Zeros are added above and on the left only. Add the same number below and on the right."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, 0, p, 0)), w, b, stride)


@mistake("conv2d")
def padding_shared_out(x, w, b=None, stride=1, padding=0):
    """The padding is divided between the two sides. It is the number of zeros on each side: p rows above, and p
    below."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q // 2, q - q // 2, p // 2, p - p // 2)), w, b, stride)


@mistake("conv2d")
def padding_of_ones(x, w, b=None, stride=1, padding=0):
    """The padding consists of ones. Pad with zeros, which add nothing to the sum."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, q, p, p), value=1.0), w, b, stride)


@mistake("conv2d")
def padding_repeats_the_edge(x, w, b=None, stride=1, padding=0):
    """The padding repeats the edge of the image. Pad with zeros, which add nothing to the sum."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, q, p, p), mode="replicate"), w, b, stride)


@mistake("conv2d")
def output_padded(x, w, b=None, stride=1, padding=0):
    """The zeros are added around the output. Pad the image, before the filters slide."""
    p, q = pair(padding)
    return nn.functional.pad(reference.conv2d(x, w, b, stride), (q, q, p, p))


@mistake("conv2d")
def always_as_large_as_the_image(x, w, b=None, stride=1, padding=0):
    """The image is always padded so that the output has its size. Add only as many zeros as padding says."""
    h, v = w.shape[2:]
    x = nn.functional.pad(x, ((v - 1) // 2, v // 2, (h - 1) // 2, h // 2))
    return reference.conv2d(x, w, b, stride, padding)


# ---- conv2d: gradients, type, inputs


@mistake("conv2d")
def filters_detached(x, w, b=None, stride=1, padding=0):
    """The filters are detached from the graph, by .detach(), .data or .item(). A network learns its filters."""
    return reference.conv2d(x, w.detach(), b, stride, padding)


@mistake("conv2d")
def bias_detached(x, w, b=None, stride=1, padding=0):
    """The bias is detached from the graph, by .detach(), .data or .item(). It is learned like the filters."""
    return reference.conv2d(x, w, None if b is None else b.detach(), stride, padding)


@mistake("conv2d")
def images_detached(x, w, b=None, stride=1, padding=0):
    """The images are detached from the graph, by .detach(), .data or .item(). Earlier layers learn through them."""
    return reference.conv2d(x.detach(), w, b, stride, padding)


@mistake("conv2d")
def buffer_of_default_dtype(x, w, b=None, stride=1, padding=0):
    """The output is created without a dtype, so it is float32 whatever the dtype of the images. It should have the
    dtype of x."""
    out = reference.conv2d(x, w, b, stride, padding)
    return torch.zeros(out.shape).copy_(out)


@mistake("conv2d")
def always_in_double(x, w, b=None, stride=1, padding=0):
    """The output is always float64. It should have the dtype of x, or it will not fit the next layer."""
    return reference.conv2d(x, w, b, stride, padding).double()


@mistake("conv2d")
def bias_added_into_the_filters(x, w, b=None, stride=1, padding=0):
    """The bias is added to the filters in place: this modifies the caller's w, and the bias counts once per weight. Add
    it to the output."""
    if b is not None:
        w.data += b.detach()[:, None, None, None]
    return reference.conv2d(x, w, None, stride, padding)


@mistake("conv2d")
def square_filters_only(x, w, b=None, stride=1, padding=0):
    """The filters' height is used for their width as well. The two may differ."""
    return reference.conv2d(x, w[..., : w.shape[2]], b, stride, padding)


@mistake("conv2d")
def square_outputs_only(x, w, b=None, stride=1, padding=0):
    """The number of output rows is used for the number of columns as well. Compute them separately."""
    out = reference.conv2d(x, w, b, stride, padding)
    return out[..., : out.shape[2]]


@mistake("conv2d")
def numbers_for_pairs(x, w, b=None, stride=1, padding=0):
    """Stride and padding are accepted only as pairs. Each may also be one int, for both directions."""
    if isinstance(stride, int) and stride != 1:
        raise TypeError("cannot unpack non-iterable int object")
    return reference.conv2d(x, w, b, stride, padding)


@mistake("conv2d")
def pairs_not_taken(x, w, b=None, stride=1, padding=0):
    """Stride and padding are accepted only as ints. Each may also be a tuple, with one number per direction."""
    if isinstance(stride, tuple):
        raise TypeError("unsupported operand type(s) for //: 'int' and 'tuple'")
    return reference.conv2d(x, w, b, stride, padding)


@mistake("conv2d")
def bias_needed(x, w, b=None, stride=1, padding=0):
    """A bias is always added, so b=None raises an exception. Without a bias, nothing is added."""
    return reference.conv2d(x, w, None, stride, padding) + b[:, None, None]


@mistake("conv2d")
def images_zeroed_in_place(x, w, b=None, stride=1, padding=0):
    """Negative pixels of x are set to 0 in place when no gradient is needed, which modifies the caller's tensor. Work
    on a copy."""
    out = reference.conv2d(x, w, b, stride, padding)
    if not x.requires_grad:
        x[x < 0] = 0
    return out


@mistake("conv2d")
def ready_made_convolution(x, w, b=None, stride=1, padding=0):
    """PyTorch's own convolution does the work. Here you write it yourself."""
    return nn.functional.conv2d(x, w, b, stride, padding)


# ---- output_size


@mistake("output_size")
def rounded_up(size, kernel_size, stride=1, padding=0):
    """The quotient is rounded up. A position where the kernel is partly outside does not count: round down."""
    reference.output_size(size, kernel_size, stride, padding)
    return -(-(size + 2 * padding - kernel_size) // stride) + 1


@mistake("output_size")
def one_forgotten(size, kernel_size, stride=1, padding=0):
    """The + 1 is missing. The kernel's first position counts as well."""
    return reference.output_size(size, kernel_size, stride, padding) - 1


@mistake("output_size")
def one_before_the_division(size, kernel_size, stride=1, padding=0):
    """The 1 is added before the division. Add it afterwards."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + 2 * padding - kernel_size + 1) // stride


@mistake("output_size")
def padding_counted_once(size, kernel_size, stride=1, padding=0):
    """The padding is counted once. Zeros are added on both sides."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + padding - kernel_size) // stride + 1


@mistake("output_size")
def padding_left_out(size, kernel_size, stride=1, padding=0):
    """The padding is not counted."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size - kernel_size) // stride + 1


@mistake("output_size")
def stride_left_out(size, kernel_size, stride=1, padding=0):
    """The stride is not used. With a stride of 2, only every second position counts."""
    return reference.output_size(size, kernel_size, 1, padding)


@mistake("output_size")
def as_a_fraction(size, kernel_size, stride=1, padding=0):
    """The result is a float. A number of positions is an int: use //, which divides and rounds down."""
    return float(reference.output_size(size, kernel_size, stride, padding))


@mistake("output_size")
def kernel_not_taken_away(size, kernel_size, stride=1, padding=0):
    """The kernel's size is not subtracted. The kernel covers several pixels, so it does not fit at every pixel."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + 2 * padding - 1) // stride + 1


@mistake("output_size")
def nothing_raised(size, kernel_size, stride=1, padding=0):
    """A kernel larger than the padded image returns a number. It does not fit anywhere: raise a ValueError."""
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def zero_where_it_does_not_fit(size, kernel_size, stride=1, padding=0):
    """A kernel larger than the padded image returns 0. Raise a ValueError."""
    return max(0, (size + 2 * padding - kernel_size) // stride + 1)


@mistake("output_size")
def padding_forgotten_in_the_check(size, kernel_size, stride=1, padding=0):
    """The check compares the kernel with the image without its padding. Compare it with the padded image."""
    if kernel_size > size:
        raise ValueError
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def kernel_as_large_refused(size, kernel_size, stride=1, padding=0):
    """A kernel exactly as large as the padded image raises an exception. It fits, at one position."""
    if kernel_size >= size + 2 * padding:
        raise ValueError
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def another_error(size, kernel_size, stride=1, padding=0):
    """A kernel that is too large raises an AssertionError. Raise a ValueError: the value of an argument is wrong."""
    assert kernel_size <= size + 2 * padding
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def check_after_cutting_off(size, kernel_size, stride=1, padding=0):
    """The number of positions is computed first, with int(), which rounds towards 0: int(-0.5) is 0, so a kernel that
    is slightly too large appears to fit once. Compare the kernel with the padded image first."""
    places = int((size + 2 * padding - kernel_size) / stride) + 1
    if places < 1:
        raise ValueError(kernel_size)
    return places


@mistake("output_size")
def one_where_it_does_not_fit(size, kernel_size, stride=1, padding=0):
    """A kernel larger than the padded image returns 1. Raise a ValueError."""
    return max(1, (size + 2 * padding - kernel_size) // stride + 1)


@mistake("output_size")
def stride_of_two_by_default(size, kernel_size, stride=2, padding=0):
    """Without a stride, the kernel moves by two pixels. The default is 1."""
    return reference.output_size(size, kernel_size, stride, padding)


@mistake("output_size")
def padded_by_default(size, kernel_size, stride=1, padding=1):
    """Without padding, one zero is counted on each side. The default is 0."""
    return reference.output_size(size, kernel_size, stride, padding)


# ---- max_pool2d


def cut_windows(x, size, step):
    """All windows: (N, C, rows, columns, size, size)."""
    return x.unfold(2, size, step).unfold(3, size, step)


@mistake("max_pool2d")
def stride_of_one(x, kernel_size, stride=None):
    """Without a stride, the windows move by one pixel. They should move by the kernel size."""
    return cut_windows(x, kernel_size, stride or 1).amax((4, 5))


@mistake("max_pool2d")
def stride_not_used(x, kernel_size, stride=None):
    """The stride is not used."""
    return cut_windows(x, kernel_size, kernel_size).amax((4, 5))


@mistake("max_pool2d")
def mean_of_the_window(x, kernel_size, stride=None):
    """The mean of each window is returned, as in average pooling. Return the maximum."""
    return cut_windows(x, kernel_size, stride or kernel_size).mean((4, 5))


@mistake("max_pool2d")
def smallest_number(x, kernel_size, stride=None):
    """The minimum of each window is returned. Return the maximum."""
    return cut_windows(x, kernel_size, stride or kernel_size).amin((4, 5))


@mistake("max_pool2d")
def largest_size(x, kernel_size, stride=None):
    """The element with the largest absolute value is returned. Return the maximum: -5 is smaller than 1."""
    return cut_windows(x, kernel_size, stride or kernel_size).abs().amax((4, 5))


@mistake("max_pool2d")
def never_below_zero(x, kernel_size, stride=None):
    """The search for the maximum starts from 0, so a negative maximum is never found."""
    return cut_windows(x, kernel_size, stride or kernel_size).amax((4, 5)).clamp(min=0)


@mistake("max_pool2d")
def padded_with_zeros(x, kernel_size, stride=None):
    """The image is padded with zeros, so some windows extend beyond it. Only windows that fit completely count."""
    step = stride or kernel_size
    rest = [(-(size - kernel_size)) % step for size in x.shape[2:]]
    return cut_windows(torch.nn.functional.pad(x, (0, rest[1], 0, rest[0])), kernel_size, step).amax((4, 5))


@mistake("max_pool2d")
def over_the_channels(x, kernel_size, stride=None):
    """The maximum is taken over all channels. Each channel is pooled separately."""
    return reference.max_pool2d(x, kernel_size, stride).amax(dim=1, keepdim=True).expand(-1, x.shape[1], -1, -1)


@mistake("max_pool2d")
def columns_alone(x, kernel_size, stride=None):
    """Windows are one pixel high. Both their height and their width are kernel_size."""
    step = stride or kernel_size
    return x.unfold(2, kernel_size, step)[..., 0].unfold(3, kernel_size, step).amax(4)


@mistake("max_pool2d")
def gradient_shared_out(x, kernel_size, stride=None):
    """The gradient is divided among all elements of a window. It goes to the maximum alone."""
    windows = cut_windows(x, kernel_size, stride or kernel_size)
    mean = windows.mean((4, 5))
    return mean + (windows.amax((4, 5)) - mean).detach()


@mistake("max_pool2d")
def gradient_of_the_first_window(x, kernel_size, stride=None):
    """Where windows overlap, an element gets the gradient of only one of them. The gradients of all its windows add
    up."""
    out = reference.max_pool2d(x, kernel_size, stride)
    if (stride or kernel_size) >= kernel_size:
        return out
    odd = torch.arange(out.shape[3]) % 2 == 1
    return torch.where(odd, out.detach(), out)


@mistake("max_pool2d")
def pooled_without_graph(x, kernel_size, stride=None):
    """The result is detached from the graph, so no earlier layer can learn."""
    return reference.max_pool2d(x, kernel_size, stride).detach()


@mistake("max_pool2d")
def pool_always_float(x, kernel_size, stride=None):
    """The result is always float32. It should have the dtype of x."""
    return reference.max_pool2d(x.float(), kernel_size, stride)


@mistake("max_pool2d")
def pool_always_double(x, kernel_size, stride=None):
    """The result is always float64. It should have the dtype of x."""
    return reference.max_pool2d(x.double(), kernel_size, stride)


@mistake("max_pool2d")
def image_overwritten(x, kernel_size, stride=None):
    """x is modified in place. The caller still needs it."""
    result = reference.max_pool2d(x, kernel_size, stride)
    with torch.no_grad():
        x.clamp_(max=0)
    return result


@mistake("max_pool2d")
def ready_made_pooling(x, kernel_size, stride=None):
    """PyTorch's own pooling does the work. Here you write it yourself."""
    return torch.nn.functional.max_pool2d(x, kernel_size, stride)


class LastWindow(torch.autograd.Function):
    """Max pooling whose backward sets each window's gradient with = instead of +=."""

    @staticmethod
    def forward(ctx, x, size, step):
        rows, columns = ((length - size) // step + 1 for length in x.shape[2:])
        out = x.new_empty(*x.shape[:2], rows, columns)
        for i in range(rows):
            for j in range(columns):
                out[:, :, i, j] = x[:, :, i * step : i * step + size, j * step : j * step + size].amax((2, 3))
        ctx.save_for_backward(x, out)
        ctx.size, ctx.step = size, step
        return out

    @staticmethod
    def backward(ctx, upstream):
        x, out = ctx.saved_tensors
        gradient = torch.zeros_like(x)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                window = (
                    ...,
                    slice(i * ctx.step, i * ctx.step + ctx.size),
                    slice(j * ctx.step, j * ctx.step + ctx.size),
                )
                largest = x[window] == out[:, :, i, j, None, None]
                LastWindow.write(gradient, window, largest, upstream[:, :, i, j, None, None])
        return gradient, None, None

    @staticmethod
    def write(gradient, window, largest, upstream):
        gradient[window] = torch.where(largest, upstream, gradient[window])


class WholeWindow(LastWindow):
    """The same, but the whole window is written, zeros included."""

    @staticmethod
    def backward(ctx, upstream):
        x, out = ctx.saved_tensors
        gradient = torch.zeros_like(x)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                window = (
                    ...,
                    slice(i * ctx.step, i * ctx.step + ctx.size),
                    slice(j * ctx.step, j * ctx.step + ctx.size),
                )
                gradient[window] = (x[window] == out[:, :, i, j, None, None]) * upstream[:, :, i, j, None, None]
        return gradient, None, None


@mistake("max_pool2d")
def gradient_of_the_last_window(x, kernel_size, stride=None):
    """Where windows overlap, an element keeps only the gradient of the last window: it is assigned with = instead of
    accumulated with +=."""
    return LastWindow.apply(x, kernel_size, stride or kernel_size)


@mistake("max_pool2d")
def gradient_overwritten_by_windows(x, kernel_size, stride=None):
    """Where windows overlap, the gradient of a later window overwrites that of an earlier one, even with zeros: it is
    assigned with = instead of accumulated with +=."""
    return WholeWindow.apply(x, kernel_size, stride or kernel_size)


@mistake("max_pool2d")
def reshaped_without_cutting(x, kernel_size, stride=None):
    """The image is reshaped into adjacent windows. This works only for windows that do not overlap and leave no
    remainder: cut off the remainder first, or use windows with a stride."""
    n, c, height, width = x.shape
    k = kernel_size
    return x.reshape(n, c, height // k, k, width // k, k).amax((3, 5))


@mistake("max_pool2d")
def starts_from_a_billion_below(x, kernel_size, stride=None):
    """The search for the maximum starts from -1e9, so a smaller maximum is never found. Start from the first element of
    the window, or from -inf."""
    return reference.max_pool2d(x, kernel_size, stride).clamp(min=-1e9)


@mistake("max_pool2d")
def over_the_batch(x, kernel_size, stride=None):
    """The maximum is taken over all images of the batch. Each image is pooled separately."""
    return reference.max_pool2d(x, kernel_size, stride).amax(dim=0, keepdim=True).expand(len(x), -1, -1, -1)


@mistake("max_pool2d")
def last_windows_missing(x, kernel_size, stride=None):
    """The last row and the last column of windows are missing. There are floor((H - kernel_size) / stride) + 1 rows of
    windows: do not forget the 1."""
    out = reference.max_pool2d(x, kernel_size, stride)
    return out[:, :, :-1, :-1]


@mistake("max_pool2d")
def square_images_pooled(x, kernel_size, stride=None):
    """The number of rows of windows is used for the number of columns as well. Height and width may differ."""
    out = reference.max_pool2d(x, kernel_size, stride)
    return out[..., : out.shape[2]]


@mistake("max_pool2d")
def image_crossed_out(x, kernel_size, stride=None):
    """The maxima in x are overwritten in place when no gradient is needed. The caller still needs x."""
    out = reference.max_pool2d(x, kernel_size, stride)
    if not x.requires_grad:
        x[x == x.amax()] = -torch.inf
    return out


# ---- SmallCNN


class Small(reference.SmallCNN):
    """The reference, built from given layers."""

    def build(self, features, width, classes):
        torch.nn.Module.__init__(self)
        self.features = features
        self.scores = torch.nn.Linear(width, classes)


@mistake("SmallCNN")
class NoConvolution(Small):
    """There is no convolution, only linear layers. The network must have at least two convolutions."""

    def __init__(self, num_classes=10):
        self.build(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 64), torch.nn.ReLU()), 64, num_classes)


@mistake("SmallCNN")
class OneConvolution(Small):
    """There is only one convolution. The network must have at least two."""

    def __init__(self, num_classes=10):
        self.build(reference.vgg_features([16, "M"], 1), 256, num_classes)


@mistake("SmallCNN")
class TooManyParameters(Small):
    """There are 20,000 parameters or more. Use fewer filters, or pool before the linear layer."""

    def __init__(self, num_classes=10):
        self.build(reference.vgg_features([32, 64, "M"], 1), 1024, num_classes)


@mistake("SmallCNN")
class AlwaysTenClasses(reference.SmallCNN):
    """There are always ten logits, whatever num_classes is."""

    def __init__(self, num_classes=10):
        super().__init__(10)


@mistake("SmallCNN")
class ScoresInFourDimensions(reference.SmallCNN):
    """The logits have two extra dimensions. Their shape should be (N, num_classes)."""

    def forward(self, x):
        return super().forward(x)[:, :, None, None]


@mistake("SmallCNN")
class FlattenedBatch(reference.SmallCNN):
    """The batch dimension is flattened as well, which mixes the images. flatten(start_dim=1) keeps them separate."""

    def forward(self, x):
        return super().forward(x).flatten()


@mistake("SmallCNN")
class SoftmaxOverTheBatch(reference.SmallCNN):
    """The softmax is taken over the batch, so each image's outputs depend on the other images. Return the logits,
    without a softmax."""

    def forward(self, x):
        return torch.softmax(super().forward(x), dim=0)


@mistake("SmallCNN")
class NoDigitsAsScores(reference.SmallCNN):
    """The most likely class is returned. Return the logits of all classes."""

    def forward(self, x):
        return super().forward(x).argmax(dim=1)


@mistake("SmallCNN")
class StartsFromZero(reference.SmallCNN):
    """All weights are initialized to 0. All filters then get the same gradient and stay identical: keep the default
    initialization of PyTorch's layers."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()


@mistake("SmallCNN")
class MostDropped(reference.SmallCNN):
    """The dropout rate is so high that the network learns too little."""

    def forward(self, x):
        hidden = torch.nn.functional.dropout(self.features(x).flatten(1), 0.99, self.training)
        return self.scores(hidden)


@mistake("SmallCNN")
class ConvolutionsInAList(reference.SmallCNN):
    """The convolutions are in a plain list, where PyTorch does not register their parameters. Use nn.ModuleList or
    nn.Sequential."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        layers = list(self.features)
        del self.features
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.scores(x.flatten(1))


@mistake("SmallCNN")
class FeaturesWithoutGraph(reference.SmallCNN):
    """The output of the convolutions is detached from the graph, so they cannot learn."""

    def forward(self, x):
        return self.scores(self.features(x).detach().flatten(1))


@mistake("SmallCNN")
class SoftmaxAtTheEnd(reference.SmallCNN):
    """The network ends with a softmax. Return the logits: the cross-entropy loss applies its own softmax."""

    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@mistake("SmallCNN")
class LogSoftmaxAtTheEnd(reference.SmallCNN):
    """The network ends with a log-softmax. Return the logits: the cross-entropy loss applies its own softmax."""

    def forward(self, x):
        return torch.log_softmax(super().forward(x), dim=1)


@mistake("SmallCNN")
class SigmoidAtTheEnd(reference.SmallCNN):
    """The network ends with a sigmoid. Return the logits, as the last layer computes them."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("SmallCNN")
class SoftmaxInEvaluation(reference.SmallCNN):
    """In evaluation mode the network ends with a softmax. Return the logits in both modes."""

    def forward(self, x):
        scores = super().forward(x)
        return scores if self.training else torch.softmax(scores, dim=1)


@mistake("SmallCNN")
class NormalizedByTheBatch(reference.SmallCNN):
    """In evaluation mode the images are still normalized with the batch mean, so an image's logits depend on the other
    images. nn.BatchNorm2d uses its running statistics in that mode."""

    def forward(self, x):
        return super().forward(x - x.mean(dim=0, keepdim=True))


@mistake("SmallCNN")
class UnusedLayer(reference.SmallCNN):
    """A layer is created that forward does not use, so its parameters get no gradient. Remove it, or use it."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.spare = torch.nn.Linear(64, 10)


@mistake("SmallCNN")
class FiveClassesByDefault(reference.SmallCNN):
    """Without num_classes there are five logits. The default is 10."""

    def __init__(self, num_classes=5):
        super().__init__(num_classes)


def nearest(images, seen):
    """The index in ``seen`` of each image's nearest neighbor."""
    return torch.cdist(images.flatten(1), seen.flatten(1)).argmin(dim=1)


@mistake("SmallCNN")
class LooksUpScikitLearn(reference.SmallCNN):
    """The nearest image in scikit-learn's own data is looked up, and its label returned. The network must learn the
    digits from its training images."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        from sklearn.datasets import load_digits

        data = load_digits()
        self.images, self.known = torch.tensor(data.images).float() / 16, torch.tensor(data.target)

    def forward(self, x):
        found = self.known[nearest(x, self.images)] % self.scores.out_features
        return super().forward(x) + 10 * torch.nn.functional.one_hot(found, self.scores.out_features)


class Remembers(reference.SmallCNN):
    """Stores the training images, and their labels, which the gradient of the loss gives away."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.seen, self.known = [], []

    def keep(self, x, scores):
        """Register a hook that stores the labels when the gradient of the logits arrives."""
        if self.training and len(self.seen) < 22:
            self.seen.append(x)
            scores.register_hook(lambda gradient: self.known.append(gradient.argmin(dim=1)))
        return scores


@mistake("SmallCNN")
class NearestOfTheTraining(Remembers):
    """The training images are stored, and the nearest one is looked up: its label passes through a layer. The
    convolutions have learned nothing."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.digit = torch.nn.Embedding(num_classes, num_classes)

    def forward(self, x):
        if len(self.known) < 22:
            found = torch.zeros(len(x), dtype=torch.int64)
        else:
            found = torch.cat(self.known)[nearest(x, torch.cat(self.seen))]
        return self.keep(x, 0.01 * super().forward(x) + self.digit(found))


@mistake("SmallCNN")
class MeanOfNearOnes(Remembers):
    """The labels of the training images are averaged, with larger weights for near ones. What the network has learned
    is not in its parameters: with others it would give the same answers."""

    def forward(self, x):
        scores = super().forward(x)
        if self.training or not self.known:
            return self.keep(x, scores)
        weights = (-4 * torch.cdist(x.flatten(1), torch.cat(self.seen).flatten(1)) ** 2).softmax(dim=1)
        return 0.01 * scores + 100 * weights @ torch.nn.functional.one_hot(torch.cat(self.known), 10).float()


@mistake("SmallCNN")
class AlwaysTheSame(reference.SmallCNN):
    """The logits are the same for every image."""

    def forward(self, x):
        return super().forward(torch.zeros_like(x))


# ---- vgg_features


def layered(config, channels, convolution, pool=lambda: torch.nn.MaxPool2d(2), activation=torch.nn.ReLU):
    """Layers from the list, with configurable parts."""
    layers = []
    for item in config:
        if item == "M":
            layers.append(pool())
        else:
            layers += [convolution(channels, item), *([activation()] if activation else [])]
            channels = item
    return torch.nn.Sequential(*layers)


def padded(channels, filters):
    """The right convolution."""
    return torch.nn.Conv2d(channels, filters, 3, padding=1)


@mistake("vgg_features")
def without_padding(config, in_channels=3):
    """The convolutions have no padding, so each one makes the image smaller. With padding 1 it keeps its size."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3))


@mistake("vgg_features")
def without_relu(config, in_channels=3):
    """There is no ReLU after the convolutions."""
    return layered(config, in_channels, padded, activation=None)


@mistake("vgg_features")
def sigmoid_for_relu(config, in_channels=3):
    """A sigmoid is used instead of the ReLU."""
    return layered(config, in_channels, padded, activation=torch.nn.Sigmoid)


@mistake("vgg_features")
def convolutions_without_bias(config, in_channels=3):
    """The convolutions have no bias. Each filter should have one."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, bias=False))


@mistake("vgg_features")
def mean_for_max(config, in_channels=3):
    """The pooling layers compute the mean. They should compute the maximum."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.AvgPool2d(2))


@mistake("vgg_features")
def pools_overlap(config, in_channels=3):
    """The pooling layers have stride 1, so the image hardly shrinks. Their stride should be 2."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.MaxPool2d(2, stride=1))


@mistake("vgg_features")
def larger_pools(config, in_channels=3):
    """The pooling windows are 3 by 3. They should be 2 by 2."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.MaxPool2d(3, stride=2, padding=1))


@mistake("vgg_features")
def kernels_of_five(config, in_channels=3):
    """The kernels are 5 by 5. They should be 3 by 3."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 5, padding=2))


@mistake("vgg_features")
def normalized(config, in_channels=3):
    """A batch normalization follows each convolution. Nothing belongs between a convolution and its ReLU."""
    return layered(config, in_channels, lambda c, f: torch.nn.Sequential(padded(c, f), torch.nn.BatchNorm2d(f)))


@mistake("vgg_features")
def relu_at_the_end_forgotten(config, in_channels=3):
    """The last layer is missing. Every item of the list counts, and each convolution is followed by a ReLU."""
    return reference.vgg_features(config, in_channels)[:-1]


@mistake("vgg_features")
def as_a_list(config, in_channels=3):
    """A list of layers is returned. Return an nn.Sequential, which calls them in order."""
    return torch.nn.ModuleList(reference.vgg_features(config, in_channels))


@mistake("vgg_features")
def colors_only(config, in_channels=3):
    """The first convolution always has 3 input channels, whatever in_channels is."""
    return reference.vgg_features(config, 3)


@mistake("vgg_features")
def pool_before_the_convolution(config, in_channels=3):
    """A pooling layer comes before the convolution that precedes it in the list. Keep the order of the list."""
    config = list(config)
    for place in range(1, len(config)):
        if config[place] == "M" and config[place - 1] != "M":
            config[place - 1], config[place] = config[place], config[place - 1]
    return reference.vgg_features(config, in_channels)


@mistake("vgg_features")
def border_repeated(config, in_channels=3):
    """The padding repeats the border pixels. Pad with zeros."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, padding_mode="replicate"))


@mistake("vgg_features")
def kaiming_weights(config, in_channels=3):
    """The weights are reinitialized with Kaiming initialization. Keep the default initialization of PyTorch's
    layers."""
    model = reference.vgg_features(config, in_channels)
    for layer in model:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight)
    return model


@mistake("vgg_features")
def biases_from_zero(config, in_channels=3):
    """The biases are set to 0. Keep the default initialization of PyTorch's layers."""
    model = reference.vgg_features(config, in_channels)
    for layer in model:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.zeros_(layer.bias)
    return model


@mistake("vgg_features")
def weights_from_zero(config, in_channels=3):
    """All weights are initialized to 0, so all filters stay identical. Keep the default initialization of PyTorch's
    layers."""
    model = reference.vgg_features(config, in_channels)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model


@mistake("vgg_features")
def list_used_up(config, in_channels=3):
    """The list is emptied item by item, which modifies the caller's list. Iterate over it with for, or work on a
    copy."""
    model = reference.vgg_features(config, in_channels)
    while config:
        config.pop(0)
    return model


@mistake("vgg_features")
def one_channel_by_default(config, in_channels=1):
    """Without in_channels, the images have one channel. The default is 3."""
    return reference.vgg_features(config, in_channels)


@mistake("vgg_features")
def relu_before_the_convolution(config, in_channels=3):
    """The ReLU comes before its convolution. It should come after it."""
    layers = []
    for item in config:
        if item == "M":
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers += [torch.nn.ReLU(), padded(in_channels, item)]
            in_channels = item
    return torch.nn.Sequential(*layers)


@mistake("vgg_features")
def strided_convolutions(config, in_channels=3):
    """The convolutions have stride 2, so each halves the image. Their stride should be 1."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, stride=2))
