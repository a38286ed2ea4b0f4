"""Correct solutions of hw7 that differ from the reference."""

import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from gradkit.bank import accepted

# ---- rnn_cell


@accepted("rnn_cell")
def by_linear(x, h, w_ih, w_hh, b_ih, b_hh):
    """F.linear, added in place."""
    total = F.linear(x, w_ih, b_ih)
    total += F.linear(h, w_hh, b_hh)
    return total.tanh_()


@accepted("rnn_cell", form="bom")
def in_one_product(x, h, w_ih, w_hh, b_ih, b_hh):
    """Input and state concatenated, one product; a BOM."""
    both, weights = torch.cat([x, h], dim=1), torch.cat([w_ih, w_hh], dim=1)
    return torch.tanh(torch.addmm(b_ih + b_hh, both, weights.t()))


@accepted("rnn_cell", form="crlf")
def row_by_row(x, h, w_ih, w_hh, b_ih, b_hh):
    """A loop over rows with mv, tanh from the sigmoid, prints; CRLF."""
    print("cell", tuple(x.shape))
    rows = [w_ih.mv(one) + b_ih + w_hh.mv(state) + b_hh for one, state in zip(x, h)]
    return 2 * torch.sigmoid(2 * torch.stack(rows)) - 1


@accepted("rnn_cell", form="tabs")
def 循环单元(x, h, w_ih, w_hh, b_ih, b_hh):
    """einsum, identifiers in Chinese; tabs."""
    输入 = torch.einsum("nd,hd->nh", x, w_ih) + b_ih
    状态 = torch.einsum("nk,hk->nh", h, w_hh) + b_hh
    return torch.tanh(输入 + 状态)


# ---- rnn_forward


@accepted("rnn_forward")
def into_a_tensor(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """States written into a preallocated tensor."""
    outputs = xs.new_empty(len(xs), *h0.shape)
    h = h0
    for t in range(xs.size(0)):
        h = torch.tanh(xs[t] @ w_ih.t() + b_ih + h @ w_hh.t() + b_hh)
        outputs[t] = h
    return outputs, h


@accepted("rnn_forward", form="crlf")
def inputs_first(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The inputs of all steps in one product, then the loop; CRLF."""
    from_inputs = xs @ w_ih.T + (b_ih + b_hh)
    states = [h0]
    for now in from_inputs.unbind(0):
        states.append(torch.tanh(now + states[-1] @ w_hh.T))
    return torch.stack(states[1:], dim=0), states[-1]


@accepted("rnn_forward")
def by_recursion(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """Recursion from the last step; returns a list."""

    def until(t):
        if t == 0:
            return [h0]
        before = until(t - 1)
        return [*before, torch.tanh(F.linear(xs[t - 1], w_ih, b_ih) + F.linear(before[-1], w_hh, b_hh))]

    states = until(len(xs))[1:]
    return torch.cat([state[None] for state in states]), states[-1]


@accepted("rnn_forward", form="tabs")
def with_accumulate(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """itertools.accumulate, and a warning; tabs."""
    from itertools import accumulate

    warnings.warn("accumulating", UserWarning, stacklevel=2)
    states = list(accumulate(xs, lambda h, x: torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh), initial=h0))
    return torch.stack(states[1:]), states[-1]


# ---- lstm_cell


@accepted("lstm_cell")
def in_slices(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Slices of the 4 H columns, in-place operations on its own temporaries."""
    H = h.shape[1]
    z = F.linear(x, w_ih, b_ih) + F.linear(h, w_hh, b_hh)
    i, f, o = z[:, :H].sigmoid(), z[:, H : 2 * H].sigmoid(), z[:, 3 * H :].sigmoid()
    memory = f * c
    memory += i * z[:, 2 * H : 3 * H].tanh()
    return o * memory.tanh(), memory


@accepted("lstm_cell", form="bom")
def gate_by_gate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """A product for each gate; a BOM."""
    parts = []
    for wi, wh, bi, bh in zip(w_ih.chunk(4), w_hh.chunk(4), b_ih.chunk(4), b_hh.chunk(4)):
        parts.append(x @ wi.T + bi + h @ wh.T + bh)
    i, f, g, o = parts
    c2 = c / (1 + torch.exp(-f)) + torch.tanh(g) / (1 + torch.exp(-i))
    return torch.tanh(c2) / (1 + torch.exp(-o)), c2


@accepted("lstm_cell", form="crlf")
def as_a_list(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """A view (N, 4, H) and addcmul; CRLF."""
    z = (x @ w_ih.T + h @ w_hh.T + (b_ih + b_hh)).view(len(x), 4, -1)
    i, f, g, o = z.unbind(dim=1)
    c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
    return (o.sigmoid() * c.tanh(), c)


@accepted("lstm_cell", form="tabs")
def 长短期记忆(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Identifiers in Chinese, split; tabs."""
    大小 = int(np.prod(b_ih.shape)) // 4
    输入门, 遗忘门, 候选, 输出门 = torch.split(x @ w_ih.mT + b_ih + h @ w_hh.mT + b_hh, 大小, dim=-1)
    记忆 = torch.sigmoid(遗忘门) * c + torch.sigmoid(输入门) * torch.tanh(候选)
    return torch.sigmoid(输出门) * torch.tanh(记忆), 记忆


# ---- ManyToOne


class Packed(nn.Module):
    """A packed sequence through a GRU."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.vectors = nn.Embedding(vocab_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_dim)
        self.head = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.vectors(tokens), lengths, enforce_sorted=False)
        _, h = self.gru(packed)
        return self.head(h[-1])


@accepted("ManyToOne")
class ByPacking(Packed):
    """A packed sequence, as in PyTorch's tutorials."""


@accepted("ManyToOne", form="crlf")
class ByGather(nn.Module):
    """A two-layer LSTM, gather for the last state; CRLF."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.e = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2)
        self.fc = nn.Sequential(nn.Linear(hidden_dim, hidden_dim), nn.Tanh(), nn.Linear(hidden_dim, num_classes))

    def forward(self, tokens, lengths):
        out, _ = self.lstm(self.e(tokens))
        index = (lengths - 1).view(1, -1, 1).expand(1, -1, out.shape[-1])
        return self.fc(out.gather(0, index).squeeze(0))


@accepted("ManyToOne", form="tabs")
class 逐步读取(nn.Module):
    """A cell in a loop that keeps the state of rows that have ended; identifiers in Chinese; tabs."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.词向量 = nn.Embedding(vocab_size, embedding_dim)
        self.单元 = nn.RNNCell(embedding_dim, hidden_dim)
        self.输出 = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        状态 = None
        for 时刻, 词 in enumerate(self.词向量(tokens)):
            新状态 = self.单元(词, 状态)
            状态 = 新状态 if 状态 is None else torch.where((时刻 < lengths)[:, None], 新状态, 状态)
        return self.输出(状态)


@accepted("ManyToOne")
class RowByRow(nn.Module):
    """Each row cut to its length and read alone, batch_first inside."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = nn.GRU(embedding_dim, hidden_dim, batch_first=True)
        self.out = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        rows = []
        for n, length in enumerate(lengths.tolist()):
            states, _ = self.rnn(self.embed(tokens[:length, n]).unsqueeze(0))
            rows.append(states[0, -1])
        return self.out(torch.stack(rows))


class OwnCell(nn.Module):
    """A custom cell, with a learned initial state and layer normalization."""

    def __init__(self, inputs, hidden_dim):
        super().__init__()
        self.first = nn.Parameter(torch.zeros(hidden_dim))
        self.both = nn.Linear(inputs + hidden_dim, hidden_dim)
        self.norm = nn.LayerNorm(hidden_dim)

    def step(self, word, state):
        """One step."""
        return self.norm(torch.tanh(self.both(torch.cat([word, state], dim=1))))

    def forward(self, words):
        """All states."""
        states = [self.first.expand(words.shape[1], -1)]
        for word in words:
            states.append(self.step(word, states[-1]))
        return torch.stack(states[1:])


@accepted("ManyToOne")
class BothDirectionsPacked(nn.Module):
    """A bidirectional LSTM on a packed sequence, its last states concatenated."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, bidirectional=True, dropout=0.3)
        self.out = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(tokens), lengths, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.out(torch.cat([h[-2], h[-1]], dim=1))


@accepted("ManyToOne")
class ReadsOneHot(nn.Module):
    """One-hot vectors instead of an embedding, a custom cell."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.vocab_size = vocab_size
        self.words = nn.Linear(vocab_size, embedding_dim, bias=False)
        self.cell = OwnCell(embedding_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        states = self.cell(self.words(F.one_hot(tokens, self.vocab_size).float()))
        return self.out(states[lengths - 1, torch.arange(len(lengths))])


@accepted("ManyToOne")
class Gated(nn.Module):
    """A state multiplied by a gate that depends only on the token, without a matrix."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.gate = nn.Linear(embedding_dim, hidden_dim)
        self.new = nn.Linear(embedding_dim, hidden_dim)
        self.out = nn.Sequential(nn.Tanh(), nn.Linear(hidden_dim, num_classes))

    def forward(self, tokens, lengths):
        words = self.embed(tokens)
        state = torch.zeros(tokens.shape[1], self.new.out_features)
        for t, (gate, new) in enumerate(zip(self.gate(words).sigmoid(), self.new(words))):
            state = torch.where((t < lengths).unsqueeze(1), gate * state + (1 - gate) * new, state)
        return self.out(state)


@accepted("ManyToOne")
class MeanOfOwnStates(nn.Module):
    """The last state and the mean of the row's own states concatenated, batch normalization and dropout."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.gru = nn.GRU(embedding_dim, hidden_dim)
        self.norm = nn.BatchNorm1d(2 * hidden_dim)
        self.dropout = nn.Dropout(0.3)
        self.out = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        states, _ = self.gru(self.embed(tokens))
        own = (torch.arange(len(tokens))[:, None] < lengths)[..., None]
        mean = (states * own).sum(dim=0) / lengths[:, None]
        last = states[lengths - 1, torch.arange(len(lengths))]
        return self.out(self.dropout(self.norm(torch.cat([last, mean], dim=1))))


@accepted("ManyToOne")
class HalvesOfTheState(nn.Module):
    """Two directions that share hidden_dim, rounded up when odd; zeros passed as the initial state."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.half = (hidden_dim + 1) // 2
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, self.half, bidirectional=True)
        self.out = nn.Linear(2 * self.half, num_classes)

    def init_hidden(self, batch_size):
        return torch.zeros(2, batch_size, self.half), torch.zeros(2, batch_size, self.half)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(tokens), lengths.cpu(), enforce_sorted=False)
        _, (h, _) = self.lstm(packed, self.init_hidden(tokens.size(1)))
        return self.out(h.transpose(0, 1).flatten(1))


# ---- ManyToMany


@accepted("ManyToMany")
class BothWays(nn.Module):
    """A bidirectional LSTM, which also reads later tokens."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, bidirectional=True)
        self.tag = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, tokens):
        return self.tag(self.lstm(self.embed(tokens))[0])


@accepted("ManyToMany", form="bom")
class CellInALoop(nn.Module):
    """An LSTM cell in a loop, with a print; a BOM."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.cell = nn.LSTMCell(embedding_dim, hidden_dim)
        self.tag = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        print("T, N =", *tokens.shape)
        state, rows = None, []
        for x in self.embed(tokens):
            state = self.cell(x, state)
            rows.append(self.tag(state[0]))
        return torch.stack(rows)


@accepted("ManyToMany", form="tabs")
class BatchFirstInside(nn.Module):
    """batch_first with transposes, a plain RNN and dropout; tabs."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = nn.RNN(embedding_dim, hidden_dim, batch_first=True)
        self.dropout = nn.Dropout(0.2)
        self.tag = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        states, _ = self.rnn(self.embed(tokens.T))
        return self.tag(self.dropout(states)).transpose(0, 1)


@accepted("ManyToMany", form="crlf")
class TokenSkipsAhead(nn.Module):
    """A GRU, with the token's embedding concatenated to its state; CRLF."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = nn.GRU(embedding_dim, hidden_dim)
        self.tag = nn.Linear(hidden_dim + embedding_dim, num_classes)

    def forward(self, tokens):
        vectors = self.embed(tokens)
        return self.tag(torch.cat([self.rnn(vectors)[0], vectors], dim=2))


@accepted("ManyToMany")
class ByOwnCell(nn.Module):
    """A custom cell, with a learned initial state and layer normalization."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.cell = OwnCell(embedding_dim, hidden_dim)
        self.tag = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        return self.tag(self.cell(self.embed(tokens)))


@accepted("ManyToMany")
class ReluWithoutMatrix(nn.Module):
    """An ELU, and one weight per element of the state instead of a matrix."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.into = nn.Linear(embedding_dim, hidden_dim)
        self.keep = nn.Parameter(torch.full((hidden_dim,), 0.9))
        self.tag = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        states = [torch.zeros(tokens.shape[1], self.keep.numel())]
        for word in self.into(self.embed(tokens)):
            states.append(nn.functional.elu(word + self.keep * states[-1]))
        return self.tag(torch.stack(states[1:]))


@accepted("ManyToMany")
class LooksAtEarlierStates(nn.Module):
    """A GRU whose states also attend to earlier ones."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_dim)
        self.tag = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, tokens):
        states = self.gru(self.embed(tokens))[0]
        hidden = torch.ones(len(tokens), len(tokens), dtype=torch.bool).triu(1)
        weights = torch.einsum("tnh,snh->nts", states, states).masked_fill(hidden, -1e9).softmax(dim=2)
        return self.tag(torch.cat([states, torch.einsum("nts,snh->tnh", weights, states)], dim=2))


@accepted("ManyToMany")
class TutorialTagger(nn.Module):
    """The tagger of the tutorials: two directions of half the state, an initial state of zeros; one unit more if
    hidden_dim is odd."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.hidden_dim = hidden_dim + hidden_dim % 2
        self.word_embeds = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, self.hidden_dim // 2, num_layers=1, bidirectional=True)
        self.hidden2tag = nn.Linear(self.hidden_dim, num_classes)

    def forward(self, sentence):
        self.hidden = torch.zeros(2, sentence.size(1), self.hidden_dim // 2)
        embeds = self.word_embeds(sentence)
        lstm_out, _ = self.lstm(embeds, (self.hidden, self.hidden))
        return self.hidden2tag(lstm_out.view(-1, self.hidden_dim)).view(*sentence.shape, -1)


@accepted("ManyToMany")
class NormalizedTagger(nn.Module):
    """Batch normalization over all positions and dropout, both inactive in evaluation mode."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = nn.GRU(embedding_dim, hidden_dim, num_layers=2, dropout=0.3)
        self.norm = nn.BatchNorm1d(hidden_dim)
        self.tag = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        states, _ = self.rnn(self.embed(tokens))
        return self.tag(self.norm(states.permute(1, 2, 0)).permute(2, 0, 1))


# ---- OneToMany


@accepted("OneToMany")
class WithLstm(nn.Module):
    """An LSTM cell, a separate start token, x as the initial state."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.h = nn.Linear(in_dim, hidden_dim)
        self.c = nn.Linear(in_dim, hidden_dim)
        self.embed = nn.Embedding(vocab_size + 1, hidden_dim)
        self.cell = nn.LSTMCell(hidden_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        state = self.h(x), self.c(x)
        token = torch.full((x.shape[0],), self.out.out_features)
        scores = []
        while len(scores) < steps:
            state = self.cell(self.embed(token), state)
            scores.append(self.out(state[0]))
            _, token = scores[-1].max(dim=1)
        return torch.stack(scores, dim=0)


@accepted("OneToMany", form="crlf")
class OneHot(nn.Module):
    """One-hot vectors for tokens, zeros first, an RNN cell; CRLF."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.first = nn.Linear(in_dim, hidden_dim)
        self.cell = nn.RNNCell(vocab_size, hidden_dim)
        self.second = nn.Linear(hidden_dim, vocab_size)
        self.vocab_size = vocab_size

    def forward(self, x, steps):
        h, fed, out = self.first(x), torch.zeros(len(x), self.vocab_size), []
        for _ in range(steps):
            h = self.cell(fed, h)
            out.append(self.second(h))
            fed = F.one_hot(out[-1].argmax(-1), self.vocab_size).to(x.dtype)
        return torch.stack(out)


@accepted("OneToMany", form="tabs")
class 看图说话(nn.Module):
    """x is also fed at every step; identifiers in Chinese; tabs."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.图 = nn.Linear(in_dim, hidden_dim)
        self.词 = nn.Embedding(vocab_size, hidden_dim)
        self.单元 = nn.GRUCell(2 * hidden_dim, hidden_dim)
        self.分数 = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        图 = self.图(x)
        状态, 词, 全部 = torch.zeros_like(图), torch.ones(len(x), dtype=torch.long), []
        for _ in range(steps):
            状态 = self.单元(torch.cat([图, self.词(词)], dim=1), 状态)
            全部.append(self.分数(状态))
            词 = 全部[-1].topk(1, dim=1).indices[:, 0]
        return torch.stack(全部)


@accepted("OneToMany")
class LayerInALoop(nn.Module):
    """nn.GRU called one step at a time, and a learned first input."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.begin = nn.Parameter(torch.randn(hidden_dim))
        self.start = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.Tanh())
        self.embed = nn.Embedding(vocab_size, hidden_dim)
        self.gru = nn.GRU(hidden_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        state = self.start(x).unsqueeze(0)
        fed = self.begin.expand(1, x.shape[0], -1).contiguous()
        rows = []
        for _ in range(steps):
            states, state = self.gru(fed, state)
            rows.append(self.out(states))
            fed = self.embed(rows[-1].argmax(dim=-1))
        return torch.cat(rows)


@accepted("OneToMany")
class ImageFirst(nn.Module):
    """The image is the first input, the initial state is learned, and two LSTM layers follow."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.image = nn.Linear(in_dim, hidden_dim)
        self.first = nn.Parameter(torch.zeros(2, 1, hidden_dim))
        self.embed = nn.Embedding(vocab_size, hidden_dim)
        self.lstm = nn.LSTM(hidden_dim, hidden_dim, num_layers=2)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        first = self.first.expand(2, len(x), -1).contiguous()
        state, fed, rows = (first, torch.zeros_like(first)), self.image(x).unsqueeze(0), []
        for _ in range(steps):
            found, state = self.lstm(fed, state)
            rows.append(self.out(found))
            fed = self.embed(rows[-1].argmax(dim=2))
        return torch.cat(rows)


@accepted("OneToMany")
class WritesWithOwnCell(nn.Module):
    """A custom cell with layer normalization, the image added to its input."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.image = nn.Linear(in_dim, hidden_dim)
        self.embed = nn.Embedding(vocab_size, hidden_dim)
        self.cell = OwnCell(hidden_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        image = self.image(x)
        state, fed, rows = self.cell.first.expand(len(x), -1), image, []
        for _ in range(steps):
            state = self.cell.step(fed, state)
            rows.append(self.out(state))
            fed = image + self.embed(rows[-1].argmax(dim=1))
        return torch.stack(rows)


@accepted("OneToMany")
class ReadsItAllAgain(nn.Module):
    """Each step reads all previous tokens from the start: slow and right."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.image = nn.Linear(in_dim, hidden_dim)
        self.embed = nn.Embedding(vocab_size, hidden_dim)
        self.rnn = nn.RNN(hidden_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x, steps):
        fed = self.image(x).unsqueeze(0)
        for _ in range(steps):
            scores = self.out(self.rnn(fed)[0])
            fed = torch.cat([fed, self.embed(scores[-1:].argmax(dim=2))])
        return scores


@accepted("OneToMany")
class ShowAndTell(nn.Module):
    """The image is normalized and fed to an LSTM cell first, whose states start from zeros; dropout before the
    logits."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.linear = nn.Linear(in_dim, hidden_dim)
        self.bn = nn.BatchNorm1d(hidden_dim, momentum=0.01)
        self.embed = nn.Embedding(vocab_size, hidden_dim)
        self.lstm = nn.LSTMCell(hidden_dim, hidden_dim)
        self.drop = nn.Dropout(0.5)
        self.linear_out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, features, steps):
        inputs, states = self.bn(self.linear(features)), None
        outputs = []
        for _ in range(steps):
            states = self.lstm(inputs, states)
            outputs.append(self.linear_out(self.drop(states[0])))
            predicted = outputs[-1].max(1)[1]
            inputs = self.embed(predicted)
        return torch.stack(outputs)


# ---- Seq2Seq


class Translator(nn.Module):
    """What the variants share: forward from encode and decode, greedy from forward."""

    def greedy(self, source, steps, start):
        """By repeated calls of forward: slow and right."""
        target = torch.full((1, source.shape[1]), start)
        for _ in range(steps):
            target = torch.cat([target, self(source, target)[-1:].argmax(-1)])
        return target[1:]


@accepted("Seq2Seq")
class WithLstms(Translator):
    """LSTMs, separate embeddings for source and target."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.source = nn.Embedding(vocab_size, embedding_dim)
        self.target = nn.Embedding(vocab_size, embedding_dim)
        self.encoder = nn.LSTM(embedding_dim, hidden_dim)
        self.decoder = nn.LSTM(embedding_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source, target):
        _, state = self.encoder(self.source(source))
        return self.out(self.decoder(self.target(target), state)[0])


@accepted("Seq2Seq", form="crlf")
class WithAttention(Translator):
    """The decoder attends to all states of the encoder; CRLF."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.encoder = nn.GRU(embedding_dim, hidden_dim)
        self.decoder = nn.GRU(embedding_dim, hidden_dim)
        self.out = nn.Linear(2 * hidden_dim, vocab_size)

    def forward(self, source, target):
        memory, state = self.encoder(self.embed(source))
        states, _ = self.decoder(self.embed(target), state)
        weights = torch.einsum("tnh,snh->tns", states, memory).softmax(dim=2)
        found = torch.einsum("tns,snh->tnh", weights, memory)
        return self.out(torch.cat([states, found], dim=2))


@accepted("Seq2Seq", form="bom")
class WithCells(nn.Module):
    """Cells in loops, greedy without a graph; a BOM."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.read = nn.GRUCell(embedding_dim, hidden_dim)
        self.write = nn.GRUCell(embedding_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def encode(self, source):
        h = torch.zeros(source.shape[1], self.read.hidden_size)
        for x in self.embed(source):
            h = self.read(x, h)
        return h

    def forward(self, source, target):
        h, rows = self.encode(source), []
        for x in self.embed(target):
            h = self.write(x, h)
            rows.append(self.out(h))
        return torch.stack(rows)

    @torch.no_grad()
    def greedy(self, source, steps, start):
        h, token, tokens = self.encode(source), torch.tensor([start] * source.shape[1]), []
        for _ in range(steps):
            h = self.write(self.embed(token), h)
            token = self.out(h).argmax(dim=1)
            tokens.append(token)
        return torch.stack(tokens)


@accepted("Seq2Seq", form="tabs")
class 翻译(Translator):
    """One layer for both, the source reversed; identifiers in Chinese; tabs."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.词向量 = nn.Embedding(vocab_size, embedding_dim)
        self.循环 = nn.GRU(embedding_dim, hidden_dim)
        self.输出 = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source, target):
        状态 = self.循环(self.词向量(source.flip(0)))[1]
        return self.输出(self.循环(self.词向量(target), 状态)[0])


@accepted("Seq2Seq")
class EncoderOfBothWays(Translator):
    """A bidirectional encoder of two layers, whose states a linear layer maps to the decoder's initial state."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.encoder = nn.GRU(embedding_dim, hidden_dim, num_layers=2, bidirectional=True, dropout=0.2)
        self.between = nn.Linear(2 * hidden_dim, hidden_dim)
        self.decoder = nn.GRU(embedding_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source, target):
        _, h = self.encoder(self.embed(source))
        first = torch.tanh(self.between(torch.cat([h[-2], h[-1]], dim=1)))
        return self.out(self.decoder(self.embed(target), first.unsqueeze(0))[0])


@accepted("Seq2Seq")
class AttendsBeforeEachStep(Translator):
    """Custom cells; the decoder's attention over the source is fed to its next step (Bahdanau)."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_dim)
        self.read = OwnCell(embedding_dim, hidden_dim)
        self.write = OwnCell(embedding_dim + hidden_dim, hidden_dim)
        self.match = nn.Linear(2 * hidden_dim, 1)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source, target):
        memory = self.read(self.embed(source))
        state, rows = memory[-1] + self.write.first, []
        for word in self.embed(target):
            pairs = torch.cat([memory, state.expand_as(memory)], dim=2)
            found = (self.match(pairs).softmax(dim=0) * memory).sum(dim=0)
            state = self.write.step(torch.cat([word, found], dim=1), state)
            rows.append(self.out(state))
        return torch.stack(rows)


@accepted("Seq2Seq")
class SearchesInEvaluation(nn.Module):
    """The decoder of the tutorials, with dropout, connected by attention only: its state starts from zeros. greedy
    switches to evaluation mode and back."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.dropout = nn.Dropout(0.1)
        self.encoder = nn.LSTM(embedding_dim, hidden_dim, bidirectional=True)
        self.attend = nn.Linear(hidden_dim, 2 * hidden_dim)
        self.decoder = nn.LSTMCell(embedding_dim + 2 * hidden_dim, hidden_dim)
        self.out = nn.Linear(hidden_dim, vocab_size)

    def start(self, source):
        memory, _ = self.encoder(self.dropout(self.embedding(source)))
        zeros = torch.zeros(source.size(1), self.decoder.hidden_size)
        return memory, (zeros, zeros)

    def step(self, token, memory, state):
        match = torch.einsum("snh,nh->sn", memory, self.attend(state[0])).softmax(dim=0)
        context = torch.einsum("sn,snh->nh", match, memory)
        state = self.decoder(torch.cat([self.dropout(self.embedding(token)), context], dim=1), state)
        return self.out(state[0]), state

    def forward(self, source, target):
        memory, state = self.start(source)
        outputs = torch.zeros(*target.shape, self.out.out_features)
        for t, token in enumerate(target):
            outputs[t], state = self.step(token, memory, state)
        return outputs

    def greedy(self, source, steps, start):
        training = self.training
        self.eval()
        with torch.no_grad():
            memory, state = self.start(source)
            tokens = source.new_zeros(steps, source.size(1))
            token = source.new_full((source.size(1),), start)
            for t in range(steps):
                scores, state = self.step(token, memory, state)
                token = tokens[t] = scores.argmax(dim=-1)
        self.train(training)
        return tokens
