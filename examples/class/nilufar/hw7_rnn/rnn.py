"""Homework 7: recurrent networks. Sequences are time-major: (T, N, ...), the default in PyTorch."""

import torch
from torch import Tensor, nn


def rnn_cell(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """One step of a recurrent network.

        h' = tanh(x w_ih^T + b_ih + h w_hh^T + b_hh)

    Gradients flow into every argument. No argument is modified. nn.RNN, nn.LSTM, nn.GRU, their cells and their
    functional forms are not allowed here.

    Args:
        x: the input of this step, shape (N, D).
        h: the state before this step, shape (N, H).
        w_ih: the input-to-hidden weights, shape (H, D), as in torch.nn.RNNCell.
        w_hh: the hidden-to-hidden weights, shape (H, H).
        b_ih: the input-to-hidden bias, shape (H,).
        b_hh: the hidden-to-hidden bias, shape (H,).

    Returns:
        The state after this step, shape (N, H), with the dtype of ``x``.
    """
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T)


def rnn_forward(
    xs: Tensor, h0: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """A recurrent network, applied to a batch of sequences.

    The state after step t is the result of ``rnn_cell`` for xs[t] and the state after step t - 1. Before the first step
    the state is ``h0``. Gradients flow back through all steps, and into every argument. No argument is modified.
    ``rnn_cell`` may be used; the layers not allowed there are not allowed here.

    Args:
        xs: the sequences, shape (T, N, D), T at least 1.
        h0: the initial state, shape (N, H).
        w_ih: the input-to-hidden weights, shape (H, D), the same in all steps.
        w_hh: the hidden-to-hidden weights, shape (H, H).
        b_ih: the input-to-hidden bias, shape (H,).
        b_hh: the hidden-to-hidden bias, shape (H,).

    Returns:
        The tuple (outputs, h_n): the states after each step, shape (T, N, H), and the last state, shape (N, H). Both
        have the dtype of ``xs``.
    """
    outputs = []
    h = h0
    for t in range(len(xs)):
        h = rnn_cell(xs[t], h, w_ih, w_hh, b_ih, b_hh)
        outputs.append(h)
    return torch.stack(outputs), h


def lstm_cell(
    x: Tensor, h: Tensor, c: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of an LSTM (long short-term memory).

        [i, f, g, o] = x w_ih^T + b_ih + h w_hh^T + b_hh    in this order, H columns each
        c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h' = sigmoid(o) * tanh(c')

    i, f and o are the input, forget and output gate, g is the candidate. Gradients flow into every argument. No
    argument is modified. The layers not allowed in ``rnn_cell`` are not allowed here; torch.sigmoid and torch.tanh are.

    Args:
        x: the input of this step, shape (N, D).
        h: the hidden state before this step, shape (N, H).
        c: the cell state before this step, shape (N, H).
        w_ih: the input-to-hidden weights, shape (4 H, D), as in torch.nn.LSTMCell.
        w_hh: the hidden-to-hidden weights, shape (4 H, H).
        b_ih: the input-to-hidden bias, shape (4 H,).
        b_hh: the hidden-to-hidden bias, shape (4 H,).

    Returns:
        The tuple (h', c'), each with shape (N, H) and the dtype of ``x``.
    """
    z = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = z.chunk(4, dim=1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h_new = torch.sigmoid(o) * c_new
    return h_new, c_new


class ManyToOne(nn.Module):
    """From a sequence of tokens to the logits of one label, such as the sentiment of a review.

    Carry a state from token to token, each computed from the token and the previous state: with nn.RNN, nn.LSTM, nn.GRU
    or your own cell. A sum over positions, a convolution or attention alone is not enough. Sequences may have any
    length; embedding_dim and hidden_dim may be any number from 1, including odd ones. The other layers (for example
    nn.Embedding before and nn.Linear after) and all names are up to you. Each parameter must get a gradient from a
    batch whose rows have at least two tokens.

    In evaluation mode the logits of a row depend only on its own tokens, not on other rows, earlier calls or
    randomness. In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: the number of tokens, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the embedding vectors.
        hidden_dim: the size of the recurrent state.
        num_classes: the number of labels, at least 2.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True)
        self.linear = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Compute the logits of each row from the state at its own last token.

        That state depends on all tokens of the row and on their order. States at the row's other tokens may also be
        used. Tokens after the row's length do not change the logits. No argument is modified.

        Args:
            tokens: int64, shape (T, N), each row padded to T with any tokens of the vocabulary.
            lengths: the number of tokens in each row, without padding, int64, shape (N,), from 1 to T, in any order;
                all may be smaller than T.

        Returns:
            The logits, shape (N, num_classes): raw scores of either sign, before any softmax or sigmoid.
        """
        states, _ = self.gru(self.embedding(tokens))
        last = states[lengths - 1, torch.arange(tokens.shape[1])]
        return self.linear(last)


class ManyToMany(nn.Module):
    """From a sequence of tokens to the logits of a label for each of them, such as its part of speech.

    Carry a state from token to token, as in ManyToOne. Sequences may have any length; embedding_dim and hidden_dim may
    be any number from 1, including odd ones. The other layers and all names are up to you. Each parameter must get a
    gradient from sequences of at least two tokens.

    In evaluation mode the logits of a row depend only on its own tokens, not on other rows, earlier calls or
    randomness. In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: the number of tokens, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the embedding vectors.
        hidden_dim: the size of the recurrent state.
        num_classes: the number of labels, at least 2.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, num_classes: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True)
        self.linear = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Compute the logits of each token from the token and all earlier ones, in their order.

        They may also depend on later tokens. No argument is modified.

        Args:
            tokens: int64, shape (T, N).

        Returns:
            The logits, shape (T, N, num_classes): raw scores of either sign, before any softmax or sigmoid.
        """
        states, _ = self.gru(self.embedding(tokens))
        return self.linear(states)


class OneToMany(nn.Module):
    """From one vector to a sequence of tokens, such as from an image to its caption.

    Carry a state from step to step, each computed from the input of the step and the previous state: with nn.RNNCell,
    nn.LSTMCell, nn.GRUCell, their layers or your own cell. The sizes in_dim and hidden_dim may be any number from 1,
    including odd ones. The other layers and all names are up to you. Each parameter must get a gradient from at least
    two steps.

    In evaluation mode the logits of a row depend only on its own vector, not on other rows, earlier calls or
    randomness. In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        in_dim: the number of features of the vector.
        hidden_dim: the size of the recurrent state.
        vocab_size: the number of tokens, 0 to vocab_size - 1; at least 3.
    """

    def __init__(self, in_dim: int, hidden_dim: int, vocab_size: int) -> None:
        """Create the layers."""
        super().__init__()
        self.first = nn.Linear(in_dim, hidden_dim)
        self.embedding = nn.Embedding(vocab_size, hidden_dim)
        self.cell = nn.GRUCell(hidden_dim, hidden_dim)
        self.linear = nn.Linear(hidden_dim, vocab_size)

    def forward(self, x: Tensor, steps: int) -> Tensor:
        """Compute the logits of each step; each step but the first is fed the most likely token of the previous one.

        The input of the first step is up to you, and may depend on ``x``. The logits of a step depend on all tokens fed
        so far, through the state. The logits of every step depend on ``x``, with gradient. More steps do not change the
        logits of the first ones. No argument is modified.

        Args:
            x: the vectors, float32, shape (N, in_dim).
            steps: the number of tokens, at least 1.

        Returns:
            The logits, shape (steps, N, vocab_size): raw scores of either sign, before any softmax or sigmoid.
        """
        h = self.first(x)
        token = torch.zeros(x.shape[0], dtype=torch.long)
        scores = []
        for _ in range(steps):
            h = self.cell(self.embedding(token), h)
            scores.append(self.linear(h))
            token = scores[-1].softmax(dim=1).multinomial(1).squeeze(1)
        return torch.stack(scores)


class Seq2Seq(nn.Module):
    """From one sequence of tokens to another, such as from a sentence to its translation.

    An encoder reads the source; a decoder starts from the encoder's last state, or attends to the encoder's states, or
    both, and predicts the target. Each carries a state from token to token, as in ManyToOne. Sequences may have any
    length; embedding_dim and hidden_dim may be any number from 1, including odd ones. The other layers and all names
    are up to you. Each parameter must get a gradient from sources and targets of at least two tokens.

    In evaluation mode the logits of a row depend only on its own source and target, not on other rows, earlier calls or
    randomness. In training mode dropout and batch normalization may change them. The model is used in float32.

    Args:
        vocab_size: the number of tokens in source and target together, 0 to vocab_size - 1; at least 3.
        embedding_dim: the size of the embedding vectors.
        hidden_dim: the size of the recurrent state.
    """

    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int) -> None:
        """Create the layers."""
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.encoder = nn.LSTM(embedding_dim, hidden_dim)
        self.decoder = nn.LSTM(embedding_dim, hidden_dim)
        self.linear = nn.Linear(hidden_dim, vocab_size)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Compute the logits of the next token at each position of a given target (teacher forcing).

        Position t has the logits of the token that follows target[t]. They depend on target[0] to target[t] and on the
        whole source, and on the order of both. They do not depend on later tokens of the target. No argument is
        modified.

        Args:
            source: int64, shape (S, N).
            target: int64, shape (T, N), beginning with a start token.

        Returns:
            The logits, shape (T, N, vocab_size): raw scores of either sign, before any softmax or sigmoid.
        """
        _, state = self.encoder(self.embedding(source))
        out, _ = self.decoder(self.embedding(target), state)
        return self.linear(out)

    def greedy(self, source: Tensor, steps: int, start: int) -> Tensor:
        """Decode greedily: each step predicts its most likely token, which is fed to the next step.

        In evaluation mode it agrees with ``forward``: if ``forward`` is given the start token and the result without
        its last token as target, its most likely tokens are the result. The model's training or evaluation mode is
        restored. No argument is modified.

        Args:
            source: int64, shape (S, N).
            steps: the number of tokens to predict, at least 1.
            start: the start token, fed to the first step of all rows.

        Returns:
            The tokens, int64, shape (steps, N), without the start token.
        """
        _, state = self.encoder(self.embedding(source))
        token = torch.full((1, source.shape[1]), start)
        result = []
        for _ in range(steps):
            out, state = self.decoder(self.embedding(token), state)
            token = self.linear(out).argmax(dim=-1)
            result.append(token)
        return torch.cat(result)
