"""Common mistakes in hw7, each with the explanation that students read."""

import reference
import torch
from torch import nn

from gradkit.bank import mistake

# ---- rnn_cell


@mistake("rnn_cell")
def relu_for_tanh(x, h, w_ih, w_hh, b_ih, b_hh):
    """The activation is ReLU. It should be tanh."""
    return torch.relu(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@mistake("rnn_cell")
def sigmoid_for_tanh(x, h, w_ih, w_hh, b_ih, b_hh):
    """The activation is the sigmoid. It should be tanh."""
    return torch.sigmoid(x @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@mistake("rnn_cell")
def no_activation(x, h, w_ih, w_hh, b_ih, b_hh):
    """There is no activation. Apply tanh to the sum."""
    return x @ w_ih.T + b_ih + h @ w_hh.T + b_hh


@mistake("rnn_cell")
def tanh_of_each(x, h, w_ih, w_hh, b_ih, b_hh):
    """tanh is applied to the input part and the state part separately, before the sum. Apply tanh once, to the whole
    sum."""
    return torch.tanh(x @ w_ih.T + b_ih) + torch.tanh(h @ w_hh.T + b_hh)


@mistake("rnn_cell")
def state_left_out(x, h, w_ih, w_hh, b_ih, b_hh):
    """The previous state is not used, so the network has no memory."""
    return torch.tanh(x @ w_ih.T + b_ih + b_hh)


@mistake("rnn_cell")
def one_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    """Only b_ih is added. There are two biases."""
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh.T)


@mistake("rnn_cell")
def other_bias(x, h, w_ih, w_hh, b_ih, b_hh):
    """Only b_hh is added. There are two biases."""
    return torch.tanh(x @ w_ih.T + h @ w_hh.T + b_hh)


@mistake("rnn_cell")
def hidden_weights_not_transposed(x, h, w_ih, w_hh, b_ih, b_hh):
    """h is multiplied by w_hh without the transpose. w_hh is square, so this raises no error, but the formula is h
    w_hh^T."""
    return torch.tanh(x @ w_ih.T + b_ih + h @ w_hh + b_hh)


@mistake("rnn_cell")
def element_by_element(x, h, w_ih, w_hh, b_ih, b_hh):
    """The state is multiplied only by the diagonal of w_hh. It should be a matrix product, in which each element of the
    new state depends on every element of the old one."""
    return torch.tanh(x @ w_ih.T + b_ih + h * w_hh.diagonal() + b_hh)


@mistake("rnn_cell")
def state_kept(x, h, w_ih, w_hh, b_ih, b_hh):
    """The previous state is added to the new one. The new state is the tanh alone."""
    return h + reference.rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_cell")
def state_detached(x, h, w_ih, w_hh, b_ih, b_hh):
    """The state is detached from the graph, so no gradient flows back to earlier steps."""
    return reference.rnn_cell(x, h.detach(), w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_cell")
def state_overwritten(x, h, w_ih, w_hh, b_ih, b_hh):
    """The state is modified in place. The caller still needs it: return a new tensor."""
    result = reference.rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        h.copy_(result)
    return result


@mistake("rnn_cell")
def cell_always_float(x, h, w_ih, w_hh, b_ih, b_hh):
    """The state is always float32. It should have the dtype of x."""
    return reference.rnn_cell(*(t.float() for t in (x, h, w_ih, w_hh, b_ih, b_hh)))


@mistake("rnn_cell")
def cell_always_double(x, h, w_ih, w_hh, b_ih, b_hh):
    """The state is always float64. It should have the dtype of x."""
    return reference.rnn_cell(*(t.double() for t in (x, h, w_ih, w_hh, b_ih, b_hh)))


@mistake("rnn_cell")
def ready_made_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    """PyTorch's own cell does the work. Here you write it yourself."""
    return torch.rnn_tanh_cell(x, h, w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_cell")
def module_cell(x, h, w_ih, w_hh, b_ih, b_hh):
    """nn.RNNCell does the work. Here you write it yourself."""
    cell = nn.RNNCell(x.shape[1], h.shape[1]).to(x.dtype)
    values = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    return torch.func.functional_call(cell, values, (x, h))


@mistake("rnn_cell")
def cell_by_another_name(x, h, w_ih, w_hh, b_ih, b_hh):
    """PyTorch's own cell does the work, under another name. Here you write it yourself."""
    return torch._VF.rnn_tanh_cell(x, h, w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_cell")
def input_left_out(x, h, w_ih, w_hh, b_ih, b_hh):
    """The input is not used: the new state depends only on the previous state."""
    return reference.rnn_cell(0 * x, h, w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_cell")
def input_weights_reshaped(x, h, w_ih, w_hh, b_ih, b_hh):
    """w_ih is reshaped to (D, H), which rearranges its elements. The transpose, w_ih.T, swaps rows and columns."""
    return torch.tanh(x @ w_ih.reshape(x.shape[1], -1) + b_ih + h @ w_hh.T + b_hh)


@mistake("rnn_cell")
def bias_added_to_the_other(x, h, w_ih, w_hh, b_ih, b_hh):
    """b_hh is added to b_ih in place, so the caller's b_ih changes at every step. Add them into a new tensor."""
    result = reference.rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        b_ih += b_hh
    return result


# ---- rnn_forward


def states_of(xs, h0, w_ih, w_hh, b_ih, b_hh, each=lambda h: h):
    """All states, each changed before it is passed on."""
    states, h = [], h0
    for x in xs:
        states.append(reference.rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh))
        h = each(states[-1])
    return states


@mistake("rnn_forward")
def state_not_carried(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """Every step starts from h0. Each step should start from the state after the previous one."""
    states = [reference.rnn_cell(x, h0, w_ih, w_hh, b_ih, b_hh) for x in xs]
    return torch.stack(states), states[-1]


@mistake("rnn_forward")
def starts_from_zero(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The first step starts from zeros. It should start from h0."""
    return reference.rnn_forward(xs, torch.zeros_like(h0), w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_forward")
def start_among_the_outputs(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """h0 is the first of the outputs, and the last state is missing. The outputs are the states after each step."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return torch.stack([h0, *states[:-1]]), states[-1]


@mistake("rnn_forward")
def one_state_too_many(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """h0 is among the outputs, so there are T + 1 of them. The outputs are the states after each of the T steps."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return torch.stack([h0, *states]), states[-1]


@mistake("rnn_forward")
def last_step_left_out(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The last step is missing: range(T - 1) ends at T - 2."""
    states = states_of(xs[:-1], h0, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(states), states[-1]


@mistake("rnn_forward")
def batch_first(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The outputs are (N, T, H). Time is the first dimension here: (T, N, H)."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(states, dim=1), states[-1]


@mistake("rnn_forward")
def end_to_start(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The sequence is read backwards. Start with step 0."""
    return reference.rnn_forward(xs.flip(0), h0, w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_forward")
def joined_in_a_row(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The states are joined with torch.cat, which gives (T N, H). torch.stack adds the time dimension: (T, N, H)."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return torch.cat(states), states[-1]


@mistake("rnn_forward")
def last_state_with_time(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """h_n has an extra dimension, (1, N, H), as in torch.nn.RNN. Here it is (N, H)."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(states), states[-1].unsqueeze(0)


@mistake("rnn_forward")
def results_swapped(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The last state is returned first. The order is (outputs, h_n)."""
    return reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, b_hh)[::-1]


@mistake("rnn_forward")
def outputs_alone(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """Only the outputs are returned. Return the tuple (outputs, h_n)."""
    return reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, b_hh)[0]


@mistake("rnn_forward")
def cut_between_steps(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The state is detached from the graph between steps, so gradients stop after one step. They should flow through
    all steps."""
    states = states_of(xs, h0, w_ih, w_hh, b_ih, b_hh, each=lambda h: h.detach())
    return torch.stack(states), states[-1]


@mistake("rnn_forward")
def start_detached(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """h0 is detached from the graph. Gradients should flow into it."""
    return reference.rnn_forward(xs, h0.detach(), w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_forward")
def into_single_precision(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The outputs are written into a tensor of zeros that is always float32. Create it with the dtype of xs."""
    outputs = torch.zeros(len(xs), *h0.shape)
    for t, state in enumerate(states_of(xs, h0, w_ih, w_hh, b_ih, b_hh)):
        outputs[t] = state
    return outputs, outputs[-1]


@mistake("rnn_forward")
def forward_always_double(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The results are always float64. They should have the dtype of xs."""
    return reference.rnn_forward(*(t.double() for t in (xs, h0, w_ih, w_hh, b_ih, b_hh)))


@mistake("rnn_forward")
def start_changed(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """h0 is overwritten with the last state. No argument may be modified."""
    outputs, last = reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        h0.copy_(last)
    return outputs, last


@mistake("rnn_forward")
def ready_made_network(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """PyTorch's own layer does the work. Here you write it yourself."""
    outputs, last = torch.rnn_tanh(xs, h0.unsqueeze(0), [w_ih, w_hh, b_ih, b_hh], True, 1, 0.0, False, False, False)
    return outputs, last.squeeze(0)


@mistake("rnn_forward")
def biases_joined_in_place(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """b_hh is added to b_ih in place, which modifies the caller's b_ih. Add them into a new tensor."""
    results = reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        b_ih += b_hh
    return results


@mistake("rnn_forward")
def ones_squeezed(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The outputs are squeezed, which also removes T, N or H when it is 1. Their shape is always (T, N, H)."""
    outputs, last = reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, b_hh)
    return outputs.squeeze(), last


@mistake("rnn_forward")
def start_of_one_row(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """All rows start from the first row of h0. Each row has its own initial state."""
    return reference.rnn_forward(xs, h0[:1].expand_as(h0), w_ih, w_hh, b_ih, b_hh)


@mistake("rnn_forward")
def input_weights_in_another_order(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """w_ih is reshaped to (D, H), which rearranges its elements. The transpose, w_ih.T, swaps rows and columns."""
    reshaped = w_ih.reshape(xs.shape[2], -1).T
    return reference.rnn_forward(xs, h0, reshaped, w_hh, b_ih, b_hh)


@mistake("rnn_forward")
def hidden_weights_as_they_are(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """The state is multiplied by w_hh without the transpose. w_hh is square, so this raises no error, but the formula
    is h w_hh^T."""
    return reference.rnn_forward(xs, h0, w_ih, w_hh.T, b_ih, b_hh)


@mistake("rnn_forward")
def second_bias_alone(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """Only b_hh is added. There are two biases."""
    return reference.rnn_forward(xs, h0, w_ih, w_hh, 0 * b_ih, b_hh)


@mistake("rnn_forward")
def first_bias_alone(xs, h0, w_ih, w_hh, b_ih, b_hh):
    """Only b_ih is added. There are two biases."""
    return reference.rnn_forward(xs, h0, w_ih, w_hh, b_ih, 0 * b_hh)


# ---- lstm_cell


def gates(x, h, w_ih, w_hh, b_ih, b_hh):
    """The gates and the candidate, before their activations."""
    return (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, dim=1)


def remember(i, f, g, o, c):
    """The hidden state and the cell state, from the gates and the candidate."""
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("lstm_cell")
def input_and_forget_swapped(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The input gate and the forget gate are swapped. The order is i, f, g, o."""
    f, i, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    return remember(i, f, g, o, c)


@mistake("lstm_cell")
def output_before_candidate(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The third part is used as the output gate, as in i, f, o, g. The order is i, f, g, o."""
    i, f, o, g = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    return remember(i, f, g, o, c)


@mistake("lstm_cell")
def candidate_through_sigmoid(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The sigmoid is applied to g. g is the candidate, not a gate: apply tanh."""
    i, f, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("lstm_cell")
def gates_through_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """tanh is applied to the gates. A gate lies between 0 and 1: apply the sigmoid."""
    i, f, g, o = (torch.tanh(part) for part in gates(x, h, w_ih, w_hh, b_ih, b_hh))
    c = f * c + i * g
    return o * torch.tanh(c), c


@mistake("lstm_cell")
def memory_not_through_tanh(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The new hidden state is sigmoid(o) times the cell state itself. Apply tanh to the cell state first."""
    i, f, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    _, c = remember(i, f, g, o, c)
    return torch.sigmoid(o) * c, c


@mistake("lstm_cell")
def state_from_the_old_memory(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The new hidden state is computed from the old cell state c. Use the new one, c'."""
    i, f, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    return torch.sigmoid(o) * torch.tanh(c), remember(i, f, g, o, c)[1]


@mistake("lstm_cell")
def nothing_forgotten(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The old cell state is kept in full. The forget gate says how much of it is kept."""
    i, _, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    c = c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("lstm_cell")
def everything_written(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """All of the candidate is added to the cell state. The input gate says how much."""
    _, f, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    c = torch.sigmoid(f) * c + torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("lstm_cell")
def gates_coupled(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The candidate is multiplied by 1 - sigmoid(f). Multiply it by the input gate, sigmoid(i)."""
    _, f, g, o = gates(x, h, w_ih, w_hh, b_ih, b_hh)
    keep = torch.sigmoid(f)
    c = keep * c + (1 - keep) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("lstm_cell")
def memory_first(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The cell state is returned first. The order is (h', c')."""
    return reference.lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)[::-1]


@mistake("lstm_cell")
def lstm_state_alone(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Only the hidden state is returned. The next step also needs the cell state: return (h', c')."""
    return reference.lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)[0]


@mistake("lstm_cell")
def one_bias_of_two(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Only b_ih is added. There are two biases."""
    return reference.lstm_cell(x, h, c, w_ih, w_hh, b_ih, torch.zeros_like(b_hh) + 0 * b_hh)


@mistake("lstm_cell")
def in_turns(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The 4 H columns are assigned to i, f, g and o in turn. The first H columns are i, the next H f, then g, then
    o."""
    whole = x @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    return remember(*(whole[:, part::4] for part in range(4)), c)


@mistake("lstm_cell")
def memory_detached(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The cell state is detached from the graph, so no gradient flows back through it. This is the path that lets an
    LSTM learn long dependencies."""
    return reference.lstm_cell(x, h, c.detach(), w_ih, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def memory_overwritten(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The cell state is modified in place. The caller still needs it: create a new tensor."""
    state, memory = reference.lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        c.copy_(memory)
    return state, memory


@mistake("lstm_cell")
def lstm_always_float(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The results are always float32. They should have the dtype of x."""
    return reference.lstm_cell(*(t.float() for t in (x, h, c, w_ih, w_hh, b_ih, b_hh)))


@mistake("lstm_cell")
def lstm_always_double(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The results are always float64. They should have the dtype of x."""
    return reference.lstm_cell(*(t.double() for t in (x, h, c, w_ih, w_hh, b_ih, b_hh)))


@mistake("lstm_cell")
def ready_made_lstm(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """PyTorch's own cell does the work. Here you write it yourself."""
    return torch.lstm_cell(x, (h, c), w_ih, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def lstm_input_left_out(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The input is not used. The gates and the candidate depend on the input and the previous hidden state."""
    return reference.lstm_cell(0 * x, h, c, w_ih, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def lstm_state_left_out(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The previous hidden state is not used. The gates and the candidate depend on the input and the previous hidden
    state."""
    return reference.lstm_cell(x, 0 * h, c, w_ih, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def memory_starts_anew(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """The previous cell state is not used, so each step starts from an empty one."""
    return reference.lstm_cell(x, h, 0 * c, w_ih, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def lstm_input_weights_reshaped(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """w_ih is reshaped to (D, 4 H), which rearranges its elements. The transpose, w_ih.T, swaps rows and columns."""
    return reference.lstm_cell(x, h, c, w_ih.reshape(x.shape[1], -1).T, w_hh, b_ih, b_hh)


@mistake("lstm_cell")
def lstm_hidden_weights_not_transposed(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Each gate's block of w_hh is used without the transpose. The block is square, so this raises no error, but the
    formula is h w_hh^T."""
    turned = torch.cat([part.T for part in w_hh.chunk(4)])
    return reference.lstm_cell(x, h, c, w_ih, turned, b_ih, b_hh)


@mistake("lstm_cell")
def other_bias_of_two(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """Only b_hh is added. There are two biases."""
    return reference.lstm_cell(x, h, c, w_ih, w_hh, 0 * b_ih, b_hh)


@mistake("lstm_cell")
def lstm_biases_joined_in_place(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """b_hh is added to b_ih in place, which modifies the caller's b_ih. Add them into a new tensor."""
    results = reference.lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)
    with torch.no_grad():
        b_ih += b_hh
    return results


@mistake("lstm_cell")
def lstm_by_another_name(x, h, c, w_ih, w_hh, b_ih, b_hh):
    """PyTorch's own layer does the work, on a sequence of length 1. Here you write it yourself."""
    start = h.unsqueeze(0), c.unsqueeze(0)
    _, state, memory = torch._VF.lstm(
        x.unsqueeze(0), start, [w_ih, w_hh, b_ih, b_hh], True, 1, 0.0, False, False, False
    )
    return state[0], memory[0]


# ---- ManyToOne


@mistake("ManyToOne")
class LastRow(reference.ManyToOne):
    """The state at the end of the padding is used, states[-1]. Each row's own last token is at lengths[n] - 1."""

    def forward(self, tokens, lengths):
        return self.scores(self.recurrent(self.embedding(tokens))[0][-1])


@mistake("ManyToOne")
class OneTooFar(reference.ManyToOne):
    """The state one step after each row's last token is used. Indices start at 0, so the last token is at lengths[n] -
    1."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states[lengths.clamp(max=len(tokens) - 1), torch.arange(len(lengths))])


@mistake("ManyToOne")
class OneTooEarly(reference.ManyToOne):
    """The state one step before each row's last token is used, so the last token is ignored."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states[(lengths - 2).clamp(min=0), torch.arange(len(lengths))])


@mistake("ManyToOne")
class FirstState(reference.ManyToOne):
    """The state at the first token is used. It does not depend on the later tokens."""

    def forward(self, tokens, lengths):
        return self.scores(self.recurrent(self.embedding(tokens))[0][0])


@mistake("ManyToOne")
class MeanOfAllStates(reference.ManyToOne):
    """The mean of all states is used, including those of the padding. Tokens after a row's length must not change the
    result."""

    def forward(self, tokens, lengths):
        return self.scores(self.recurrent(self.embedding(tokens))[0].mean(dim=0))


@mistake("ManyToOne")
class BagOfWords(reference.ManyToOne):
    """The embeddings of the tokens are summed. A sum ignores their order: use a recurrent layer, which reads the tokens
    one after the other."""

    def forward(self, tokens, lengths):
        inside = torch.arange(len(tokens)).unsqueeze(1) < lengths
        bag = (self.embedding(tokens) * inside.unsqueeze(2)).sum(dim=0, keepdim=True)
        return self.scores(self.recurrent(bag)[0][0])


@mistake("ManyToOne")
class BatchForTime(reference.ManyToOne):
    """The recurrent layer has batch_first=True, so it takes the batch dimension for time. Here time is the first
    dimension."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens).transpose(0, 1))
        return self.scores(states.transpose(0, 1)[lengths - 1, torch.arange(len(lengths))])


@mistake("ManyToOne")
class AllStates(reference.ManyToOne):
    """There are logits for each token. Return one row of logits for each sequence."""

    def forward(self, tokens, lengths):
        return self.scores(self.recurrent(self.embedding(tokens))[0])


@mistake("ManyToOne")
class LengthsOfOneRow(reference.ManyToOne):
    """The length of the first row is used for all rows. Each row has its own length."""

    def forward(self, tokens, lengths):
        return self.scores(self.recurrent(self.embedding(tokens))[0][lengths[0] - 1])


@mistake("ManyToOne")
class SortedAndLeft(reference.ManyToOne):
    """The rows are sorted by length, and the logits are returned in that order. Return them in the original order."""

    def forward(self, tokens, lengths):
        order = lengths.argsort(descending=True)
        return reference.ManyToOne.forward(self, tokens[:, order], lengths[order])


@mistake("ManyToOne")
class LayerLeftOver(reference.ManyToOne):
    """There is an unused layer: it gets no gradient and never learns."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes)
        self.spare = nn.Linear(hidden_dim, num_classes)


@mistake("ManyToOne")
class StateWithoutGraph(reference.ManyToOne):
    """The state is detached from the graph, so nothing before the last layer can learn."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states[lengths - 1, torch.arange(len(lengths))].detach())


@mistake("ManyToOne")
class ReviewProbabilities(reference.ManyToOne):
    """The model ends with a softmax. cross_entropy applies the softmax itself: return the logits."""

    def forward(self, tokens, lengths):
        logits = reference.ManyToOne.forward(self, tokens, lengths)
        return logits.softmax(dim=-1)


@mistake("ManyToOne")
class ReviewLogProbabilities(reference.ManyToOne):
    """The model ends with a log-softmax, as for nll_loss. Return the logits, as for cross_entropy."""

    def forward(self, tokens, lengths):
        logits = reference.ManyToOne.forward(self, tokens, lengths)
        return logits.log_softmax(dim=-1)


@mistake("ManyToOne")
class ReviewProbabilitiesInEvaluation(reference.ManyToOne):
    """In evaluation mode the model ends with a softmax. Return the logits in both modes."""

    def forward(self, tokens, lengths):
        logits = reference.ManyToOne.forward(self, tokens, lengths)
        return logits if self.training else logits.softmax(dim=-1)


@mistake("ManyToOne")
class ReviewSquashed(reference.ManyToOne):
    """The model ends with a sigmoid. Return the logits, which may have either sign."""

    def forward(self, tokens, lengths):
        logits = reference.ManyToOne.forward(self, tokens, lengths)
        return torch.sigmoid(logits)


@mistake("ManyToOne")
class HalvedState(nn.Module):
    """Each direction has hidden_dim // 2 units, which gives one too few in total when hidden_dim is odd. Use hidden_dim
    for each, or let the next layer take 2 * (hidden_dim // 2)."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.recurrent = nn.LSTM(embedding_dim, hidden_dim // 2, bidirectional=True)
        self.scores = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(tokens), lengths, enforce_sorted=False)
        _, (state, _) = self.recurrent(packed)
        return self.scores(torch.cat([state[0], state[1]], dim=1))


@mistake("ManyToOne")
class RandomStart(reference.ManyToOne):
    """The initial state is drawn at random in each call, so the logits of the same review differ from call to call. Use
    zeros or a learned initial state."""

    def forward(self, tokens, lengths):
        start = torch.randn(2, 1, len(lengths), self.recurrent.hidden_size)
        states, _ = self.recurrent(self.embedding(tokens), tuple(start))
        return self.scores(states[lengths - 1, torch.arange(len(lengths))])


@mistake("ManyToOne")
class StateKeptBetweenCalls(reference.ManyToOne):
    """The last state is stored on self, and the next batch starts from it. Each batch should start from the initial
    state."""

    def forward(self, tokens, lengths):
        before = getattr(self, "state", None)
        if before is not None and before[0].shape[1] != len(lengths):
            before = None
        states, state = self.recurrent(self.embedding(tokens), before)
        self.state = tuple(part.detach() for part in state)
        return self.scores(states[lengths - 1, torch.arange(len(lengths))])


@mistake("ManyToOne")
class NormalizedOverTheBatch(reference.ManyToOne):
    """The states are normalized over the rows of the batch also in evaluation mode, so rows depend on each other.
    nn.BatchNorm1d uses its running statistics in that mode."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens))
        last = states[lengths - 1, torch.arange(len(lengths))]
        return self.scores((last - last.mean(dim=0)) / (last.var(dim=0, correction=0) + 1e-5).sqrt())


@mistake("ManyToOne")
class LengthsCountedDown(reference.ManyToOne):
    """lengths is reduced by 1 in place, which modifies the caller's tensor. Write lengths - 1, which is a new
    tensor."""

    def forward(self, tokens, lengths):
        lengths -= 1
        return reference.ManyToOne.forward(self, tokens, lengths + 1)


@mistake("ManyToOne")
class LengthsFromZeros(reference.ManyToOne):
    """Token 0 is treated as padding, and lengths is ignored. The padding may be any token, and a review may contain
    token 0."""

    def forward(self, tokens, lengths):
        return reference.ManyToOne.forward(self, tokens, (tokens != 0).sum(dim=0).clamp(min=1))


@mistake("ManyToOne")
class SortedLengthsOnly(reference.ManyToOne):
    """pack_padded_sequence is called as if the rows were sorted by length. They are in any order: pass
    enforce_sorted=False."""

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(tokens), lengths)
        return self.scores(self.recurrent(packed)[1][0][-1])


@mistake("ManyToOne")
class AsLongAsTheLongest(reference.ManyToOne):
    """T is assumed to be the largest of lengths, so a batch with more padding raises an error. All lengths may be
    smaller than T."""

    def forward(self, tokens, lengths):
        states, _ = self.recurrent(self.embedding(tokens))
        last = torch.arange(int(lengths.max())).unsqueeze(1) == lengths - 1
        return self.scores((states * last.unsqueeze(2)).sum(dim=0))


@mistake("ManyToOne")
class OneWordShort(reference.ManyToOne):
    """The embedding has one row too few: the last token, vocab_size - 1, is missing."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size - 1, embedding_dim, hidden_dim, num_classes)


class Feeding(nn.Module):
    """An embedding and a network with a hidden layer, none of which can carry a state."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes, inputs=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.scores = nn.Sequential(
            nn.Linear(inputs or embedding_dim, hidden_dim), nn.Tanh(), nn.Linear(hidden_dim, num_classes)
        )


def inside(tokens, lengths):
    """(T, N, 1): 1 at a row's tokens, 0 in its padding."""
    return (torch.arange(len(tokens)).unsqueeze(1) < lengths).unsqueeze(2).float()


def waves(length, size):
    """A positional encoding, (T, 1, size)."""
    steps = torch.arange(length).unsqueeze(1) / 10 ** (torch.arange(size) / size)
    return torch.sin(steps + 1).unsqueeze(1)


@mistake("ManyToOne")
class WeightedByPosition(Feeding):
    """The embeddings are summed with weights that depend on their positions. This distinguishes orders, but carries no
    state: a recurrent layer computes each state from a token and the previous state."""

    def forward(self, tokens, lengths):
        weights = 1 / (1 + torch.arange(len(tokens))).view(-1, 1, 1)
        return self.scores((self.embedding(tokens) * weights * inside(tokens, lengths)).sum(dim=0))


@mistake("ManyToOne")
class WeightedMean(Feeding):
    """The logits are computed from a mean of the embeddings in which later tokens have larger weights. No state is
    carried from token to token."""

    def forward(self, tokens, lengths):
        weights = (1 + torch.arange(len(tokens))).view(-1, 1, 1) * inside(tokens, lengths)
        return self.scores((self.embedding(tokens) * weights).sum(dim=0) / weights.sum(dim=0))


@mistake("ManyToOne")
class BagWithPositions(Feeding):
    """Each token passes through a layer together with its position, and the results are summed. No state is carried
    from token to token."""

    def forward(self, tokens, lengths):
        words = torch.tanh(self.embedding(tokens) * (1 + waves(len(tokens), self.embedding.embedding_dim)))
        return self.scores((words * inside(tokens, lengths)).sum(dim=0))


@mistake("ManyToOne")
class AttendsToTokens(Feeding):
    """The last token attends to all tokens. Attention reads them in parallel; a recurrent layer reads them one after
    the other and carries a state."""

    def forward(self, tokens, lengths):
        words = self.embedding(tokens) + waves(len(tokens), self.embedding.embedding_dim)
        query = words[lengths - 1, torch.arange(len(lengths))]
        match = torch.einsum("ne,tne->tn", query, words).masked_fill(inside(tokens, lengths).squeeze(2) == 0, -1e9)
        return self.scores(torch.einsum("tn,tne->ne", match.softmax(dim=0), words) + query)


@mistake("ManyToOne")
class ConvolvesOverTime(Feeding):
    """A convolution over time is applied to the tokens. It sees a few neighbors at once, and carries no state beyond
    them."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes, hidden_dim)
        self.convolution = nn.Conv1d(embedding_dim, hidden_dim, 3, padding=1)

    def forward(self, tokens, lengths):
        within = inside(tokens, lengths)
        found = self.convolution((self.embedding(tokens) * within).permute(1, 2, 0)).permute(2, 0, 1)
        return self.scores((torch.tanh(found) * within).sum(dim=0))


@mistake("ManyToOne")
class FlattenedToAFixedLength(Feeding):
    """Sequences are padded to a fixed length and flattened, so a longer one raises an error. A state of fixed size can
    represent sequences of any length."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes, 20 * embedding_dim)

    def forward(self, tokens, lengths):
        words = self.embedding(tokens) * inside(tokens, lengths)
        padded = torch.cat([words, words.new_zeros(20 - len(words), *words.shape[1:])])
        return self.scores(padded.transpose(0, 1).flatten(1))


@mistake("ManyToOne")
class TotalInALoop(Feeding):
    """The loop only sums contributions of single tokens. A state is computed from the token and the previous state,
    with learned weights."""

    def forward(self, tokens, lengths):
        total = 0
        for t, word in enumerate(torch.tanh(self.embedding(tokens))):
            total = 0.7 * total + word * (t < lengths).unsqueeze(1)
        return self.scores(total)


@mistake("ManyToOne")
class BagThroughTheLayer(reference.ManyToOne):
    """The embeddings are summed with weights that depend on their positions, and the recurrent layer takes a single
    step on the sum. It should take one step for each token."""

    def forward(self, tokens, lengths):
        weights = inside(tokens, lengths) / (1 + torch.arange(len(tokens))).view(-1, 1, 1)
        bag = (self.embedding(tokens) * weights).sum(dim=0, keepdim=True)
        return self.scores(self.recurrent(bag)[0][0])


# ---- ManyToMany


@mistake("ManyToMany")
class WithoutRecurrence(reference.ManyToMany):
    """The logits of each token depend only on the token itself. Earlier tokens count as well: use a recurrent layer."""

    def forward(self, tokens):
        t, n = tokens.shape
        states, _ = self.recurrent(self.embedding(tokens).reshape(1, t * n, -1))
        return self.scores(states.reshape(t, n, -1))


@mistake("ManyToMany")
class LaterOnesOnly(reference.ManyToMany):
    """The sequence is read backwards, so a token's logits depend on later tokens. They should depend on earlier
    ones."""

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens).flip(0))
        return self.scores(states.flip(0))


@mistake("ManyToMany")
class TaggedBatchForTime(reference.ManyToMany):
    """The recurrent layer has batch_first=True, so it takes the batch dimension for time. Here time is the first
    dimension."""

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens).transpose(0, 1))
        return self.scores(states.transpose(0, 1))


@mistake("ManyToMany")
class LastStateForAll(reference.ManyToMany):
    """Every token gets the logits of the last one. Compute each token's logits from its own state."""

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(states[-1:].expand_as(states))


@mistake("ManyToMany")
class OneLabelOnly(reference.ManyToMany):
    """Only the last token gets logits. Each token should get its own: (T, N, num_classes)."""

    def forward(self, tokens):
        return self.scores(self.recurrent(self.embedding(tokens))[0][-1])


@mistake("ManyToMany")
class BatchFirstOutput(reference.ManyToMany):
    """The logits are (N, T, num_classes). Time is the first dimension here: (T, N, num_classes)."""

    def forward(self, tokens):
        return reference.ManyToMany.forward(self, tokens).transpose(0, 1)


@mistake("ManyToMany")
class ClassesInTheMiddle(reference.ManyToMany):
    """The logits are (T, num_classes, N). The classes are the last dimension: (T, N, num_classes)."""

    def forward(self, tokens):
        return reference.ManyToMany.forward(self, tokens).transpose(1, 2)


@mistake("ManyToMany")
class StatesFlattened(reference.ManyToMany):
    """The logits are (T N, num_classes). Keep the time and batch dimensions separate."""

    def forward(self, tokens):
        return reference.ManyToMany.forward(self, tokens).flatten(0, 1)


@mistake("ManyToMany")
class OneBehind(reference.ManyToMany):
    """A token's logits are computed from the state before that token. They should depend on the token as well."""

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens))
        return self.scores(torch.cat([torch.zeros_like(states[:1]), states[:-1]]))


@mistake("ManyToMany")
class RunningSum(reference.ManyToMany):
    """Each token gets the sum of the embeddings so far. A sum ignores their order: use a recurrent layer, which reads
    the tokens one after the other."""

    def forward(self, tokens):
        t, n = tokens.shape
        sums = self.embedding(tokens).cumsum(dim=0)
        return self.scores(self.recurrent(sums.reshape(1, t * n, -1))[0].reshape(t, n, -1))


@mistake("ManyToMany")
class TaggerLayerLeftOver(reference.ManyToMany):
    """There is an unused layer: it gets no gradient and never learns."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes)
        self.spare = nn.LSTM(embedding_dim, hidden_dim)


@mistake("ManyToMany")
class TaggerWithoutGraph(reference.ManyToMany):
    """The embeddings are detached from the graph, so they cannot learn."""

    def forward(self, tokens):
        return self.scores(self.recurrent(self.embedding(tokens).detach())[0])


@mistake("ManyToMany")
class WeightedTotals(Feeding):
    """A token's logits are computed from a running sum of embeddings, weighted by position. A sum is not a state: a
    state is computed from the token and the previous state."""

    def forward(self, tokens):
        weights = 1 / (1 + torch.arange(len(tokens))).view(-1, 1, 1)
        words = self.embedding(tokens)
        return self.scores((words * weights).cumsum(dim=0) + words)


@mistake("ManyToMany")
class AttendsToEarlier(Feeding):
    """Each token attends to earlier tokens and their positions. No state is carried from token to token."""

    def forward(self, tokens):
        words = self.embedding(tokens) + waves(len(tokens), self.embedding.embedding_dim)
        match = torch.einsum("tne,sne->nts", words, words)
        hidden = torch.ones(len(tokens), len(tokens), dtype=torch.bool).triu(1)
        weights = match.masked_fill(hidden, -1e9).softmax(dim=2)
        return self.scores(torch.einsum("nts,sne->tne", weights, words) + words)


@mistake("ManyToMany")
class ConvolvesOverEarlier(Feeding):
    """Two convolutions over time see earlier tokens up to a fixed distance. A state has no such limit."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes, hidden_dim)
        self.first = nn.Conv1d(embedding_dim, hidden_dim, 5)
        self.second = nn.Conv1d(hidden_dim, hidden_dim, 5)

    def forward(self, tokens):
        found = self.embedding(tokens).permute(1, 2, 0)
        for layer in (self.first, self.second):
            found = torch.tanh(layer(nn.functional.pad(found, (4, 0))))
        return self.scores(found.permute(2, 0, 1))


@mistake("ManyToMany")
class LastFewTokens(Feeding):
    """A token's logits are computed from the token and a fixed number of earlier ones, concatenated. A state can carry
    any number of tokens."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes, 8 * embedding_dim)

    def forward(self, tokens):
        words = self.embedding(tokens)
        late = [torch.cat([words.new_zeros(k, *words.shape[1:]), words])[: len(words)] for k in range(8)]
        return self.scores(torch.cat(late, dim=2))


@mistake("ManyToMany")
class TableOfPositions(Feeding):
    """Each of twenty positions has its own weights for earlier tokens, so a longer sequence raises an error. A state is
    carried from token to token with the same weights."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size, embedding_dim, hidden_dim, num_classes)
        self.weights = nn.Parameter(torch.randn(20, 20))

    def forward(self, tokens):
        t = len(tokens)
        mixed = torch.einsum("ts,sne->tne", self.weights[:t, :t].tril(), self.embedding(tokens))
        return self.scores(mixed)


@mistake("ManyToMany")
class TaggedProbabilities(reference.ManyToMany):
    """The model ends with a softmax. cross_entropy applies the softmax itself: return the logits."""

    def forward(self, tokens):
        logits = reference.ManyToMany.forward(self, tokens)
        return logits.softmax(dim=-1)


@mistake("ManyToMany")
class TaggedLogProbabilities(reference.ManyToMany):
    """The model ends with a log-softmax, as for nll_loss. Return the logits, as for cross_entropy."""

    def forward(self, tokens):
        logits = reference.ManyToMany.forward(self, tokens)
        return logits.log_softmax(dim=-1)


@mistake("ManyToMany")
class TaggedProbabilitiesInEvaluation(reference.ManyToMany):
    """In evaluation mode the model ends with a softmax. Return the logits in both modes."""

    def forward(self, tokens):
        logits = reference.ManyToMany.forward(self, tokens)
        return logits if self.training else logits.softmax(dim=-1)


@mistake("ManyToMany")
class TaggedSquashed(reference.ManyToMany):
    """The model ends with a sigmoid. Return the logits, which may have either sign."""

    def forward(self, tokens):
        logits = reference.ManyToMany.forward(self, tokens)
        return torch.sigmoid(logits)


@mistake("ManyToMany")
class ProbabilitiesOverTime(reference.ManyToMany):
    """nn.Softmax without dim uses the first of three dimensions, time. And no softmax is needed: return the logits."""

    def forward(self, tokens):
        return reference.ManyToMany.forward(self, tokens).softmax(dim=0)


@mistake("ManyToMany")
class TaggerWithHalvedState(nn.Module):
    """Each direction has hidden_dim // 2 units, which gives one too few in total when hidden_dim is odd. Use hidden_dim
    for each, or let the next layer take 2 * (hidden_dim // 2)."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.recurrent = nn.LSTM(embedding_dim, hidden_dim // 2, bidirectional=True)
        self.scores = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens):
        return self.scores(self.recurrent(self.embedding(tokens))[0])


@mistake("ManyToMany")
class TaggerWithRandomStart(reference.ManyToMany):
    """The initial state is drawn at random in each call, so the logits of the same sentence differ from call to call.
    Use zeros or a learned initial state."""

    def forward(self, tokens):
        start = torch.randn(2, 1, tokens.shape[1], self.recurrent.hidden_size)
        return self.scores(self.recurrent(self.embedding(tokens), tuple(start))[0])


@mistake("ManyToMany")
class TaggerKeepsItsState(reference.ManyToMany):
    """The last state is stored on self, and the next batch starts from it. Each batch should start from the initial
    state."""

    def forward(self, tokens):
        before = getattr(self, "state", None)
        if before is not None and before[0].shape[1] != tokens.shape[1]:
            before = None
        states, state = self.recurrent(self.embedding(tokens), before)
        self.state = tuple(part.detach() for part in state)
        return self.scores(states)


@mistake("ManyToMany")
class TokensShiftedInPlace(reference.ManyToMany):
    """1 is added to the tokens in place, to reserve 0 for padding, which modifies the caller's tensor. tokens + 1 is a
    new tensor."""

    def forward(self, tokens):
        logits = reference.ManyToMany.forward(self, tokens.clone())
        tokens += 1
        return logits


@mistake("ManyToMany")
class OneTagWordShort(reference.ManyToMany):
    """The embedding has one row too few: the last token, vocab_size - 1, is missing."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, num_classes):
        super().__init__(vocab_size - 1, embedding_dim, hidden_dim, num_classes)


@mistake("ManyToMany")
class FixedToTwentyTokens(reference.ManyToMany):
    """The states are written into a tensor of twenty positions, so a longer sequence raises an error."""

    def forward(self, tokens):
        states, _ = self.recurrent(self.embedding(tokens))
        table = states.new_zeros(20, *states.shape[1:])
        table[: len(states)] = states
        return self.scores(table)[: len(tokens)]


# ---- OneToMany


class Writer(reference.OneToMany):
    """The reference's loop, with configurable inputs and initial state."""

    def first(self, x):
        return torch.tanh(self.start(x))

    def feed(self, scores, token):
        return scores.argmax(dim=1)

    def between(self, state, x):
        return state

    def forward(self, x, steps):
        state, rows = self.first(x), []
        token = torch.zeros(len(x), dtype=torch.int64)
        for _ in range(steps):
            state = self.between(self.cell(self.embedding(token), state), x)
            rows.append(self.scores(state))
            token = self.feed(rows[-1], token)
        return torch.stack(rows)


@mistake("OneToMany")
class SameTokenAgain(Writer):
    """Every step is fed the first input. From the second step on, feed the most likely token of the previous step."""

    def feed(self, scores, token):
        return token


@mistake("OneToMany")
class FirstTokenForever(Writer):
    """From the second step on, each step is fed the most likely token of the first step. Feed that of the previous
    step."""

    def forward(self, x, steps):
        state, rows = self.first(x), []
        token = torch.zeros(len(x), dtype=torch.int64)
        for _ in range(steps):
            state = self.cell(self.embedding(token), state)
            rows.append(self.scores(state))
            token = rows[0].argmax(dim=1)
        return torch.stack(rows)


@mistake("OneToMany")
class LeastLikely(Writer):
    """The least likely token is fed. Feed the most likely one, with argmax."""

    def feed(self, scores, token):
        return scores.argmin(dim=1)


@mistake("OneToMany")
class DrawnByChance(Writer):
    """The token to feed is sampled. Feed the most likely one, with argmax."""

    def feed(self, scores, token):
        return torch.multinomial(scores.softmax(dim=1), 1).squeeze(1)


@mistake("OneToMany")
class NumberOfTheStep(Writer):
    """Each step is fed its own index. Feed the most likely token of the previous step."""

    def feed(self, scores, token):
        return token + 1


@mistake("OneToMany")
class SoftTokens(Writer):
    """Each step is fed a weighted mean of all tokens. Feed a single token, the most likely one."""

    def forward(self, x, steps):
        state, rows = self.first(x), []
        inputs = self.embedding(torch.zeros(len(x), dtype=torch.int64))
        for _ in range(steps):
            state = self.cell(inputs, state)
            rows.append(self.scores(state))
            inputs = rows[-1].softmax(dim=1) @ self.embedding.weight
        return torch.stack(rows)


@mistake("OneToMany")
class MostLikelyOfTheBatch(Writer):
    """The most likely token of the whole batch is fed to all rows. Each row has its own."""

    def feed(self, scores, token):
        return (scores.sum(dim=0).argmax()).expand_as(token)


@mistake("OneToMany")
class XInTheFirstStepOnly(Writer):
    """The state is reset to zeros at each step, so only the first step depends on x."""

    def between(self, state, x):
        self.step = getattr(self, "step", 0) + 1
        return state if self.step == 1 else self.cell(torch.zeros_like(state), torch.zeros_like(state))

    def forward(self, x, steps):
        self.step = 0
        return super().forward(x, steps)


@mistake("OneToMany")
class XWithoutGradient(Writer):
    """x is detached from the graph, so no layer that computed it can learn."""

    def first(self, x):
        return torch.tanh(self.start(x.detach()))


@mistake("OneToMany")
class StateCutBetweenSteps(Writer):
    """The state is detached between steps, so no gradient of later steps reaches x."""

    def between(self, state, x):
        self.last = state
        return state

    def forward(self, x, steps):
        state, rows = self.first(x), []
        token = torch.zeros(len(x), dtype=torch.int64)
        for _ in range(steps):
            state = self.cell(self.embedding(token), state)
            rows.append(self.scores(state))
            token, state = rows[-1].argmax(dim=1), state.detach()
        return torch.stack(rows)


@mistake("OneToMany")
class WrittenBatchFirst(Writer):
    """The logits are (N, steps, vocab_size). The steps are the first dimension: (steps, N, vocab_size)."""

    def forward(self, x, steps):
        return super().forward(x, steps).transpose(0, 1)


@mistake("OneToMany")
class TokensForScores(Writer):
    """The tokens are returned. Return the logits, which the loss needs."""

    def forward(self, x, steps):
        return super().forward(x, steps).argmax(dim=2)


@mistake("OneToMany")
class LastScoresOnly(Writer):
    """Only the logits of the last step are returned. Return those of all steps."""

    def forward(self, x, steps):
        return super().forward(x, steps)[-1]


@mistake("OneToMany")
class OneStepTooMany(Writer):
    """There is one step too many. The first dimension of the result is steps."""

    def forward(self, x, steps):
        return super().forward(x, steps + 1)


@mistake("OneToMany")
class DependsOnTheNumberOfSteps(Writer):
    """The logits of the first steps change when more steps are requested."""

    def forward(self, x, steps):
        return super().forward(x / steps, steps)


@mistake("OneToMany")
class EmbeddingLeftOut(Writer):
    """The embedding is not used: each step is fed the previous state. Feed the most likely token."""

    def forward(self, x, steps):
        state, rows = self.first(x), []
        for _ in range(steps):
            state = self.cell(state, state)
            rows.append(self.scores(state))
        return torch.stack(rows)


@mistake("OneToMany")
class WrittenProbabilities(reference.OneToMany):
    """The model ends with a softmax. cross_entropy applies the softmax itself: return the logits."""

    def forward(self, x, steps):
        logits = reference.OneToMany.forward(self, x, steps)
        return logits.softmax(dim=-1)


@mistake("OneToMany")
class WrittenLogProbabilities(reference.OneToMany):
    """The model ends with a log-softmax, as for nll_loss. Return the logits, as for cross_entropy."""

    def forward(self, x, steps):
        logits = reference.OneToMany.forward(self, x, steps)
        return logits.log_softmax(dim=-1)


@mistake("OneToMany")
class WrittenProbabilitiesInEvaluation(reference.OneToMany):
    """In evaluation mode the model ends with a softmax. Return the logits in both modes."""

    def forward(self, x, steps):
        logits = reference.OneToMany.forward(self, x, steps)
        return logits if self.training else logits.softmax(dim=-1)


@mistake("OneToMany")
class WrittenSquashed(reference.OneToMany):
    """The model ends with a sigmoid. Return the logits, which may have either sign."""

    def forward(self, x, steps):
        logits = reference.OneToMany.forward(self, x, steps)
        return torch.sigmoid(logits)


@mistake("OneToMany")
class HalvedFirstState(Writer):
    """The initial state consists of two halves of hidden_dim // 2 elements, one too few in total when hidden_dim is
    odd."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__(in_dim, hidden_dim, vocab_size)
        self.start = nn.Linear(in_dim, hidden_dim // 2)

    def first(self, x):
        return torch.tanh(torch.cat([self.start(x), self.start(x).flip(1)], dim=1))


@mistake("OneToMany")
class NoiseInTheFirstState(Writer):
    """Noise is added to the initial state in each call, so the logits of the same x differ from call to call."""

    def first(self, x):
        return super().first(x) + torch.randn(len(x), self.cell.hidden_size)


@mistake("OneToMany")
class NormalizedOverRows(Writer):
    """x is normalized over the rows of the batch also in evaluation mode, so rows depend on each other. nn.BatchNorm1d
    uses its running statistics in that mode."""

    def first(self, x):
        return super().first((x - x.mean(dim=0)) / (x.var(dim=0, correction=0) + 1e-5).sqrt())


@mistake("OneToMany")
class XScaledInPlace(Writer):
    """x is scaled in place, which modifies the caller's tensor. Create a new tensor."""

    def first(self, x):
        state = super().first(x)
        x.data.div_(x.data.abs().amax())
        return state


@mistake("OneToMany")
class LetterLayerLeftOver(Writer):
    """There is an unused layer: it gets no gradient and never learns."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__(in_dim, hidden_dim, vocab_size)
        self.spare = nn.Linear(in_dim, hidden_dim)


class Stateless(nn.Module):
    """Layers for x, tokens and logits, none of which can carry a state."""

    def __init__(self, in_dim, hidden_dim, vocab_size):
        super().__init__()
        self.start = nn.Linear(in_dim, hidden_dim)
        self.embedding = nn.Embedding(vocab_size, hidden_dim)
        self.scores = nn.Linear(hidden_dim, vocab_size)


@mistake("OneToMany")
class StepAndLastToken(Stateless):
    """The logits of each step are computed from x, the index of the step and the token fed to it. No state is carried
    from step to step, so earlier tokens are forgotten."""

    def forward(self, x, steps):
        token, rows = torch.zeros(len(x), dtype=torch.int64), []
        for step in range(steps):
            hidden = torch.tanh(self.start(x) + self.embedding(token) + 0.1 * step)
            rows.append(self.scores(hidden))
            token = rows[-1].argmax(dim=1)
        return torch.stack(rows)


@mistake("OneToMany")
class WrittenSoFarAddedUp(Stateless):
    """The tokens so far are summed, weighted by position, and the logits are computed from the sum and x. A state is
    computed from the step's input and the previous state."""

    def forward(self, x, steps):
        total, token, rows = 0, torch.zeros(len(x), dtype=torch.int64), []
        for step in range(steps):
            total = total + self.embedding(token) / (1 + step)
            rows.append(self.scores(torch.tanh(self.start(x) + total)))
            token = rows[-1].argmax(dim=1)
        return torch.stack(rows)


@mistake("OneToMany")
class StateGoesBackToStart(Writer):
    """Each step starts from the initial state. It should start from the state after the previous step."""

    def forward(self, x, steps):
        rows, token = [], torch.zeros(len(x), dtype=torch.int64)
        for _ in range(steps):
            rows.append(self.scores(self.cell(self.embedding(token), self.first(x))))
            token = rows[-1].argmax(dim=1)
        return torch.stack(rows)


@mistake("OneToMany")
class StateWithoutTokens(Writer):
    """The state is carried from step to step, but does not depend on the token, which is only added for the logits.
    Feed the token to the cell."""

    def forward(self, x, steps):
        state, rows = self.first(x), []
        token = torch.zeros(len(x), dtype=torch.int64)
        for _ in range(steps):
            state = self.cell(state, state)
            rows.append(self.scores(state + self.embedding(token)))
            token = rows[-1].argmax(dim=1)
        return torch.stack(rows)


# ---- Seq2Seq


@mistake("Seq2Seq")
class SourceForgotten(reference.Seq2Seq):
    """The decoder starts from zeros, so it does not depend on the source. It should start from the encoder's last
    state."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        return self.scores(self.decoder(self.embedding(target), 0 * state)[0])

    def greedy(self, source, steps, start):
        return looped(self, 0 * self.encoder(self.embedding(source))[1], source, steps, start)


def looped(model, state, source, steps, start, feed=lambda scores, _: scores.argmax(dim=2)):
    """The reference's greedy loop, with configurable state."""
    token, tokens = torch.full_like(source[:1], start), []
    for _ in range(steps):
        out, state = model.decoder(model.embedding(token), state)
        token = feed(model.scores(out), token)
        tokens.append(token)
    return torch.cat(tokens)


@mistake("Seq2Seq")
class FirstStateOfTheEncoder(reference.Seq2Seq):
    """The decoder starts from the encoder's first state, which has seen one token of the source. Use the last state,
    which has seen all."""

    def forward(self, source, target):
        states, _ = self.encoder(self.embedding(source))
        return self.scores(self.decoder(self.embedding(target), states[:1].contiguous())[0])

    def greedy(self, source, steps, start):
        state = self.encoder(self.embedding(source))[0][:1].contiguous()
        return looped(self, state, source, steps, start)


@mistake("Seq2Seq")
class SeesTheWholeTarget(reference.Seq2Seq):
    """The decoder sees the whole target, including the tokens to predict, so it learns to copy."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        _, state = self.decoder(self.embedding(target), state)
        return self.scores(self.decoder(self.embedding(target), state)[0])


@mistake("Seq2Seq")
class TargetForgotten(reference.Seq2Seq):
    """The target is not fed to the decoder. The logits at position t depend on target[0] to target[t]."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        return self.scores(self.decoder(0 * self.embedding(target), state)[0])


@mistake("Seq2Seq")
class TargetOneLate(reference.Seq2Seq):
    """The target is one step late: position t has seen target[0] to target[t - 1]. It should also have seen
    target[t]."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        late = torch.cat([torch.zeros_like(target[:1]), target[:-1]])
        return self.scores(self.decoder(self.embedding(late), state)[0])


@mistake("Seq2Seq")
class WithoutTeacher(reference.Seq2Seq):
    """forward feeds its own most likely tokens instead of the target. With teacher forcing, the target is fed."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        token, rows = target[:1], []
        for _ in range(len(target)):
            out, state = self.decoder(self.embedding(token), state)
            rows.append(self.scores(out))
            token = rows[-1].argmax(dim=2)
        return torch.cat(rows)


@mistake("Seq2Seq")
class TranslatedBatchFirst(reference.Seq2Seq):
    """The encoder takes the batch dimension for time, so the rows of the batch mix."""

    def forward(self, source, target):
        state = self.encoder(self.embedding(source).transpose(0, 1))[0][-1:]
        state = state.mean(dim=1, keepdim=True).expand(1, target.shape[1], -1).contiguous()
        return self.scores(self.decoder(self.embedding(target), state)[0])


@mistake("Seq2Seq")
class BagOfSource(reference.Seq2Seq):
    """The embeddings of the source are summed. A sum ignores their order."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source).sum(dim=0, keepdim=True))
        return self.scores(self.decoder(self.embedding(target), state)[0])

    def greedy(self, source, steps, start):
        state = self.encoder(self.embedding(source).sum(dim=0, keepdim=True))[1]
        return looped(self, state, source, steps, start)


@mistake("Seq2Seq")
class WithStartToken(reference.Seq2Seq):
    """greedy returns the start token as well. Return only the tokens after it."""

    def greedy(self, source, steps, start):
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        return torch.cat([torch.full_like(source[:1], start), tokens[:-1]])


@mistake("Seq2Seq")
class OneTokenTooMany(reference.Seq2Seq):
    """greedy returns the start token in front of the others. Return only the tokens after it, steps of them."""

    def greedy(self, source, steps, start):
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        return torch.cat([torch.full_like(source[:1], start), tokens])


@mistake("Seq2Seq")
class AlwaysFedTheStart(reference.Seq2Seq):
    """greedy feeds the start token at every step. From the second step on, feed the previous token."""

    def greedy(self, source, steps, start):
        _, state = self.encoder(self.embedding(source))
        token, tokens = torch.full_like(source[:1], start), []
        for _ in range(steps):
            out, state = self.decoder(self.embedding(token), state)
            tokens.append(self.scores(out).argmax(dim=2))
        return torch.cat(tokens)


@mistake("Seq2Seq")
class StateNotCarried(reference.Seq2Seq):
    """greedy starts every step from the encoder's state. Carry the decoder's state from step to step."""

    def greedy(self, source, steps, start):
        _, state = self.encoder(self.embedding(source))
        token, tokens = torch.full_like(source[:1], start), []
        for _ in range(steps):
            out, _ = self.decoder(self.embedding(token), state)
            token = self.scores(out).argmax(dim=2)
            tokens.append(token)
        return torch.cat(tokens)


@mistake("Seq2Seq")
class StartAlwaysZero(reference.Seq2Seq):
    """greedy always starts with token 0, whatever start is."""

    def greedy(self, source, steps, start):
        return reference.Seq2Seq.greedy(self, source, steps, 0)


@mistake("Seq2Seq")
class DrawnTokens(reference.Seq2Seq):
    """greedy samples its tokens. Greedy decoding always takes the most likely token."""

    def greedy(self, source, steps, start):
        _, state = self.encoder(self.embedding(source))
        draw = lambda scores, _: torch.multinomial(scores[0].softmax(dim=1), 1).T  # noqa: E731
        return looped(self, state, source, steps, start, feed=draw)


@mistake("Seq2Seq")
class GreedyScores(reference.Seq2Seq):
    """greedy returns logits. Return tokens, int64."""

    def greedy(self, source, steps, start):
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        return nn.functional.one_hot(tokens, self.scores.out_features).float()


@mistake("Seq2Seq")
class GreedyBatchFirst(reference.Seq2Seq):
    """greedy returns (N, steps). The steps are the first dimension: (steps, N)."""

    def greedy(self, source, steps, start):
        return reference.Seq2Seq.greedy(self, source, steps, start).T


@mistake("Seq2Seq")
class EncoderWithoutGradient(reference.Seq2Seq):
    """The encoder's state is detached from the graph, so the encoder cannot learn."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        return self.scores(self.decoder(self.embedding(target), state.detach())[0])


@mistake("Seq2Seq")
class TranslatedProbabilities(reference.Seq2Seq):
    """The model ends with a softmax. cross_entropy applies the softmax itself: return the logits."""

    def forward(self, source, target):
        logits = reference.Seq2Seq.forward(self, source, target)
        return logits.softmax(dim=-1)


@mistake("Seq2Seq")
class TranslatedLogProbabilities(reference.Seq2Seq):
    """The model ends with a log-softmax, as for nll_loss. Return the logits, as for cross_entropy."""

    def forward(self, source, target):
        logits = reference.Seq2Seq.forward(self, source, target)
        return logits.log_softmax(dim=-1)


@mistake("Seq2Seq")
class TranslatedProbabilitiesInEvaluation(reference.Seq2Seq):
    """In evaluation mode the model ends with a softmax. Return the logits in both modes."""

    def forward(self, source, target):
        logits = reference.Seq2Seq.forward(self, source, target)
        return logits if self.training else logits.softmax(dim=-1)


@mistake("Seq2Seq")
class TranslatedSquashed(reference.Seq2Seq):
    """The model ends with a sigmoid. Return the logits, which may have either sign."""

    def forward(self, source, target):
        logits = reference.Seq2Seq.forward(self, source, target)
        return torch.sigmoid(logits)


@mistake("Seq2Seq")
class EncoderWithHalvedState(reference.Seq2Seq):
    """Each direction of the encoder has hidden_dim // 2 units, one too few in total for the decoder when hidden_dim is
    odd."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__(vocab_size, embedding_dim, hidden_dim)
        self.encoder = nn.GRU(embedding_dim, hidden_dim // 2, bidirectional=True)

    def encode(self, source):
        _, state = self.encoder(self.embedding(source))
        return torch.cat([state[:1], state[1:]], dim=2)

    def forward(self, source, target):
        return self.scores(self.decoder(self.embedding(target), self.encode(source))[0])

    def greedy(self, source, steps, start):
        return looped(self, self.encode(source), source, steps, start)


@mistake("Seq2Seq")
class RandomFirstState(reference.Seq2Seq):
    """The encoder's initial state is drawn at random in each call, so the logits of the same source differ from call to
    call. Use zeros or a learned initial state."""

    def forward(self, source, target):
        start = torch.randn(1, source.shape[1], self.encoder.hidden_size)
        _, state = self.encoder(self.embedding(source), start)
        return self.scores(self.decoder(self.embedding(target), state)[0])


@mistake("Seq2Seq")
class EncoderKeepsItsState(reference.Seq2Seq):
    """The encoder's last state is stored on self, and the next source starts from it. Each source should start from the
    initial state."""

    def forward(self, source, target):
        before = getattr(self, "state", None)
        if before is not None and before.shape[1] != source.shape[1]:
            before = None
        _, state = self.encoder(self.embedding(source), before)
        self.state = state.detach()
        return self.scores(self.decoder(self.embedding(target), state)[0])


@mistake("Seq2Seq")
class SourceReversedInPlace(reference.Seq2Seq):
    """The source is reversed in place, which modifies the caller's tensor. source.flip(0) is a new tensor."""

    def forward(self, source, target):
        logits = reference.Seq2Seq.forward(self, source.clone(), target)
        source.copy_(source.flip(0))
        return logits


@mistake("Seq2Seq")
class GreedyReversesTheSource(reference.Seq2Seq):
    """greedy reverses the source in place, which modifies the caller's tensor. source.flip(0) is a new tensor."""

    def greedy(self, source, steps, start):
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        source.copy_(source.flip(0))
        return tokens


@mistake("Seq2Seq")
class GreedyStaysInEvaluation(reference.Seq2Seq):
    """greedy switches to evaluation mode and leaves the model there, so training continues without dropout. Restore the
    mode before you return."""

    def greedy(self, source, steps, start):
        self.eval()
        return reference.Seq2Seq.greedy(self, source, steps, start)


@mistake("Seq2Seq")
class GreedyGoesBackToTraining(reference.Seq2Seq):
    """greedy ends with self.train(), even if the model was in evaluation mode. Restore the original mode."""

    def greedy(self, source, steps, start):
        self.eval()
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        self.train()
        return tokens


@mistake("Seq2Seq")
class StopsWhenRepeating(reference.Seq2Seq):
    """greedy stops when a token is repeated. It should return steps tokens, whatever they are."""

    def greedy(self, source, steps, start):
        tokens = reference.Seq2Seq.greedy(self, source, steps, start)
        again = (tokens[1:] == tokens[:-1]).all(dim=1).nonzero()
        return tokens[: int(again[0]) + 1] if len(again) else tokens


@mistake("Seq2Seq")
class DecoderLayerLeftOver(reference.Seq2Seq):
    """There is an unused layer: it gets no gradient and never learns."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__(vocab_size, embedding_dim, hidden_dim)
        self.attention = nn.Linear(2 * hidden_dim, hidden_dim)


@mistake("Seq2Seq")
class OneSymbolShort(reference.Seq2Seq):
    """The embedding has one row too few: the last token, vocab_size - 1, is missing."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__(vocab_size, embedding_dim, hidden_dim)
        self.embedding = nn.Embedding(vocab_size - 1, embedding_dim)


@mistake("Seq2Seq")
class TargetLateByOne(reference.Seq2Seq):
    """The logits are shifted: position t has those of target[t] itself, computed from the tokens before it. It should
    have those of the token that follows target[t]."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        states, _ = self.decoder(self.embedding(target), state)
        return self.scores(torch.cat([state, states[:-1]]))


def greedily(model, source, steps, start):
    """Greedy decoding by repeated calls of forward."""
    target = torch.full_like(source[:1], start)
    for _ in range(steps):
        target = torch.cat([target, model(source, target)[-1:].argmax(dim=2)])
    return target[1:]


def weighted(words):
    """Embeddings weighted by position."""
    return words / (1 + torch.arange(len(words))).view(-1, 1, 1)


@mistake("Seq2Seq")
class NothingRecurrent(Feeding):
    """The embeddings of source and target are summed, weighted by position. Encoder and decoder should each carry a
    state from token to token."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__(vocab_size, embedding_dim, hidden_dim, vocab_size)

    def forward(self, source, target):
        words = self.embedding(target)
        return self.scores(weighted(words).cumsum(dim=0) + words + 2 * weighted(self.embedding(source)).sum(dim=0))

    def greedy(self, source, steps, start):
        return greedily(self, source, steps, start)


@mistake("Seq2Seq")
class AttendsOnly(Feeding):
    """Each token of the target attends to the source and to the target before it. Attention may support a decoder that
    carries a state, but cannot replace the state here."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim):
        super().__init__(vocab_size, embedding_dim, hidden_dim, vocab_size)

    def forward(self, source, target):
        size = self.embedding.embedding_dim
        read = self.embedding(source) + waves(len(source), size)
        words = self.embedding(target) + waves(len(target), size)
        hidden = torch.ones(len(target), len(target), dtype=torch.bool).triu(1)
        own = torch.einsum("tne,sne->nts", words, words).masked_fill(hidden, -1e9).softmax(dim=2)
        other = torch.einsum("tne,sne->nts", words, read).softmax(dim=2)
        mixed = torch.einsum("nts,sne->tne", own, words) + torch.einsum("nts,sne->tne", other, read)
        return self.scores(mixed + words)

    def greedy(self, source, steps, start):
        return greedily(self, source, steps, start)


@mistake("Seq2Seq")
class SourceAddedUp(reference.Seq2Seq):
    """The source is summed, weighted by position, and the encoder takes a single step on the sum. It should take one
    step for each token."""

    def forward(self, source, target):
        _, state = self.encoder(weighted(self.embedding(source)).sum(dim=0, keepdim=True))
        return self.scores(self.decoder(self.embedding(target), state)[0])

    def greedy(self, source, steps, start):
        return greedily(self, source, steps, start)


@mistake("Seq2Seq")
class TargetAddedUp(reference.Seq2Seq):
    """The decoder takes a single step on a weighted sum of the target so far, always from the encoder's state. Its own
    state should be carried from token to token."""

    def forward(self, source, target):
        _, state = self.encoder(self.embedding(source))
        words = self.embedding(target)
        sums = (weighted(words).cumsum(dim=0) + words).flatten(0, 1).unsqueeze(0)
        states, _ = self.decoder(sums, state.repeat(1, len(target), 1))
        return self.scores(states.view(*target.shape, -1))

    def greedy(self, source, steps, start):
        return greedily(self, source, steps, start)
