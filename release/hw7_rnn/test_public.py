"""Public checks of homework 7. They are a first look: the grading tries other sizes and sequences, too."""

import rnn
import torch
from torch import nn


def test_rnn_cell_equals_torch():
    """One step gives what torch.nn.RNNCell gives with the same weights."""
    torch.manual_seed(0)
    cell = nn.RNNCell(3, 4)
    x, h = torch.randn(5, 3), torch.randn(5, 4)
    found = rnn.rnn_cell(x, h, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    assert tuple(found.shape) == (5, 4), f"the state has the shape (N, H) = (5, 4); yours is {tuple(found.shape)}"
    assert torch.allclose(found, cell(x, h), atol=1e-5), "tanh(x w_ih^T + b_ih + h w_hh^T + b_hh), as nn.RNNCell has it"


def test_rnn_forward_equals_torch():
    """All steps give what torch.nn.RNN gives with the same weights."""
    torch.manual_seed(0)
    network = nn.RNN(3, 4)
    xs, h0 = torch.randn(6, 5, 3), torch.randn(5, 4)
    weights = network.weight_ih_l0, network.weight_hh_l0, network.bias_ih_l0, network.bias_hh_l0
    outputs, last = rnn.rnn_forward(xs, h0, *weights)
    expected, _ = network(xs, h0.unsqueeze(0))
    assert tuple(outputs.shape) == (6, 5, 4), f"outputs is (T, N, H) = (6, 5, 4); yours is {tuple(outputs.shape)}"
    assert torch.allclose(outputs, expected, atol=1e-5), "each step starts from the state after the one before"
    assert torch.equal(last, outputs[-1]), "h_n is the last of the outputs, shape (N, H)"


def test_lstm_cell_equals_torch():
    """One step gives what torch.nn.LSTMCell gives with the same weights."""
    torch.manual_seed(0)
    cell = nn.LSTMCell(3, 4)
    x, h, c = torch.randn(5, 3), torch.randn(5, 4), torch.randn(5, 4)
    state, memory = rnn.lstm_cell(x, h, c, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    expected_state, expected_memory = cell(x, (h, c))
    assert torch.allclose(memory, expected_memory, atol=1e-5), (
        "c' = sigmoid(f) c + sigmoid(i) tanh(g), gates i, f, g, o"
    )
    assert torch.allclose(state, expected_state, atol=1e-5), "h' = sigmoid(o) tanh(c'), with the new memory"


def test_ManyToOne_ignores_padding():
    """The scores are (N, num_classes), and what stands after a row's length changes nothing."""
    torch.manual_seed(0)
    model = rnn.ManyToOne(vocab_size=9, embedding_dim=4, hidden_dim=5, num_classes=2)
    tokens, lengths = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 0, 8]]), torch.tensor([3, 1, 2])
    other = tokens.clone()
    other[1:, 1] = 0
    other[2, 2] = 1
    scores = model(tokens, lengths)
    assert tuple(scores.shape) == (3, 2), f"3 rows and 2 classes make the shape (3, 2); yours is {tuple(scores.shape)}"
    assert torch.allclose(scores, model(other, lengths), atol=1e-6), "the scores change with what stands in the padding"


def test_ManyToMany_scores_each_token():
    """The scores are (T, N, num_classes), and the first token counts for the last one."""
    torch.manual_seed(0)
    model = rnn.ManyToMany(vocab_size=9, embedding_dim=4, hidden_dim=5, num_classes=2)
    tokens = torch.tensor([[1, 2], [3, 4], [5, 6]])
    other = tokens.clone()
    other[0] = 8
    scores = model(tokens)
    assert tuple(scores.shape) == (3, 2, 2), (
        f"the shape is (T, N, num_classes) = (3, 2, 2); yours {tuple(scores.shape)}"
    )
    assert not torch.equal(scores[2], model(other)[2]), "the last token's scores do not depend on the first token"


def test_OneToMany_more_steps_change_nothing():
    """The scores are (steps, N, vocab_size), and the first steps are the same however many are asked for."""
    torch.manual_seed(0)
    model = rnn.OneToMany(in_dim=4, hidden_dim=6, vocab_size=7)
    x = torch.randn(3, 4)
    scores = model(x, 5)
    assert tuple(scores.shape) == (5, 3, 7), (
        f"the shape is (steps, N, vocab_size) = (5, 3, 7); yours {tuple(scores.shape)}"
    )
    assert torch.allclose(scores[:2], model(x, 2), atol=1e-6), (
        "the first two of five steps are not the two of two steps"
    )


def test_Seq2Seq_greedy_agrees_with_forward():
    """What greedy writes is what forward finds most likely."""
    torch.manual_seed(0)
    model = rnn.Seq2Seq(vocab_size=7, embedding_dim=4, hidden_dim=6)
    source = torch.tensor([[1, 2], [3, 4], [5, 0]])
    tokens = model.greedy(source, 4, start=6)
    assert tuple(tokens.shape) == (4, 2), f"the tokens are (steps, N) = (4, 2); yours are {tuple(tokens.shape)}"
    target = torch.cat([torch.full((1, 2), 6), tokens[:-1]])
    scores = model(source, target)
    assert tuple(scores.shape) == (4, 2, 7), (
        f"the scores are (T, N, vocab_size) = (4, 2, 7); yours {tuple(scores.shape)}"
    )
    assert torch.equal(scores.argmax(dim=2), tokens), "fed with the tokens of greedy, forward finds others most likely"
