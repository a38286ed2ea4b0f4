"""Homework 7: recurrent networks. Sequences are time-major here: (T, N, ...), as is torch's default."""

import torch
from torch import Tensor, nn


def rnn_cell(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """One step of a recurrent network.

        h' = tanh(x w_ih^T + b_ih + h w_hh^T + b_hh)

    Gradients flow into every argument. No argument is modified. nn.RNN, nn.LSTM, nn.GRU, their cells and their
    functional forms are not allowed here.

    Args:
        x: the input of this step, shape (N, D).
        h: the state before it, shape (N, H).
        w_ih: input to hidden, shape (H, D), as in torch.nn.RNNCell.
        w_hh: hidden to hidden, shape (H, H).
        b_ih: the first bias, shape (H,).
        b_hh: the second bias, shape (H,).

    Returns:
        The state after this step, shape (N, H), of the dtype of ``x``.
    """
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


def rnn_forward(
    xs: Tensor, h0: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """A recurrent network, step by step through a batch of sequences.

    The state after step t is the result of ``rnn_cell`` for xs[t] and the state after step t - 1. Before the first step
    the state is ``h0``. Gradients flow back through all steps, and into every argument. No argument is modified.
    ``rnn_cell`` may be used; what is not allowed there is not allowed here.

    Args:
        xs: the sequences, shape (T, N, D), T at least 1.
        h0: the state at the start, shape (N, H).
        w_ih: input to hidden, shape (H, D); all steps use the same weights.
        w_hh: hidden to hidden, shape (H, H).
        b_ih: the first bias, shape (H,).
        b_hh: the second bias, shape (H,).

    Returns:
        The tuple (outputs, h_n): the states after each step, shape (T, N, H), and the one after the last, shape (N, H).
        Both have the dtype of ``xs``.
    """
    states = []
    h = h0
    for x in xs:
        h = rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    return torch.stack(states), h


def lstm_cell(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of a network with long short-term memory.

        [i, f, g, o] = x w_ih^T + b_ih + h w_hh^T + b_hh    in this order, each of H columns
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    i, f and o are the input, forget and output gate, g is the candidate. Gradients flow into every argument. No
    argument is modified. What is not allowed in ``rnn_cell`` is not allowed here; torch.sigmoid and torch.tanh are.

    Args:
        x: the input of this step, shape (N, D).
        h: the state before it, shape (N, H).
        c: the memory before it, shape (N, H).
        w_ih: input to gates, shape (4 H, D), as in torch.nn.LSTMCell.
        w_hh: hidden to gates, shape (4 H, H).
        b_ih: the first bias, shape (4 H,).
        b_hh: the second bias, shape (4 H,).

    Returns:
        The tuple (h', c'), each of shape (N, H) and of the dtype of ``x``.
    """
    i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


class ManyToOne(nn.Module):
    """From a sequence of tokens to the logits of one label, such as the sentiment of a review.

    Carry a state from token to token, each made from the token and the state before it: with nn.RNN, nn.LSTM, nn.GRU or
    a cell of your own. A sum over positions, a convolution or attention alone will not do. Sequences may have any
    length; embedding_dim and hidden_dim may be any number from 1, odd ones included. All else is free (nn.Embedding
    before and nn.Linear after, say), and so are the names. Each parameter must get a gradient from a batch whose rows
    have two tokens or more.

    In evaluation mode the logits of a row depend on its own tokens alone: not on other rows, earlier calls or chance.
    In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: how many different tokens there are, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the vectors that tokens are turned into.
        hidden_dim: the size of the recurrent state.
        num_classes: the number of labels, at least 2.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.recurrent = nn.LSTM(embedding_dim, hidden_dim)
        self.scores = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Score the labels of each row, from the state at the row's own last token.

        That state has seen all tokens of the row, in their order. States at the row's other tokens may be used as well.
        Tokens after the row's length change nothing. No argument is modified.

        Args:
            tokens: int64, shape (T, N), each row padded to T with any tokens of the vocabulary.
            lengths: how many tokens of each row count, int64, shape (N,), from 1 to T, in any order; all may be
                smaller than T.

        Returns:
            The logits, shape (N, num_classes): raw scores of either sign, before any softmax or sigmoid.
        """
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states[lengths - 1, torch.arange(len(lengths))])


class ManyToMany(nn.Module):
    """From a sequence of tokens to the logits of a label for each of them, such as its part of speech.

    Carry a state from token to token, as in ManyToOne. Sequences may have any length; embedding_dim and hidden_dim may
    be any number from 1, odd ones included. All else is free, and so are the names. Each parameter must get a gradient
    from sequences of two tokens or more.

    In evaluation mode the logits of a row depend on its own tokens alone: not on other rows, earlier calls or chance.
    In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: how many different tokens there are, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the vectors that tokens are turned into.
        hidden_dim: the size of the recurrent state.
        num_classes: the number of labels, at least 2.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.recurrent = nn.LSTM(embedding_dim, hidden_dim)
        self.scores = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Score the labels of each token, from itself and all tokens before it, in their order.

        They may depend on the tokens after it as well. No argument is modified.

        Args:
            tokens: int64, shape (T, N).

        Returns:
            The logits, shape (T, N, num_classes): raw scores of either sign, before any softmax or sigmoid.
        """
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states)


class OneToMany(nn.Module):
    """From one vector to a sequence of tokens, such as from an image to its caption.

    Carry a state from step to step, each made from what the step is fed and the state before it: with nn.RNNCell,
    nn.LSTMCell, nn.GRUCell, their layers or a cell of your own. The sizes in_dim and hidden_dim may be any number from
    1, odd ones included. All else is free, and so are the names. Each parameter must get a gradient from two steps or
    more.

    In evaluation mode the logits of a row depend on its own vector alone: not on other rows, earlier calls or chance.
    In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        in_dim: the number of features of the vector.
        hidden_dim: the size of the recurrent state.
        vocab_size: how many different tokens there are, 0 to vocab_size - 1; at least 3.
    """

    def __init__(self, in_dim: int, hidden_dim: int, vocab_size: int) -> None:
        """Create the layers."""
        super().__init__()
        self.start = nn.Linear(in_dim, hidden_dim)
        self.embedding = nn.Embedding(vocab_size, hidden_dim)
        self.cell = nn.GRUCell(hidden_dim, hidden_dim)
        self.scores = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x: Tensor, steps: int) -> Tensor:
        """Score the tokens of each step; after the first, each is fed the token that the step before found most likely.

        What the first step is fed is free, and may depend on ``x``. A step's logits depend on all tokens fed so far,
        which the state holds. The logits of every step depend on ``x``, with gradient. Asking for more steps does not
        change the first ones. No argument is modified.

        Args:
            x: the vectors, float32, shape (N, in_dim).
            steps: how many tokens, at least 1.

        Returns:
            The logits, shape (steps, N, vocab_size): raw scores of either sign, before any softmax or sigmoid.
        """
        state = torch.tanh(self.start(x))
        token = torch.zeros(len(x), dtype=torch.int64)
        rows = []
        for _ in range(steps):
            state = self.cell(self.embedding(token), state)
            rows.append(self.scores(state))
            token = rows[-1].argmax(dim=1)
        return torch.stack(rows)


class Seq2Seq(nn.Module):
    """From one sequence of tokens to another, such as from a sentence to its translation.

    An encoder reads the source; a decoder starts from where the encoder ended, or looks at the encoder's states, or
    both, and writes the target. Each carries a state from token to token, as in ManyToOne. Sequences may have any
    length; embedding_dim and hidden_dim may be any number from 1, odd ones included. All else is free, and so are the
    names. Each parameter must get a gradient from sources and targets of two tokens or more.

    In evaluation mode the logits of a row depend on its own source and target alone: not on other rows, earlier calls
    or chance. In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: how many different tokens there are in source and target, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the vectors that tokens are turned into.
        hidden_dim: the size of the recurrent state.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.encoder = nn.GRU(embedding_dim, hidden_dim)
        self.decoder = nn.GRU(embedding_dim, hidden_dim)
        self.scores = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Score the next token at each position of a target that is known (teacher forcing).

        Position t has the logits of the token that follows target[t]. They depend on target[0] to target[t] and on the
        whole source, both in their order. They do not depend on later tokens of the target. No argument is modified.

        Args:
            source: int64, shape (S, N).
            target: int64, shape (T, N), which begins with a start token.

        Returns:
            The logits, shape (T, N, vocab_size): raw scores of either sign, before any softmax or sigmoid.
        """
        _, state = self.encoder(self.embedding(source))
        states, _ = self.decoder(self.embedding(target), state)
        return self.scores(states)

    def greedy(self, source: Tensor, steps: int, start: int) -> Tensor:
        """Write a target: at each step the most likely token, which is then fed to the next step.

        In evaluation mode it agrees with ``forward``: fed with the start token and then the result but for its last
        token, ``forward`` finds each token of the result most likely. The model is left in the mode, training or
        evaluation, that it was in. No argument is modified.

        Args:
            source: int64, shape (S, N).
            steps: how many tokens to write, at least 1.
            start: the token that the first step is fed, the same for all rows.

        Returns:
            The tokens, int64, shape (steps, N), without the start token.
        """
        _, state = self.encoder(self.embedding(source))
        token = torch.full_like(source[:1], start)
        tokens = []
        for _ in range(steps):
            out, state = self.decoder(self.embedding(token), state)
            token = self.scores(out).argmax(dim=2)
            tokens.append(token)
        return torch.cat(tokens)
