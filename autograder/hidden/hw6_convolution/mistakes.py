"""Mistakes that students make in hw6, each with what they should read."""

import reference
import torch
from torch import nn

from gradkit.bank import mistake


def pair(value):
    """One number for both directions, or two."""
    return (value, value) if isinstance(value, int) else value


def windows_of(x, w, stride=(1, 1)):
    """Every place of the filters: (N, C, rows, columns, h, w)."""
    return x.unfold(2, w.shape[2], stride[0]).unfold(3, w.shape[3], stride[1])


def with_bias(out, b):
    """The bias added, where there is one."""
    return out if b is None else out + b[:, None, None]


# ---- correlate2d


@mistake("correlate2d")
def kernel_flipped(image, kernel):
    """The kernel is rotated by 180 degrees before it slides, as mathematicians convolve. Here it slides as it is."""
    return reference.correlate2d(image, kernel.flip(0, 1))


@mistake("correlate2d")
def columns_flipped(image, kernel):
    """The kernel is mirrored from left to right before it slides. Here it slides as it is."""
    return reference.correlate2d(image, kernel.flip(1))


@mistake("correlate2d")
def kernel_transposed(image, kernel):
    """Rows and columns of the kernel are exchanged. u counts its rows and belongs to i; v counts its columns and
    belongs to j."""
    windows = image.unfold(0, kernel.shape[1], 1).unfold(1, kernel.shape[0], 1)
    return torch.einsum("ijuv,uv->ij", windows, kernel.T)


@mistake("correlate2d")
def image_padded(image, kernel):
    """Zeros are put around the image, so that the output is as large as the image. The kernel is only to slide where it
    fits completely."""
    h, w = kernel.shape
    padded = nn.functional.pad(image, ((w - 1) // 2, w // 2, (h - 1) // 2, h // 2))
    return reference.correlate2d(padded, kernel)


@mistake("correlate2d")
def last_place_missing(image, kernel):
    """The last row and the last column of places are missing. There are H - h + 1 places downwards: count 0 and H -
    h."""
    return reference.correlate2d(image, kernel)[:-1, :-1]


@mistake("correlate2d")
def windows_averaged(image, kernel):
    """Each window is averaged. The products are added up, and not divided by their number."""
    return reference.correlate2d(image, kernel) / kernel.numel()


@mistake("correlate2d")
def kernel_normalised(image, kernel):
    """The kernel is divided by the sum of its numbers first. It is used as it is."""
    return reference.correlate2d(image, kernel / kernel.sum())


@mistake("correlate2d")
def windows_side_by_side(image, kernel):
    """The kernel jumps by its own size, so that windows do not overlap. It moves by one row or column at a time."""
    h, w = kernel.shape
    return reference.correlate2d(image, kernel)[::h, ::w]


@mistake("correlate2d")
def largest_product(image, kernel):
    """The largest product of each window is taken, as pooling does. A correlation adds up all of them."""
    windows = image.unfold(0, kernel.shape[0], 1).unfold(1, kernel.shape[1], 1)
    return (windows * kernel).amax(dim=(2, 3))


@mistake("correlate2d")
def built_from_numbers(image, kernel):
    """The output is put together from plain numbers, by .item() or torch.tensor([...]), and has lost its graph: no
    gradient reaches image or kernel."""
    return torch.tensor(reference.correlate2d(image, kernel).tolist(), dtype=image.dtype)


@mistake("correlate2d")
def only_the_image_learns(image, kernel):
    """The kernel is cut off from the graph, by .detach(), .data or .item(). The kernel is what a network learns."""
    return reference.correlate2d(image, kernel.detach())


@mistake("correlate2d")
def only_the_kernel_learns(image, kernel):
    """The image is cut off from the graph, by .detach(), .data or .item(). Layers below this one learn through it."""
    return reference.correlate2d(image.detach(), kernel)


@mistake("correlate2d")
def output_of_default_dtype(image, kernel):
    """The output is made without a dtype, and so is float32 whatever the image is. It should have the dtype of the
    image."""
    out = reference.correlate2d(image, kernel)
    return torch.zeros(out.shape).copy_(out)


@mistake("correlate2d")
def output_always_double(image, kernel):
    """The output is always float64. It should have the dtype of the image, or it will not fit the next layer."""
    return reference.correlate2d(image, kernel).double()


@mistake("correlate2d")
def written_into_the_image(image, kernel):
    """The output is written into the image, in place, and the caller finds it changed. Make a new tensor for it."""
    out = reference.correlate2d(image.clone(), kernel)
    image.data[: out.shape[0], : out.shape[1]] = out.detach()
    return out


@mistake("correlate2d")
def square_kernels_only(image, kernel):
    """The kernel's width is taken for its height, too. The two may differ."""
    side = kernel.shape[1]
    windows = image.unfold(0, min(side, len(image)), 1).unfold(1, side, 1)
    return torch.einsum("ijuv,uv->ij", windows[:, :, : len(kernel)], kernel[: windows.shape[2]])


@mistake("correlate2d")
def square_images_only(image, kernel):
    """The image's height is taken for its width, too. The two may differ."""
    return reference.correlate2d(image[:, : len(image)], kernel)


@mistake("correlate2d")
def copied_only_where_it_learns(image, kernel):
    """The kernel is normalised in place where it needs no gradient, and the caller finds it changed. Work on a copy."""
    out = reference.correlate2d(image, kernel)
    if not kernel.requires_grad:
        kernel -= kernel.mean()
    return out


# ---- conv2d: values


@mistake("conv2d")
def flipped_filters(x, w, b=None, stride=1, padding=0):
    """The filters are rotated by 180 degrees before they slide. Deep-learning "convolution" slides them as they are
    (cross-correlation)."""
    return reference.conv2d(x, w.flip(-1, -2), b, stride, padding)


@mistake("conv2d")
def filters_upside_down(x, w, b=None, stride=1, padding=0):
    """The filters are turned upside down before they slide. They slide as they are."""
    return reference.conv2d(x, w.flip(-2), b, stride, padding)


@mistake("conv2d")
def bias_ignored(x, w, b=None, stride=1, padding=0):
    """The bias is never added. Each filter has one number in b, which is added at each of its places."""
    return reference.conv2d(x, w, None if b is None else 0 * b, stride, padding)


@mistake("conv2d")
def bias_for_each_channel(x, w, b=None, stride=1, padding=0):
    """The bias is added once for each channel. It is added once for each filter, after the channels are summed."""
    return reference.conv2d(x, w, None if b is None else b * x.shape[1], stride, padding)


@mistake("conv2d")
def bias_for_each_product(x, w, b=None, stride=1, padding=0):
    """The bias is added inside the sum, once for each number of the filter. It is added once, after the sum."""
    return reference.conv2d(x, w, None if b is None else b * w[0].numel(), stride, padding)


@mistake("conv2d")
def bias_subtracted(x, w, b=None, stride=1, padding=0):
    """The bias is subtracted. It is added."""
    return reference.conv2d(x, w, None if b is None else -b, stride, padding)


@mistake("conv2d")
def one_bias_for_all(x, w, b=None, stride=1, padding=0):
    """All filters get the same bias. Filter f has a bias of its own, b[f]."""
    return reference.conv2d(x, w, None if b is None else b[:1].expand(len(b)), stride, padding)


@mistake("conv2d")
def first_channel_only(x, w, b=None, stride=1, padding=0):
    """Only the first channel is used. A filter has a kernel for each channel, and their outputs are added up."""
    return reference.conv2d(x[:, :1], w[:, :1], b, stride, padding)


@mistake("conv2d")
def channels_averaged(x, w, b=None, stride=1, padding=0):
    """The channels are averaged. What a filter finds in each of them is added up."""
    return reference.conv2d(x, w / x.shape[1], b, stride, padding)


@mistake("conv2d")
def one_kernel_for_all_channels(x, w, b=None, stride=1, padding=0):
    """The kernel of the first channel slides over all channels. A filter has a kernel of its own for each of them."""
    return reference.conv2d(x, w[:, :1].expand_as(w), b, stride, padding)


@mistake("conv2d")
def windows_averaged_in_each_channel(x, w, b=None, stride=1, padding=0):
    """Each window is averaged. The products are added up, and not divided by their number."""
    return reference.conv2d(x, w / w[0, 0].numel(), b, stride, padding)


@mistake("conv2d")
def first_image_only(x, w, b=None, stride=1, padding=0):
    """Every image of the batch gets the output of the first one. Each is worked on by itself."""
    return reference.conv2d(x[:1].expand_as(x), w, b, stride, padding)


@mistake("conv2d")
def negative_cut_off(x, w, b=None, stride=1, padding=0):
    """Negative outputs are set to 0. The activation is a layer of its own, after this one."""
    return torch.relu(reference.conv2d(x, w, b, stride, padding))


# ---- conv2d: places


@mistake("conv2d")
def stride_ignored(x, w, b=None, stride=1, padding=0):
    """The stride has no effect: the filters move by one. It says how far they move, downwards and to the right."""
    return reference.conv2d(x, w, b, 1, padding)


@mistake("conv2d")
def stride_exchanged(x, w, b=None, stride=1, padding=0):
    """The two strides are exchanged. The first is for the way down, the second for the way to the right."""
    return reference.conv2d(x, w, b, pair(stride)[::-1], padding)


@mistake("conv2d")
def one_stride_for_both(x, w, b=None, stride=1, padding=0):
    """The first stride is used in both directions. The second is for the way to the right."""
    return reference.conv2d(x, w, b, pair(stride)[0], padding)


@mistake("conv2d")
def stride_inside_the_filter(x, w, b=None, stride=1, padding=0):
    """The stride spreads the filter, as dilation does. It says how far the filter moves; the filter itself stays
    whole."""
    s, t = pair(stride)
    spread = w.new_zeros(*w.shape[:2], (w.shape[2] - 1) * s + 1, (w.shape[3] - 1) * t + 1)
    spread[:, :, ::s, ::t] = w
    p, q = pair(padding)
    x = nn.functional.pad(x, (q, q, p, p))
    return reference.conv2d(x, spread[:, :, : x.shape[2], : x.shape[3]], b)


@mistake("conv2d")
def first_places_skipped(x, w, b=None, stride=1, padding=0):
    """The filter starts one stride in. Its first place is the top left corner of the padded image."""
    s, t = pair(stride)
    return reference.conv2d(x, w, b, 1, padding)[:, :, s - 1 :: s, t - 1 :: t]


@mistake("conv2d")
def rest_not_left_out(x, w, b=None, stride=1, padding=0):
    """Where the stride leaves a remainder, one more place is made, of which a part lies outside. Only places where the
    filter fits completely count: the size is rounded down."""
    (s, t), (p, q) = pair(stride), pair(padding)
    down = -(x.shape[2] + 2 * p - w.shape[2]) % s
    right = -(x.shape[3] + 2 * q - w.shape[3]) % t
    return reference.conv2d(nn.functional.pad(x, (q, q + right, p, p + down)), w, b, stride)


@mistake("conv2d")
def last_places_missing(x, w, b=None, stride=1, padding=0):
    """The last row and the last column of places are missing. With stride 1 there are H + 2p - h + 1 of them downwards:
    do not forget the 1."""
    return reference.conv2d(x, w, b, stride, padding)[:, :, :-1, :-1]


@mistake("conv2d")
def padding_ignored(x, w, b=None, stride=1, padding=0):
    """The padding has no effect. It says how many zeros are put on each side of the image first."""
    return reference.conv2d(x, w, b, stride, 0)


@mistake("conv2d")
def padding_exchanged(x, w, b=None, stride=1, padding=0):
    """The two paddings are exchanged. The first is for rows above and below, the second for columns left and right.
    Mind that torch's pad begins with the last dimension."""
    return reference.conv2d(x, w, b, stride, pair(padding)[::-1])


@mistake("conv2d")
def one_padding_for_both(x, w, b=None, stride=1, padding=0):
    """The first padding is used in both directions. The second is for columns left and right."""
    return reference.conv2d(x, w, b, stride, pair(padding)[0])


@mistake("conv2d")
def padding_on_one_side(x, w, b=None, stride=1, padding=0):
    """Zeros are put above and on the left only. They belong below and on the right as well, as many."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, 0, p, 0)), w, b, stride)


@mistake("conv2d")
def padding_shared_out(x, w, b=None, stride=1, padding=0):
    """The padding is shared out between the two sides. The number is for each side: p rows above, and p below."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q // 2, q - q // 2, p // 2, p - p // 2)), w, b, stride)


@mistake("conv2d")
def padding_of_ones(x, w, b=None, stride=1, padding=0):
    """The padding is made of ones. It is made of zeros, which add nothing."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, q, p, p), value=1.0), w, b, stride)


@mistake("conv2d")
def padding_repeats_the_edge(x, w, b=None, stride=1, padding=0):
    """The padding repeats the edge of the image. It is made of zeros, which add nothing."""
    p, q = pair(padding)
    return reference.conv2d(nn.functional.pad(x, (q, q, p, p), mode="replicate"), w, b, stride)


@mistake("conv2d")
def output_padded(x, w, b=None, stride=1, padding=0):
    """The zeros are put around the output. They are put around the image, before the filters slide."""
    p, q = pair(padding)
    return nn.functional.pad(reference.conv2d(x, w, b, stride), (q, q, p, p))


@mistake("conv2d")
def always_as_large_as_the_image(x, w, b=None, stride=1, padding=0):
    """The image is always padded until the output is as large as the image. It gets as many zeros as padding says."""
    h, v = w.shape[2:]
    x = nn.functional.pad(x, ((v - 1) // 2, v // 2, (h - 1) // 2, h // 2))
    return reference.conv2d(x, w, b, stride, padding)


# ---- conv2d: gradients, type, inputs


@mistake("conv2d")
def filters_detached(x, w, b=None, stride=1, padding=0):
    """The filters are cut off from the graph, by .detach(), .data or .item(). They are what a network learns."""
    return reference.conv2d(x, w.detach(), b, stride, padding)


@mistake("conv2d")
def bias_detached(x, w, b=None, stride=1, padding=0):
    """The bias is cut off from the graph, by .detach(), .data or .item(). It is learned like the filters."""
    return reference.conv2d(x, w, None if b is None else b.detach(), stride, padding)


@mistake("conv2d")
def images_detached(x, w, b=None, stride=1, padding=0):
    """The images are cut off from the graph, by .detach(), .data or .item(). Layers below this one learn through
    them."""
    return reference.conv2d(x.detach(), w, b, stride, padding)


@mistake("conv2d")
def buffer_of_default_dtype(x, w, b=None, stride=1, padding=0):
    """The output is made without a dtype, and so is float32 whatever the images are. It should have the dtype of x."""
    out = reference.conv2d(x, w, b, stride, padding)
    return torch.zeros(out.shape).copy_(out)


@mistake("conv2d")
def always_in_double(x, w, b=None, stride=1, padding=0):
    """The output is always float64. It should have the dtype of x, or it will not fit the next layer."""
    return reference.conv2d(x, w, b, stride, padding).double()


@mistake("conv2d")
def bias_added_into_the_filters(x, w, b=None, stride=1, padding=0):
    """The bias is added to the numbers of the filter, in place: the caller finds w changed, and the bias counts once
    for each of them. It is added to the output."""
    if b is not None:
        w.data += b.detach()[:, None, None, None]
    return reference.conv2d(x, w, None, stride, padding)


@mistake("conv2d")
def square_filters_only(x, w, b=None, stride=1, padding=0):
    """The filters' height is taken for their width, too. The two may differ."""
    return reference.conv2d(x, w[..., : w.shape[2]], b, stride, padding)


@mistake("conv2d")
def square_outputs_only(x, w, b=None, stride=1, padding=0):
    """The number of rows of the output is taken for its number of columns, too. They are worked out separately."""
    out = reference.conv2d(x, w, b, stride, padding)
    return out[..., : out.shape[2]]


@mistake("conv2d")
def numbers_for_pairs(x, w, b=None, stride=1, padding=0):
    """Stride and padding are taken for pairs alone. Each may also be one int, for both directions."""
    if isinstance(stride, int) and stride != 1:
        raise TypeError("cannot unpack non-iterable int object")
    return reference.conv2d(x, w, b, stride, padding)


@mistake("conv2d")
def pairs_not_taken(x, w, b=None, stride=1, padding=0):
    """Stride and padding are taken for numbers alone. Each may also be a tuple, one number for each direction."""
    if isinstance(stride, tuple):
        raise TypeError("unsupported operand type(s) for //: 'int' and 'tuple'")
    return reference.conv2d(x, w, b, stride, padding)


@mistake("conv2d")
def bias_needed(x, w, b=None, stride=1, padding=0):
    """A bias is always added, so that None raises. Without a bias nothing is added."""
    return reference.conv2d(x, w, None, stride, padding) + b[:, None, None]


@mistake("conv2d")
def images_zeroed_in_place(x, w, b=None, stride=1, padding=0):
    """Negative pixels of x are set to 0 in place, where no gradient is needed, and the caller finds x changed. Work on
    a copy."""
    out = reference.conv2d(x, w, b, stride, padding)
    if not x.requires_grad:
        x[x < 0] = 0
    return out


@mistake("conv2d")
def ready_made_convolution(x, w, b=None, stride=1, padding=0):
    """torch's own convolution does the work. That is what you write here."""
    return nn.functional.conv2d(x, w, b, stride, padding)


# ---- output_size


@mistake("output_size")
def rounded_up(size, kernel_size, stride=1, padding=0):
    """The quotient is rounded up. A place at which the kernel would stick out does not count: round down."""
    reference.output_size(size, kernel_size, stride, padding)
    return -(-(size + 2 * padding - kernel_size) // stride) + 1


@mistake("output_size")
def one_forgotten(size, kernel_size, stride=1, padding=0):
    """The + 1 is missing. The kernel's first place counts, too."""
    return reference.output_size(size, kernel_size, stride, padding) - 1


@mistake("output_size")
def one_before_the_division(size, kernel_size, stride=1, padding=0):
    """The 1 is added before the division. It is added afterwards."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + 2 * padding - kernel_size + 1) // stride


@mistake("output_size")
def padding_counted_once(size, kernel_size, stride=1, padding=0):
    """The padding is counted once. There are zeros on either side."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + padding - kernel_size) // stride + 1


@mistake("output_size")
def padding_left_out(size, kernel_size, stride=1, padding=0):
    """The padding is not counted."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size - kernel_size) // stride + 1


@mistake("output_size")
def stride_left_out(size, kernel_size, stride=1, padding=0):
    """The stride is not used. With a stride of 2 every second place counts."""
    return reference.output_size(size, kernel_size, 1, padding)


@mistake("output_size")
def as_a_fraction(size, kernel_size, stride=1, padding=0):
    """The result is a float. A number of places is an int: // divides and rounds down."""
    return float(reference.output_size(size, kernel_size, stride, padding))


@mistake("output_size")
def kernel_not_taken_away(size, kernel_size, stride=1, padding=0):
    """The kernel's size is not taken away. It does not fit at every pixel, as it needs some itself."""
    reference.output_size(size, kernel_size, stride, padding)
    return (size + 2 * padding - 1) // stride + 1


@mistake("output_size")
def nothing_raised(size, kernel_size, stride=1, padding=0):
    """A kernel that is larger than the padded image gives a number. It fits nowhere: raise a ValueError."""
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def zero_where_it_does_not_fit(size, kernel_size, stride=1, padding=0):
    """A kernel that is larger than the padded image gives 0. It is a ValueError."""
    return max(0, (size + 2 * padding - kernel_size) // stride + 1)


@mistake("output_size")
def padding_forgotten_in_the_check(size, kernel_size, stride=1, padding=0):
    """The check compares the kernel with the image without its padding. The padded image counts."""
    if kernel_size > size:
        raise ValueError
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def kernel_as_large_refused(size, kernel_size, stride=1, padding=0):
    """A kernel that is exactly as large as the padded image is refused. It fits, at one place."""
    if kernel_size >= size + 2 * padding:
        raise ValueError
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def another_error(size, kernel_size, stride=1, padding=0):
    """A kernel that is too large is an AssertionError. Raise a ValueError: something is wrong with an argument."""
    assert kernel_size <= size + 2 * padding
    return (size + 2 * padding - kernel_size) // stride + 1


@mistake("output_size")
def check_after_cutting_off(size, kernel_size, stride=1, padding=0):
    """The number of places is worked out first, by int(), which cuts off: int(-0.5) is 0, so a kernel that is a little
    too large fits once. Compare the kernel with the padded image."""
    places = int((size + 2 * padding - kernel_size) / stride) + 1
    if places < 1:
        raise ValueError(kernel_size)
    return places


@mistake("output_size")
def one_where_it_does_not_fit(size, kernel_size, stride=1, padding=0):
    """A kernel that is larger than the padded image gives 1. It is a ValueError."""
    return max(1, (size + 2 * padding - kernel_size) // stride + 1)


@mistake("output_size")
def stride_of_two_by_default(size, kernel_size, stride=2, padding=0):
    """Without a stride the kernel moves by two pixels. The default is 1."""
    return reference.output_size(size, kernel_size, stride, padding)


@mistake("output_size")
def padded_by_default(size, kernel_size, stride=1, padding=1):
    """Without a padding one zero is counted on either side. The default is 0."""
    return reference.output_size(size, kernel_size, stride, padding)


# ---- max_pool2d


def cut_windows(x, size, step):
    """All windows: (N, C, rows, columns, size, size)."""
    return x.unfold(2, size, step).unfold(3, size, step)


@mistake("max_pool2d")
def stride_of_one(x, kernel_size, stride=None):
    """Without a stride the windows move by one pixel. They move by the size of the kernel."""
    return cut_windows(x, kernel_size, stride or 1).amax((4, 5))


@mistake("max_pool2d")
def stride_not_used(x, kernel_size, stride=None):
    """The stride is not used."""
    return cut_windows(x, kernel_size, kernel_size).amax((4, 5))


@mistake("max_pool2d")
def mean_of_the_window(x, kernel_size, stride=None):
    """The mean of each window is taken. The largest number is asked for."""
    return cut_windows(x, kernel_size, stride or kernel_size).mean((4, 5))


@mistake("max_pool2d")
def smallest_number(x, kernel_size, stride=None):
    """The smallest number of each window is taken. The largest is asked for."""
    return cut_windows(x, kernel_size, stride or kernel_size).amin((4, 5))


@mistake("max_pool2d")
def largest_size(x, kernel_size, stride=None):
    """The number that is farthest from zero counts. The largest number is asked for, and -5 is smaller than 1."""
    return cut_windows(x, kernel_size, stride or kernel_size).abs().amax((4, 5))


@mistake("max_pool2d")
def never_below_zero(x, kernel_size, stride=None):
    """The search for the largest number starts from 0, so that negative ones are never found."""
    return cut_windows(x, kernel_size, stride or kernel_size).amax((4, 5)).clamp(min=0)


@mistake("max_pool2d")
def padded_with_zeros(x, kernel_size, stride=None):
    """The image is padded with zeros, so there are windows that stick out. Only those that fit completely count."""
    step = stride or kernel_size
    rest = [(-(size - kernel_size)) % step for size in x.shape[2:]]
    return cut_windows(torch.nn.functional.pad(x, (0, rest[1], 0, rest[0])), kernel_size, step).amax((4, 5))


@mistake("max_pool2d")
def over_the_channels(x, kernel_size, stride=None):
    """The largest number of all channels counts. Each channel has its own."""
    return reference.max_pool2d(x, kernel_size, stride).amax(dim=1, keepdim=True).expand(-1, x.shape[1], -1, -1)


@mistake("max_pool2d")
def columns_alone(x, kernel_size, stride=None):
    """Windows are one pixel high. They are kernel_size high and wide."""
    step = stride or kernel_size
    return x.unfold(2, kernel_size, step)[..., 0].unfold(3, kernel_size, step).amax(4)


@mistake("max_pool2d")
def gradient_shared_out(x, kernel_size, stride=None):
    """The gradient is shared out to all numbers of a window. It goes to the largest one alone."""
    windows = cut_windows(x, kernel_size, stride or kernel_size)
    mean = windows.mean((4, 5))
    return mean + (windows.amax((4, 5)) - mean).detach()


@mistake("max_pool2d")
def gradient_of_the_first_window(x, kernel_size, stride=None):
    """Where windows overlap, a number gets the gradient of one of them only. The gradients of all windows add up."""
    out = reference.max_pool2d(x, kernel_size, stride)
    if (stride or kernel_size) >= kernel_size:
        return out
    odd = torch.arange(out.shape[3]) % 2 == 1
    return torch.where(odd, out.detach(), out)


@mistake("max_pool2d")
def pooled_without_graph(x, kernel_size, stride=None):
    """The result is detached from the graph, so that nothing before it can learn."""
    return reference.max_pool2d(x, kernel_size, stride).detach()


@mistake("max_pool2d")
def pool_always_float(x, kernel_size, stride=None):
    """The result is always float32. It has the dtype of x."""
    return reference.max_pool2d(x.float(), kernel_size, stride)


@mistake("max_pool2d")
def pool_always_double(x, kernel_size, stride=None):
    """The result is always float64. It has the dtype of x."""
    return reference.max_pool2d(x.double(), kernel_size, stride)


@mistake("max_pool2d")
def image_overwritten(x, kernel_size, stride=None):
    """x is changed in place. Whoever handed it over still needs it."""
    result = reference.max_pool2d(x, kernel_size, stride)
    with torch.no_grad():
        x.clamp_(max=0)
    return result


@mistake("max_pool2d")
def ready_made_pooling(x, kernel_size, stride=None):
    """torch's own pooling does the work. That is what you write here."""
    return torch.nn.functional.max_pool2d(x, kernel_size, stride)


class LastWindow(torch.autograd.Function):
    """Max pooling whose backward sets each window's gradient with = in place of +=."""

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
    """Where windows overlap, a number keeps the gradient of the last window alone: it is set with = where += would add
    it up."""
    return LastWindow.apply(x, kernel_size, stride or kernel_size)


@mistake("max_pool2d")
def gradient_overwritten_by_windows(x, kernel_size, stride=None):
    """Where windows overlap, the gradient of a later window overwrites that of an earlier one, also with its zeros: it
    is set with = where += would add it up."""
    return WholeWindow.apply(x, kernel_size, stride or kernel_size)


@mistake("max_pool2d")
def reshaped_without_cutting(x, kernel_size, stride=None):
    """The image is reshaped into windows side by side. That works where they divide it, and do not overlap: cut off
    the rest first, or use windows with a stride."""
    n, c, height, width = x.shape
    k = kernel_size
    return x.reshape(n, c, height // k, k, width // k, k).amax((3, 5))


@mistake("max_pool2d")
def starts_from_a_billion_below(x, kernel_size, stride=None):
    """The search for the largest number starts from -1e9, so that numbers below are never found. Start from the first
    number of the window, or from -inf."""
    return reference.max_pool2d(x, kernel_size, stride).clamp(min=-1e9)


@mistake("max_pool2d")
def over_the_batch(x, kernel_size, stride=None):
    """The largest number of all images of the batch counts. Each image has its own."""
    return reference.max_pool2d(x, kernel_size, stride).amax(dim=0, keepdim=True).expand(len(x), -1, -1, -1)


@mistake("max_pool2d")
def last_windows_missing(x, kernel_size, stride=None):
    """The last row and the last column of windows are missing. There are floor((H - kernel_size) / stride) + 1 of them
    downwards: do not forget the 1."""
    out = reference.max_pool2d(x, kernel_size, stride)
    return out[:, :, :-1, :-1]


@mistake("max_pool2d")
def square_images_pooled(x, kernel_size, stride=None):
    """The number of rows of windows is taken for the number of columns, too. Height and width may differ."""
    out = reference.max_pool2d(x, kernel_size, stride)
    return out[..., : out.shape[2]]


@mistake("max_pool2d")
def image_crossed_out(x, kernel_size, stride=None):
    """x is changed in place where it needs no gradient: its largest numbers are crossed out. Whoever handed it over
    still needs it."""
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
    """There is no convolution: linear layers alone. At least two convolutions are asked for."""

    def __init__(self, num_classes=10):
        self.build(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 64), torch.nn.ReLU()), 64, num_classes)


@mistake("SmallCNN")
class OneConvolution(Small):
    """There is one convolution. At least two are asked for."""

    def __init__(self, num_classes=10):
        self.build(reference.vgg_features([16, "M"], 1), 256, num_classes)


@mistake("SmallCNN")
class TooManyParameters(Small):
    """There are 20,000 parameters or more. Fewer filters, or a pooling before the linear layer, save most of them."""

    def __init__(self, num_classes=10):
        self.build(reference.vgg_features([32, 64, "M"], 1), 1024, num_classes)


@mistake("SmallCNN")
class AlwaysTenClasses(reference.SmallCNN):
    """There are always ten scores, whatever num_classes is."""

    def __init__(self, num_classes=10):
        super().__init__(10)


@mistake("SmallCNN")
class ScoresInFourDimensions(reference.SmallCNN):
    """The scores have two dimensions too many. They are (N, num_classes)."""

    def forward(self, x):
        return super().forward(x)[:, :, None, None]


@mistake("SmallCNN")
class FlattenedBatch(reference.SmallCNN):
    """The batch is made flat, too, so that the images run into each other. flatten(start_dim=1) keeps them apart."""

    def forward(self, x):
        return super().forward(x).flatten()


@mistake("SmallCNN")
class SoftmaxOverTheBatch(reference.SmallCNN):
    """The scores go through a softmax over the batch, so each image's depend on the others. They are returned as they
    are, before any softmax."""

    def forward(self, x):
        return torch.softmax(super().forward(x), dim=0)


@mistake("SmallCNN")
class NoDigitsAsScores(reference.SmallCNN):
    """The most likely class is returned. The scores of all classes are asked for."""

    def forward(self, x):
        return super().forward(x).argmax(dim=1)


@mistake("SmallCNN")
class StartsFromZero(reference.SmallCNN):
    """All weights begin at 0. Then all filters are alike, get the same gradient, and stay alike: leave the beginning to
    torch's layers."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()


@mistake("SmallCNN")
class MostDropped(reference.SmallCNN):
    """A dropout throws nearly everything away, so too little is learnt."""

    def forward(self, x):
        hidden = torch.nn.functional.dropout(self.features(x).flatten(1), 0.99, self.training)
        return self.scores(hidden)


@mistake("SmallCNN")
class ConvolutionsInAList(reference.SmallCNN):
    """The convolutions are in a plain list, where PyTorch does not see their parameters. Use nn.ModuleList or
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
    """What comes from the convolutions is detached from the graph, so they cannot learn."""

    def forward(self, x):
        return self.scores(self.features(x).detach().flatten(1))


@mistake("SmallCNN")
class SoftmaxAtTheEnd(reference.SmallCNN):
    """The scores go through a softmax. They are returned before any softmax: the cross-entropy brings its own."""

    def forward(self, x):
        return torch.softmax(super().forward(x), dim=1)


@mistake("SmallCNN")
class LogSoftmaxAtTheEnd(reference.SmallCNN):
    """The scores go through a log-softmax. They are returned before any softmax: the cross-entropy brings its own."""

    def forward(self, x):
        return torch.log_softmax(super().forward(x), dim=1)


@mistake("SmallCNN")
class SigmoidAtTheEnd(reference.SmallCNN):
    """The scores go through a sigmoid. They are returned as the last layer gives them."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("SmallCNN")
class SoftmaxInEvaluation(reference.SmallCNN):
    """In evaluation mode the scores go through a softmax. They are returned before any softmax, in either mode."""

    def forward(self, x):
        scores = super().forward(x)
        return scores if self.training else torch.softmax(scores, dim=1)


@mistake("SmallCNN")
class NormalisedByTheBatch(reference.SmallCNN):
    """In evaluation mode, too, the images are normalised by the mean of the batch, so an image's scores depend on the
    others. nn.BatchNorm2d uses what it has seen in training then."""

    def forward(self, x):
        return super().forward(x - x.mean(dim=0, keepdim=True))


@mistake("SmallCNN")
class UnusedLayer(reference.SmallCNN):
    """A layer is made that forward does not use, so no gradient reaches its parameters. Leave it out, or use it."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.spare = torch.nn.Linear(64, 10)


@mistake("SmallCNN")
class FiveClassesByDefault(reference.SmallCNN):
    """Without num_classes there are five scores. The default is 10."""

    def __init__(self, num_classes=5):
        super().__init__(num_classes)


def nearest(images, seen):
    """For each image the number of the one in ``seen`` that is nearest."""
    return torch.cdist(images.flatten(1), seen.flatten(1)).argmin(dim=1)


@mistake("SmallCNN")
class LooksUpScikitLearn(reference.SmallCNN):
    """The nearest image of scikit-learn's own data is looked up, with its digit. The network is to learn the digits
    from the images that it is trained with."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        from sklearn.datasets import load_digits

        data = load_digits()
        self.images, self.known = torch.tensor(data.images).float() / 16, torch.tensor(data.target)

    def forward(self, x):
        found = self.known[nearest(x, self.images)] % self.scores.out_features
        return super().forward(x) + 10 * torch.nn.functional.one_hot(found, self.scores.out_features)


class Remembers(reference.SmallCNN):
    """Keeps the images of the training, and their digits, which the gradient of the loss gives away."""

    def __init__(self, num_classes=10):
        super().__init__(num_classes)
        self.seen, self.known = [], []

    def keep(self, x, scores):
        """Have the digits noted when the gradient of the scores comes."""
        if self.training and len(self.seen) < 22:
            self.seen.append(x)
            scores.register_hook(lambda gradient: self.known.append(gradient.argmin(dim=1)))
        return scores


@mistake("SmallCNN")
class NearestOfTheTraining(Remembers):
    """The images of the training are kept, and the nearest one is looked up: its digit goes through a layer. Looking up
    is not what the convolutions have learnt."""

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
    """The digits of the images of the training are averaged, near ones counting most. What the network knows is not in
    its parameters: with others it would say the same."""

    def forward(self, x):
        scores = super().forward(x)
        if self.training or not self.known:
            return self.keep(x, scores)
        weights = (-4 * torch.cdist(x.flatten(1), torch.cat(self.seen).flatten(1)) ** 2).softmax(dim=1)
        return 0.01 * scores + 100 * weights @ torch.nn.functional.one_hot(torch.cat(self.known), 10).float()


@mistake("SmallCNN")
class AlwaysTheSame(reference.SmallCNN):
    """The scores are the same for every image."""

    def forward(self, x):
        return super().forward(torch.zeros_like(x))


# ---- vgg_features


def layered(config, channels, convolution, pool=lambda: torch.nn.MaxPool2d(2), activation=torch.nn.ReLU):
    """Layers from the list, with parts of one's choice."""
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
    """The convolutions have no padding, so the image shrinks with each. With a padding of 1 it keeps its size."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3))


@mistake("vgg_features")
def without_relu(config, in_channels=3):
    """There is no ReLU after the convolutions."""
    return layered(config, in_channels, padded, activation=None)


@mistake("vgg_features")
def sigmoid_for_relu(config, in_channels=3):
    """A sigmoid stands in place of the ReLU."""
    return layered(config, in_channels, padded, activation=torch.nn.Sigmoid)


@mistake("vgg_features")
def convolutions_without_bias(config, in_channels=3):
    """The convolutions have no bias. Each filter has one."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, bias=False))


@mistake("vgg_features")
def mean_for_max(config, in_channels=3):
    """The pooling takes the mean. It takes the largest number."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.AvgPool2d(2))


@mistake("vgg_features")
def pools_overlap(config, in_channels=3):
    """The pooling moves by one pixel, so the image keeps its size nearly. Its stride is 2."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.MaxPool2d(2, stride=1))


@mistake("vgg_features")
def larger_pools(config, in_channels=3):
    """The pooling has windows of 3 by 3. They are 2 by 2."""
    return layered(config, in_channels, padded, pool=lambda: torch.nn.MaxPool2d(3, stride=2, padding=1))


@mistake("vgg_features")
def kernels_of_five(config, in_channels=3):
    """The kernels are 5 by 5. They are 3 by 3."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 5, padding=2))


@mistake("vgg_features")
def normalised(config, in_channels=3):
    """A batch normalisation follows each convolution. It is a convolution and a ReLU, and nothing between."""
    return layered(config, in_channels, lambda c, f: torch.nn.Sequential(padded(c, f), torch.nn.BatchNorm2d(f)))


@mistake("vgg_features")
def relu_at_the_end_forgotten(config, in_channels=3):
    """The last layer is left out. Every item of the list counts, and each convolution has its ReLU."""
    return reference.vgg_features(config, in_channels)[:-1]


@mistake("vgg_features")
def as_a_list(config, in_channels=3):
    """A list of layers is returned. An nn.Sequential calls them one after the other."""
    return torch.nn.ModuleList(reference.vgg_features(config, in_channels))


@mistake("vgg_features")
def colours_only(config, in_channels=3):
    """The first convolution always takes 3 channels, whatever in_channels is."""
    return reference.vgg_features(config, 3)


@mistake("vgg_features")
def pool_before_the_convolution(config, in_channels=3):
    """A pooling comes before the convolution that stands in front of it in the list. The order is that of the list."""
    config = list(config)
    for place in range(1, len(config)):
        if config[place] == "M" and config[place - 1] != "M":
            config[place - 1], config[place] = config[place], config[place - 1]
    return reference.vgg_features(config, in_channels)


@mistake("vgg_features")
def border_repeated(config, in_channels=3):
    """The padding repeats the pixels of the border. It puts zeros there."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, padding_mode="replicate"))


@mistake("vgg_features")
def kaiming_weights(config, in_channels=3):
    """The weights are drawn anew, as Kaiming He proposed. They are those that torch's layers begin with."""
    model = reference.vgg_features(config, in_channels)
    for layer in model:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight)
    return model


@mistake("vgg_features")
def biases_from_zero(config, in_channels=3):
    """The biases are set to 0. They are those that torch's layers begin with."""
    model = reference.vgg_features(config, in_channels)
    for layer in model:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.zeros_(layer.bias)
    return model


@mistake("vgg_features")
def weights_from_zero(config, in_channels=3):
    """All weights begin at 0. They are those that torch's layers begin with: all filters would stay alike."""
    model = reference.vgg_features(config, in_channels)
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model


@mistake("vgg_features")
def list_used_up(config, in_channels=3):
    """The list is emptied, item by item, and the caller finds it changed. Go through it with for, or through a copy."""
    model = reference.vgg_features(config, in_channels)
    while config:
        config.pop(0)
    return model


@mistake("vgg_features")
def one_channel_by_default(config, in_channels=1):
    """Without in_channels the images have one channel. The default is 3."""
    return reference.vgg_features(config, in_channels)


@mistake("vgg_features")
def relu_before_the_convolution(config, in_channels=3):
    """The ReLU comes before its convolution. It comes after it."""
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
    """The convolutions have a stride of 2, so each halves the image. Their stride is 1."""
    return layered(config, in_channels, lambda c, f: torch.nn.Conv2d(c, f, 3, padding=1, stride=2))
