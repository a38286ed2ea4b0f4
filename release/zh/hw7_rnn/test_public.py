"""作业 7 的公开检查。这只是初步检查：评分时会测试其他大小和序列。"""

import rnn
import torch
from torch import nn

from gradkit.conditions.depth import depth


def same_as_torch(ours, theirs, shapes, advice):
    """值、dtype 和梯度与 PyTorch 自己的函数相同，传入的张量保持不变。"""
    torch.manual_seed(0)
    for dtype in (torch.float32, torch.float64):
        given = [torch.randn(shape, dtype=dtype).requires_grad_() for shape in shapes]
        before = [tensor.detach().clone() for tensor in given]
        found, expected = ours(*given), theirs(*given)
        if not isinstance(expected, tuple):
            found, expected = (found,), (expected,)
        assert isinstance(found, tuple), f"请返回由 {len(expected)} 个张量组成的元组；你返回的是 {type(found)}"
        assert len(found) == len(expected), f"请返回 {len(expected)} 个张量；你返回了 {len(found)} 个"
        for one, other in zip(found, expected, strict=True):
            assert one.shape == other.shape, f"形状应为 {tuple(other.shape)}，得到的是 {tuple(one.shape)}"
            assert one.dtype == dtype, f"dtype 应为 {dtype}，与输入相同；得到的是 {one.dtype}"
            assert torch.allclose(one, other, atol=1e-5), f"{advice}；得到的结果相差 {(one - other).abs().max()}"
        weights = [torch.randn_like(other) for other in expected]
        gradients = [torch.autograd.grad(results, given, weights, allow_unused=True) for results in (found, expected)]
        for number, (one, other) in enumerate(zip(*gradients, strict=True)):
            assert one is not None, f"没有梯度传到第 {number + 1} 个传入的张量：不要用 .detach() 或 .item()"
            assert torch.allclose(one, other, atol=1e-4), f"第 {number + 1} 个传入的张量的梯度不对"
        for number, (one, other) in enumerate(zip(given, before, strict=True)):
            assert torch.equal(one, other), f"第 {number + 1} 个传入的张量被修改了；请创建新的张量"


def weights(rows, columns, hidden):
    """两个权重和两个偏置的形状。"""
    return [(rows, columns), (rows, hidden), (rows,), (rows,)]


def by_module(module, *arguments):
    """PyTorch 的层对这些传入的张量的输出，其中最后四个是它的权重和偏置。"""
    names = [name for name, _ in module.named_parameters()]
    parameters = dict(zip(names, arguments[-4:], strict=True))
    return torch.func.functional_call(module, parameters, arguments[:-4])


def test_rnn_cell_equals_torch():
    """一步的结果与权重相同的 torch.nn.RNNCell 相等，梯度也相等，在 float32 和 float64 中都成立。"""
    shapes = [(5, 3), (5, 4), *weights(4, 3, 4)]
    advice = "tanh(x w_ih^T + b_ih + h w_hh^T + b_hh)，与 nn.RNNCell 相同"
    same_as_torch(rnn.rnn_cell, lambda *given: by_module(nn.RNNCell(3, 4), *given), shapes, advice)


def test_rnn_forward_equals_torch():
    """所有步的结果与权重相同的 torch.nn.RNN 相等，只有一步和一个样本时也成立。"""

    def by_torch(xs, h0, *given):
        outputs, last = by_module(nn.RNN(3, 4), xs, h0.unsqueeze(0), *given)
        return outputs, last[0]

    for t, n in ((6, 5), (1, 1)):
        shapes = [(t, n, 3), (n, 4), *weights(4, 3, 4)]
        same_as_torch(rnn.rnn_forward, by_torch, shapes, "每一步从前一个状态开始")


def test_lstm_cell_equals_torch():
    """一步的结果与权重相同的 torch.nn.LSTMCell 相等，梯度也相等，在 float32 和 float64 中都成立。"""

    def by_torch(x, h, c, *given):
        return by_module(nn.LSTMCell(3, 4), x, (h, c), *given)

    shapes = [(5, 3), (5, 4), (5, 4), *weights(16, 3, 4)]
    advice = "c' = sigmoid(f) c + sigmoid(i) tanh(g)，然后 h' = sigmoid(o) tanh(c')，门的顺序是 i, f, g, o；请返回 (h', c')"
    same_as_torch(rnn.lstm_cell, by_torch, shapes, advice)


def new(kind, *sizes, seed=0):
    """一个处于评估模式的新模型。"""
    torch.manual_seed(seed)
    return kind(*sizes).eval()


def has_shape(logits, *shape):
    """logits 具有这个形状。"""
    assert tuple(logits.shape) == shape, f"logits 的形状应为 {shape}，得到的是 {tuple(logits.shape)}"


def every_parameter_learns(model, logits):
    """每个参数都得到梯度。"""
    logits.sum().backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not without, f"没有梯度传到 {', '.join(without)}：forward 必须用到每一层"


def unchanged(**pairs):
    """每个传入的张量都与它的副本相等。"""
    for name, (argument, copy) in pairs.items():
        assert torch.equal(argument, copy), f"{name} 被修改了；请创建新的张量"


def carried(model, short, long, steps):
    """第二组 logits 的计算比第一组更深，至少多这么多步。"""
    deeper = depth(model(*long)) - depth(model(*short))
    assert deeper >= steps, (
        f"多 {steps} 个词元，必须多 {steps} 个串行步；你的代码多了 {deeper} 个：每个状态必须由前一个状态算出，请用 "
        "nn.GRU 之类的层或你自己的单元"
    )


def raw(kind, sizes, *batches):
    """在训练和评估模式下，logits 都是原始得分。"""
    for mode in (True, False):
        models = [new(kind, *sizes, seed=seed).train(mode) for seed in range(4)]
        tables = [model(*batch).detach() for model in models for batch in batches]
        for dim in range(tables[0].dim()):
            sums = torch.cat([table.sum(dim).flatten() for table in tables])
            logs = torch.cat([table.logsumexp(dim).flatten() for table in tables])
            assert (sums - 1).abs().max() > 1e-3, "logits 的和为 1：请返回 softmax 之前的 logits"
            assert logs.abs().max() > 1e-3, "logits 是对数概率：请去掉 log-softmax"
        assert min(table.min() for table in tables) < 0, "logits 从不为负：请去掉 sigmoid 或 ReLU"


def differ(first, second, message):
    """两个 logits 张量的每一行都不同。"""
    assert ((first - second).abs().flatten(1).amax(1) > 1e-7).all(), message


def agree(first, second, message):
    """除舍入误差外，两个 logits 张量相等。"""
    assert torch.allclose(first, second, atol=1e-5), f"{message}；它们相差 {(first - second).abs().max()}"


TOKENS = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8], [2, 8, 5]])  # 三个样本，各四个词元
LENGTHS = torch.tensor([3, 2, 4])


def changed(tokens, position):
    """每个样本在一个位置上换成另一个词元。"""
    other = tokens.clone()
    other[position] = (other[position] + 1) % 9
    return other


def test_ManyToOne_sizes():
    """logits 的形状为 (N, num_classes)，大小为奇数时也成立，每个参数都得到梯度。"""
    for sizes in ((9, 4, 6, 2), (9, 3, 5, 4), (9, 1, 1, 3)):
        model, tokens, lengths = new(rnn.ManyToOne, *sizes), TOKENS.clone(), LENGTHS.clone()
        logits = model(tokens, lengths)
        has_shape(logits, 3, sizes[3])
        every_parameter_learns(model, logits)
        unchanged(tokens=(tokens, TOKENS), lengths=(lengths, LENGTHS))


def test_ManyToOne_ignores_padding():
    """样本长度之后的词元不改变它的 logits；单独传入该样本或再次传入也不改变。"""
    model = new(rnn.ManyToOne, 9, 4, 5, 2)
    first = model(TOKENS, LENGTHS)
    padding = torch.arange(4).unsqueeze(1) >= LENGTHS
    other = torch.where(padding, (TOKENS + 4) % 9, TOKENS)
    agree(model(other, LENGTHS), first, "样本长度之后的词元不得改变它的 logits")
    agree(model(torch.cat([TOKENS, other]), LENGTHS), first, "更多的填充不得改变 logits")
    agree(model(TOKENS, LENGTHS), first, "再次传入同一个批量时，logits 必须相同")
    for n, length in enumerate(LENGTHS):
        alone = model(TOKENS[:length, n : n + 1], LENGTHS[n : n + 1])
        agree(alone[0], first[n], "样本单独传入且没有填充时，logits 必须与在批量中相同")


def test_ManyToOne_reads_every_token():
    """一个样本的 logits 依赖于它的每个词元及其顺序。"""
    model = new(rnn.ManyToOne, 9, 4, 5, 2)
    first = model(TOKENS, LENGTHS)
    for position in range(4):
        counts = position < LENGTHS
        message = f"对足够长的样本，logits 必须依赖于位置 {position} 的词元"
        differ(model(changed(TOKENS, position), LENGTHS)[counts], first[counts], message)
    differ(model(TOKENS[[1, 0, 2, 3]], LENGTHS), first, "logits 必须依赖于词元的顺序")


def test_ManyToOne_carries_a_state():
    """更长的序列需要更多的串行步，无论长度是多少。"""
    batches = [(torch.arange(2 * t).view(t, 2) % 9, torch.tensor([t, t - 1])) for t in (4, 31)]
    carried(new(rnn.ManyToOne, 9, 4, 5, 2), *batches, 27)


def test_ManyToOne_gives_raw_scores():
    """结尾没有 softmax、log-softmax、sigmoid 或 ReLU。"""
    raw(rnn.ManyToOne, (9, 4, 5, 3), (TOKENS, LENGTHS), (changed(TOKENS, 0), LENGTHS))


def test_ManyToMany_sizes():
    """logits 的形状为 (T, N, num_classes)，大小为奇数时也成立，每个参数都得到梯度。"""
    for sizes in ((9, 4, 6, 2), (9, 3, 5, 4), (9, 1, 1, 3)):
        model, tokens = new(rnn.ManyToMany, *sizes), TOKENS.clone()
        logits = model(tokens)
        has_shape(logits, 4, 3, sizes[3])
        every_parameter_learns(model, logits)
        unchanged(tokens=(tokens, TOKENS))


def test_ManyToMany_reads_earlier_tokens():
    """每个词元的 logits 依赖于该词元和前面的所有词元及其顺序，不依赖于其他样本。"""
    model = new(rnn.ManyToMany, 9, 4, 5, 2)
    first = model(TOKENS)
    for position in range(4):
        message = f"位置 {position} 及之后的 logits 必须依赖于位置 {position} 的词元"
        differ(model(changed(TOKENS, position))[position:], first[position:], message)
    differ(model(TOKENS[[1, 0, 2, 3]])[3], first[3], "logits 必须依赖于前面词元的顺序")
    differ(first[1:], first[:-1], "每个位置必须有自己的 logits")
    agree(model(TOKENS), first, "再次传入同一个批量时，logits 必须相同")
    for n in range(3):
        agree(model(TOKENS[:, n : n + 1])[:, 0], first[:, n], "样本单独传入时，logits 必须与在批量中相同")


def test_ManyToMany_carries_a_state():
    """更长的序列需要更多的串行步，无论长度是多少。"""
    batches = [(torch.arange(2 * t).view(t, 2) % 9,) for t in (4, 31)]
    carried(new(rnn.ManyToMany, 9, 4, 5, 2), *batches, 27)


def test_ManyToMany_gives_raw_scores():
    """结尾没有 softmax、log-softmax、sigmoid 或 ReLU。"""
    raw(rnn.ManyToMany, (9, 4, 5, 3), (TOKENS,), (changed(TOKENS, 0),))


def test_OneToMany_sizes():
    """logits 的形状为 (steps, N, vocab_size)，大小为奇数时也成立，每个参数都得到梯度。"""
    for sizes in ((4, 6, 8), (3, 5, 7), (1, 1, 3)):
        model, x = new(rnn.OneToMany, *sizes), torch.randn(3, sizes[0])
        before = x.clone()
        logits = model(x, 5)
        has_shape(logits, 5, 3, sizes[2])
        every_parameter_learns(model, logits)
        unchanged(x=(x, before))
        agree(model(x, 2), logits[:2], "走五步时，前两步的结果必须与只走两步时相同")


def test_OneToMany_depends_on_x():
    """在每一步中，x 的一行从它自己的 logits 得到梯度，各样本互不影响。"""
    model = new(rnn.OneToMany, 4, 5, 7)
    x = torch.randn(3, 4, requires_grad=True)
    logits = model(x, 4)
    for step in range(4):
        (gradient,) = torch.autograd.grad(logits[step, 1, 2], x, retain_graph=True, allow_unused=True)
        assert gradient is not None, f"第 {step} 步没有梯度传到 x"
        assert gradient[1].any(), f"第 {step} 步中，x 的一行没有从它自己的 logits 得到梯度"
    agree(model(x, 4), logits, "再次传入同一个 x 时，logits 必须相同")
    for n in range(3):
        agree(model(x[n : n + 1], 4)[:, 0], logits[:, n], "样本单独传入时，logits 必须与在批量中相同")


def test_OneToMany_feeds_the_most_likely_token():
    """后面各步的 logits 在最可能的词元改变之处跳变，在别处不跳变。"""
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
                message = f"第 {step} 步必须依赖于第一步最可能的词元"
                assert moves[step][turned].median() > 2 * moves[step][still].quantile(0.99), message


def test_OneToMany_carries_a_state():
    """词元越多，串行步越多。"""
    x = torch.randn(2, 4)
    carried(new(rnn.OneToMany, 4, 5, 7), (x, 4), (x, 31), 27)


def test_OneToMany_gives_raw_scores():
    """结尾没有 softmax、log-softmax、sigmoid 或 ReLU。"""
    torch.manual_seed(0)
    raw(rnn.OneToMany, (4, 5, 7), (torch.randn(3, 4), 3), (torch.randn(3, 4), 3))


TARGET = torch.tensor([[6, 6, 6], [4, 5, 1], [3, 0, 8], [2, 8, 5], [0, 1, 7]])


def test_Seq2Seq_sizes():
    """logits 的形状为 (T, N, vocab_size)，大小为奇数时也成立，每个参数都得到梯度。"""
    for sizes in ((9, 4, 6), (10, 3, 5), (11, 1, 1)):
        model, source, target = new(rnn.Seq2Seq, *sizes), TOKENS.clone(), TARGET.clone()
        logits = model(source, target)
        has_shape(logits, 5, 3, sizes[0])
        every_parameter_learns(model, logits)
        unchanged(source=(source, TOKENS), target=(target, TARGET))


def test_Seq2Seq_reads_source_and_target():
    """每个位置的 logits 依赖于整个源序列和到目前为止的目标序列，不依赖于目标序列后面的词元。"""
    model = new(rnn.Seq2Seq, 9, 4, 5)
    first = model(TOKENS, TARGET)
    for position in range(4):
        message = f"所有 logits 都必须依赖于源序列中位置 {position} 的词元"
        differ(model(changed(TOKENS, position), TARGET), first, message)
    for position in range(5):
        other = model(TOKENS, changed(TARGET, position))
        message = f"位置 {position} 及之后的 logits 必须依赖于目标序列在该位置的词元"
        differ(other[position:], first[position:], message)
        agree(other[:position], first[:position], "logits 不得依赖于目标序列后面的词元")
    differ(model(TOKENS[[1, 0, 2, 3]], TARGET), first, "logits 必须依赖于源序列的顺序")
    differ(model(TOKENS, TARGET[[0, 2, 1, 3, 4]])[4:], first[4:], "logits 必须依赖于目标序列的顺序")
    agree(model(TOKENS, TARGET), first, "再次传入同一个批量时，logits 必须相同")
    for n in range(3):
        alone = model(TOKENS[:, n : n + 1], TARGET[:, n : n + 1])
        agree(alone[:, 0], first[:, n], "样本单独传入时，logits 必须与在批量中相同")


def test_Seq2Seq_greedy_agrees_with_forward():
    """greedy 预测的是 forward 最可能的词元；源序列和训练模式保持不变。"""
    for seed in range(6):
        model, source = new(rnn.Seq2Seq, 9, 4, 5, seed=seed), TOKENS.clone()
        for mode in (True, False):
            tokens = model.train(mode).greedy(source, 7, start=6)
            assert model.training == mode, "greedy 必须恢复模型原来的训练或评估模式"
        assert tuple(tokens.shape) == (7, 3), f"词元的形状应为 (7, 3)，得到的是 {tuple(tokens.shape)}"
        assert tokens.dtype == torch.int64, f"词元应为 int64，得到的是 {tokens.dtype}"
        unchanged(source=(source, TOKENS))
        logits = model(source, torch.cat([torch.full((1, 3), 6), tokens[:-1]]))
        assert torch.equal(logits.argmax(dim=2), tokens), "把 greedy 的词元输入 forward 时，forward 预测出别的词元"


def test_Seq2Seq_carries_states():
    """更长的源序列和更长的目标序列需要更多的串行步。"""
    long = torch.arange(2 * 31).view(31, 2) % 9
    model = new(rnn.Seq2Seq, 9, 4, 5)
    carried(model, (long[:4], long[:4]), (long, long[:4]), 27)
    carried(model, (long[:4], long[:4]), (long[:4], long), 27)


def test_Seq2Seq_gives_raw_scores():
    """结尾没有 softmax、log-softmax、sigmoid 或 ReLU。"""
    raw(rnn.Seq2Seq, (9, 4, 5), (TOKENS, TARGET), (changed(TOKENS, 0), changed(TARGET, 1)))
