"""Public checks for hw7: a first look at your work. Grading also tests other sizes and sequences."""

import rnn
import torch
from torch import nn

from gradkit.conditions.depth import depth


def same_as_torch(ours, theirs, shapes, advice):
    """Values, dtypes and gradients are those of PyTorch's own function, and no argument is modified."""
    torch.manual_seed(0)
    for dtype in (torch.float32, torch.float64):
        given = [torch.randn(shape, dtype=dtype).requires_grad_() for shape in shapes]
        before = [tensor.detach().clone() for tensor in given]
        found, expected = ours(*given), theirs(*given)
        if not isinstance(expected, tuple):
            found, expected = (found,), (expected,)
        assert isinstance(found, tuple), f"return a tuple of {len(expected)} tensors; yours is a {type(found)}"
        assert len(found) == len(expected), f"return {len(expected)} tensors; you return {len(found)}"
        for one, other in zip(found, expected, strict=True):
            assert one.shape == other.shape, f"the shape should be {tuple(other.shape)}; yours is {tuple(one.shape)}"
            assert one.dtype == dtype, f"the dtype should be {dtype}, like the input; yours is {one.dtype}"
            assert torch.allclose(one, other, atol=1e-5), f"{advice}; yours is off by {(one - other).abs().max()}"
        weights = [torch.randn_like(other) for other in expected]
        gradients = [torch.autograd.grad(results, given, weights, allow_unused=True) for results in (found, expected)]
        for number, (one, other) in enumerate(zip(*gradients, strict=True)):
            assert one is not None, f"no gradient reaches argument {number + 1}: do not use .detach() or .item()"
            assert torch.allclose(one, other, atol=1e-4), f"the gradient of argument {number + 1} is wrong"
        for number, (one, other) in enumerate(zip(given, before, strict=True)):
            assert torch.equal(one, other), f"argument {number + 1} was modified; create a new tensor"


def weights(rows, columns, hidden):
    """The shapes of two weights and two biases."""
    return [(rows, columns), (rows, hidden), (rows,), (rows,)]


def by_module(module, *arguments):
    """The output of a PyTorch layer for these arguments, the last four of which are its weights and biases."""
    names = [name for name, _ in module.named_parameters()]
    parameters = dict(zip(names, arguments[-4:], strict=True))
    return torch.func.functional_call(module, parameters, arguments[:-4])


def test_rnn_cell_equals_torch():
    """One step equals torch.nn.RNNCell with the same weights, with gradients, in float32 and float64."""
    shapes = [(5, 3), (5, 4), *weights(4, 3, 4)]
    advice = "tanh(x w_ih^T + b_ih + h w_hh^T + b_hh), as in nn.RNNCell"
    same_as_torch(rnn.rnn_cell, lambda *given: by_module(nn.RNNCell(3, 4), *given), shapes, advice)


def test_rnn_forward_equals_torch():
    """All steps equal torch.nn.RNN with the same weights, also a single step of a single row."""

    def by_torch(xs, h0, *given):
        outputs, last = by_module(nn.RNN(3, 4), xs, h0.unsqueeze(0), *given)
        return outputs, last[0]

    for t, n in ((6, 5), (1, 1)):
        shapes = [(t, n, 3), (n, 4), *weights(4, 3, 4)]
        same_as_torch(rnn.rnn_forward, by_torch, shapes, "each step starts from the previous state")


def test_lstm_cell_equals_torch():
    """One step equals torch.nn.LSTMCell with the same weights, with gradients, in float32 and float64."""

    def by_torch(x, h, c, *given):
        return by_module(nn.LSTMCell(3, 4), x, (h, c), *given)

    shapes = [(5, 3), (5, 4), (5, 4), *weights(16, 3, 4)]
    advice = "c' = sigmoid(f) c + sigmoid(i) tanh(g), then h' = sigmoid(o) tanh(c'), gates i, f, g, o; return (h', c')"
    same_as_torch(rnn.lstm_cell, by_torch, shapes, advice)


def new(kind, *sizes, seed=0):
    """A new model in evaluation mode."""
    torch.manual_seed(seed)
    return kind(*sizes).eval()


def has_shape(logits, *shape):
    """The logits have this shape."""
    assert tuple(logits.shape) == shape, f"the logits should have shape {shape}; yours have {tuple(logits.shape)}"


def every_parameter_learns(model, logits):
    """Each parameter gets a gradient."""
    logits.sum().backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not without, f"no gradient reaches {', '.join(without)}: forward must use every layer"


def unchanged(**pairs):
    """Each argument is equal to its copy."""
    for name, (argument, copy) in pairs.items():
        assert torch.equal(argument, copy), f"{name} was modified; create a new tensor"


def carried(model, short, long, steps):
    """The computation of the second logits is deeper than that of the first, by at least this number of steps."""
    deeper = depth(model(*long)) - depth(model(*short))
    assert deeper >= steps, (
        f"{steps} more tokens must take {steps} more sequential steps; yours take {deeper}: each state must be "
        "computed from the previous one, by a layer such as nn.GRU or your own cell"
    )


def raw(kind, sizes, *batches):
    """The logits are raw scores, in training mode and in evaluation mode."""
    for mode in (True, False):
        models = [new(kind, *sizes, seed=seed).train(mode) for seed in range(4)]
        tables = [model(*batch).detach() for model in models for batch in batches]
        for dim in range(tables[0].dim()):
            sums = torch.cat([table.sum(dim).flatten() for table in tables])
            logs = torch.cat([table.logsumexp(dim).flatten() for table in tables])
            assert (sums - 1).abs().max() > 1e-3, "the logits sum to 1: return them before the softmax"
            assert logs.abs().max() > 1e-3, "the logits are log-probabilities: remove the log-softmax"
        assert min(table.min() for table in tables) < 0, "no logit is ever negative: remove the sigmoid or ReLU"


def differ(first, second, message):
    """Two tensors of logits differ in every row."""
    assert ((first - second).abs().flatten(1).amax(1) > 1e-7).all(), message


def agree(first, second, message):
    """Two tensors of logits are equal up to rounding."""
    assert torch.allclose(first, second, atol=1e-5), f"{message}; they differ by {(first - second).abs().max()}"


TOKENS = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8], [2, 8, 5]])  # four tokens of three rows
LENGTHS = torch.tensor([3, 2, 4])


def changed(tokens, position):
    """Another token in each row at one position."""
    other = tokens.clone()
    other[position] = (other[position] + 1) % 9
    return other


def test_ManyToOne_sizes():
    """The logits are (N, num_classes), also for odd sizes, and every parameter gets a gradient."""
    for sizes in ((9, 4, 6, 2), (9, 3, 5, 4), (9, 1, 1, 3)):
        model, tokens, lengths = new(rnn.ManyToOne, *sizes), TOKENS.clone(), LENGTHS.clone()
        logits = model(tokens, lengths)
        has_shape(logits, 3, sizes[3])
        every_parameter_learns(model, logits)
        unchanged(tokens=(tokens, TOKENS), lengths=(lengths, LENGTHS))


def test_ManyToOne_ignores_padding():
    """Tokens after a row's length do not change its logits; nor does passing the row alone or again."""
    model = new(rnn.ManyToOne, 9, 4, 5, 2)
    first = model(TOKENS, LENGTHS)
    padding = torch.arange(4).unsqueeze(1) >= LENGTHS
    other = torch.where(padding, (TOKENS + 4) % 9, TOKENS)
    agree(model(other, LENGTHS), first, "tokens after a row's length must not change its logits")
    agree(model(torch.cat([TOKENS, other]), LENGTHS), first, "more padding must not change the logits")
    agree(model(TOKENS, LENGTHS), first, "the same batch must get the same logits again")
    for n, length in enumerate(LENGTHS):
        alone = model(TOKENS[:length, n : n + 1], LENGTHS[n : n + 1])
        agree(alone[0], first[n], "a row must get the same logits alone, without padding, as in a batch")


def test_ManyToOne_reads_every_token():
    """The logits of a row depend on each of its tokens, and on their order."""
    model = new(rnn.ManyToOne, 9, 4, 5, 2)
    first = model(TOKENS, LENGTHS)
    for position in range(4):
        counts = position < LENGTHS
        message = f"the logits must depend on the token at position {position} in rows that are long enough"
        differ(model(changed(TOKENS, position), LENGTHS)[counts], first[counts], message)
    differ(model(TOKENS[[1, 0, 2, 3]], LENGTHS), first, "the logits must depend on the order of the tokens")


def test_ManyToOne_carries_a_state():
    """A longer sequence takes more sequential steps, whatever its length."""
    batches = [(torch.arange(2 * t).view(t, 2) % 9, torch.tensor([t, t - 1])) for t in (4, 31)]
    carried(new(rnn.ManyToOne, 9, 4, 5, 2), *batches, 27)


def test_ManyToOne_gives_raw_scores():
    """There is no softmax, log-softmax, sigmoid or ReLU at the end."""
    raw(rnn.ManyToOne, (9, 4, 5, 3), (TOKENS, LENGTHS), (changed(TOKENS, 0), LENGTHS))


def test_ManyToMany_sizes():
    """The logits are (T, N, num_classes), also for odd sizes, and every parameter gets a gradient."""
    for sizes in ((9, 4, 6, 2), (9, 3, 5, 4), (9, 1, 1, 3)):
        model, tokens = new(rnn.ManyToMany, *sizes), TOKENS.clone()
        logits = model(tokens)
        has_shape(logits, 4, 3, sizes[3])
        every_parameter_learns(model, logits)
        unchanged(tokens=(tokens, TOKENS))


def test_ManyToMany_reads_earlier_tokens():
    """Each token's logits depend on the token and all earlier ones, in their order, and not on other rows."""
    model = new(rnn.ManyToMany, 9, 4, 5, 2)
    first = model(TOKENS)
    for position in range(4):
        message = f"the logits at position {position} and later must depend on the token at position {position}"
        differ(model(changed(TOKENS, position))[position:], first[position:], message)
    differ(model(TOKENS[[1, 0, 2, 3]])[3], first[3], "the logits must depend on the order of the earlier tokens")
    differ(first[1:], first[:-1], "each position must have its own logits")
    agree(model(TOKENS), first, "the same batch must get the same logits again")
    for n in range(3):
        agree(model(TOKENS[:, n : n + 1])[:, 0], first[:, n], "a row must get the same logits alone as in a batch")


def test_ManyToMany_carries_a_state():
    """A longer sequence takes more sequential steps, whatever its length."""
    batches = [(torch.arange(2 * t).view(t, 2) % 9,) for t in (4, 31)]
    carried(new(rnn.ManyToMany, 9, 4, 5, 2), *batches, 27)


def test_ManyToMany_gives_raw_scores():
    """There is no softmax, log-softmax, sigmoid or ReLU at the end."""
    raw(rnn.ManyToMany, (9, 4, 5, 3), (TOKENS,), (changed(TOKENS, 0),))


def test_OneToMany_sizes():
    """The logits are (steps, N, vocab_size), also for odd sizes, and every parameter gets a gradient."""
    for sizes in ((4, 6, 8), (3, 5, 7), (1, 1, 3)):
        model, x = new(rnn.OneToMany, *sizes), torch.randn(3, sizes[0])
        before = x.clone()
        logits = model(x, 5)
        has_shape(logits, 5, 3, sizes[2])
        every_parameter_learns(model, logits)
        unchanged(x=(x, before))
        agree(model(x, 2), logits[:2], "the first two of five steps must equal those of two steps")


def test_OneToMany_depends_on_x():
    """Gradients reach a row of x from its own logits, in each step, and rows do not depend on each other."""
    model = new(rnn.OneToMany, 4, 5, 7)
    x = torch.randn(3, 4, requires_grad=True)
    logits = model(x, 4)
    for step in range(4):
        (gradient,) = torch.autograd.grad(logits[step, 1, 2], x, retain_graph=True, allow_unused=True)
        assert gradient is not None, f"no gradient reaches x from step {step}"
        assert gradient[1].any(), f"no gradient reaches a row of x from its own logits in step {step}"
    agree(model(x, 4), logits, "the same x must get the same logits again")
    for n in range(3):
        agree(model(x[n : n + 1], 4)[:, 0], logits[:, n], "a row must get the same logits alone as in a batch")


def test_OneToMany_feeds_the_most_likely_token():
    """The logits of the next steps jump where the most likely token changes, and only there."""
    for seed in range(3):
        model = new(rnn.OneToMany, 3, 5, 7, seed=seed)
        along = torch.linspace(-5, 5, 4001).unsqueeze(1)
        x = along * torch.randn(1, 3) + 0.3 * torch.randn(1, 3)
        with torch.no_grad():
            logits = model(x, 3)
        moves = (logits[:, 1:] - logits[:, :-1]).abs().amax(2)
        turns = logits.argmax(2)[:, 1:] != logits.argmax(2)[:, :-1]
        turned, still = turns[0] & ~turns[1], ~turns[0] & ~turns[1]
        if turned.any() and still.any():
            for step in (1, 2):
                message = f"step {step} must depend on the most likely token of the first step"
                assert moves[step][turned].median() > 2 * moves[step][still].quantile(0.99), message


def test_OneToMany_carries_a_state():
    """More tokens take more sequential steps."""
    x = torch.randn(2, 4)
    carried(new(rnn.OneToMany, 4, 5, 7), (x, 4), (x, 31), 27)


def test_OneToMany_gives_raw_scores():
    """There is no softmax, log-softmax, sigmoid or ReLU at the end."""
    torch.manual_seed(0)
    raw(rnn.OneToMany, (4, 5, 7), (torch.randn(3, 4), 3), (torch.randn(3, 4), 3))


TARGET = torch.tensor([[6, 6, 6], [4, 5, 1], [3, 0, 8], [2, 8, 5], [0, 1, 7]])


def test_Seq2Seq_sizes():
    """The logits are (T, N, vocab_size), also for odd sizes, and every parameter gets a gradient."""
    for sizes in ((9, 4, 6), (10, 3, 5), (11, 1, 1)):
        model, source, target = new(rnn.Seq2Seq, *sizes), TOKENS.clone(), TARGET.clone()
        logits = model(source, target)
        has_shape(logits, 5, 3, sizes[0])
        every_parameter_learns(model, logits)
        unchanged(source=(source, TOKENS), target=(target, TARGET))


def test_Seq2Seq_reads_source_and_target():
    """Each position's logits depend on the whole source and the target so far, and not on later target tokens."""
    model = new(rnn.Seq2Seq, 9, 4, 5)
    first = model(TOKENS, TARGET)
    for position in range(4):
        message = f"all logits must depend on the source token at position {position}"
        differ(model(changed(TOKENS, position), TARGET), first, message)
    for position in range(5):
        other = model(TOKENS, changed(TARGET, position))
        message = f"the logits at position {position} and later must depend on the target token at that position"
        differ(other[position:], first[position:], message)
        agree(other[:position], first[:position], "the logits must not depend on later tokens of the target")
    differ(model(TOKENS[[1, 0, 2, 3]], TARGET), first, "the logits must depend on the order of the source")
    differ(model(TOKENS, TARGET[[0, 2, 1, 3, 4]])[4:], first[4:], "the logits must depend on the order of the target")
    agree(model(TOKENS, TARGET), first, "the same batch must get the same logits again")
    for n in range(3):
        alone = model(TOKENS[:, n : n + 1], TARGET[:, n : n + 1])
        agree(alone[:, 0], first[:, n], "a row must get the same logits alone as in a batch")


def test_Seq2Seq_greedy_agrees_with_forward():
    """Greedy predicts the most likely tokens of forward; source and training mode are not changed."""
    for seed in range(6):
        model, source = new(rnn.Seq2Seq, 9, 4, 5, seed=seed), TOKENS.clone()
        for mode in (True, False):
            tokens = model.train(mode).greedy(source, 7, start=6)
            assert model.training == mode, "greedy must restore the model's training or evaluation mode"
        assert tuple(tokens.shape) == (7, 3), f"the tokens should have shape (7, 3); yours have {tuple(tokens.shape)}"
        assert tokens.dtype == torch.int64, f"the tokens should be int64; yours are {tokens.dtype}"
        unchanged(source=(source, TOKENS))
        logits = model(source, torch.cat([torch.full((1, 3), 6), tokens[:-1]]))
        assert torch.equal(logits.argmax(dim=2), tokens), "fed with greedy's tokens, forward predicts others"


def test_Seq2Seq_carries_states():
    """A longer source and a longer target take more sequential steps."""
    long = torch.arange(2 * 31).view(31, 2) % 9
    model = new(rnn.Seq2Seq, 9, 4, 5)
    carried(model, (long[:4], long[:4]), (long, long[:4]), 27)
    carried(model, (long[:4], long[:4]), (long[:4], long), 27)


def test_Seq2Seq_gives_raw_scores():
    """There is no softmax, log-softmax, sigmoid or ReLU at the end."""
    raw(rnn.Seq2Seq, (9, 4, 5), (TOKENS, TARGET), (changed(TOKENS, 0), changed(TARGET, 1)))
