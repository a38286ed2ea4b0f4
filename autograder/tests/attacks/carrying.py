"""Handed in beside a submission that carries hidden inputs out: what it has seen as bits, and ways to tell them."""

import string

import torch

LETTERS = string.ascii_lowercase + "ABCDEF"  # 5 bits each


def seen(x):
    """The input's bytes as a text of zeros and ones; also printed, so that the test knows what there was to carry."""
    bits = "".join(f"{byte:08b}" for byte in x.detach().contiguous().view(-1).view(torch.uint8).tolist())
    print(f"seen {bits}")
    return bits


def letters(bits, most):
    """Bits as words of 30 letters, which no filter takes for a key."""
    text = "".join(LETTERS[int(bits[at : at + 5], 2)] for at in range(0, 5 * most, 5))
    return " ".join(text[at : at + 30] for at in range(0, most, 30))


def as_words(x):
    """In an exception's message."""
    raise ValueError(letters(seen(x), 200))


def as_types(x):
    """In the name of an exception's type, and in its message."""
    bits = seen(x)
    raise type(letters(bits, 30), (Exception,), {})(letters(bits[150:], 60))


def as_opaque(x):
    """In the name of a result's type."""
    return type(letters(seen(x), 75).replace(" ", "."), (), {"__module__": "builtins"})()


def as_shapes(x):
    """In the sizes of an empty tensor: 39 bits, which is what its strides may come to."""
    bits = seen(x)
    return torch.empty([1 + int(bits[:20], 2), 1 + int(bits[20:39], 2), 0], dtype=x.dtype)


def as_lengths(x):
    """In the length of a list."""
    return [0.0] * int(seen(x)[:15], 2)


def as_elements(x):
    """In which elements are wrong."""
    wrong = torch.tensor([bit == "1" for bit in seen(x)[: x.numel()]]).reshape(x.shape)
    return torch.where(wrong, 2 * x + 1, 2 * x)


def as_gradient_errors(x):
    """In the complaint of autograd."""
    bits = seen(x)

    class Complain(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, gradient):
            raise RuntimeError(letters(bits, 200))

    return Complain.apply(x)


def as_kinds(x):
    """In what kind of failure it is."""
    match int(seen(x)[:3], 2):
        case 0:
            return 2 * x
        case 1:
            raise ValueError
        case 2:
            return None
        case 3:
            return torch.zeros(1, dtype=x.dtype)
        case 4:
            return x.float()
        case 5:
            return x / 0
        case 6:
            return x
        case 7:
            raise NotImplementedError
