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
