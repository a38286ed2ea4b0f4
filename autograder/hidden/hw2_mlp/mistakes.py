"""Common mistakes in hw2, each with the explanation that students read."""

from itertools import pairwise

import numpy as np
import reference
import torch
from torch import nn

from gradkit.bank import mistake


@mistake("MLPRegression")
class NoSigmoidAtTheEnd(reference.MLPRegression):
    """There is no sigmoid after the second layer. Apply it after both layers, so that predictions are between 0 and
    1."""

    def forward(self, x):
        return self.second_layer(self.sigmoid(self.first_layer(x)))


@mistake("MLPRegression")
class NoSigmoidBetween(reference.MLPRegression):
    """There is no sigmoid after the first layer. Without an activation between them, two linear layers are equivalent
    to one."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(self.first_layer(x)))


@mistake("MLPRegression")
class NoSigmoid(reference.MLPRegression):
    """There is no sigmoid at all. Without an activation, two linear layers are equivalent to one; apply the sigmoid
    after both layers."""

    def forward(self, x):
        return self.second_layer(self.first_layer(x))


@mistake("MLPRegression")
class ReluBetween(reference.MLPRegression):
    """The activation after the first layer is relu. On the slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.relu(self.first_layer(x))))


@mistake("MLPRegression")
class ReluWithoutEnd(reference.MLPRegression):
    """There is a relu after the first layer and no activation after the second, as in many regression networks. On the
    slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.second_layer(torch.relu(self.first_layer(x)))


@mistake("MLPRegression")
class ReluTwice(reference.MLPRegression):
    """The activation after both layers is relu. On the slide it is the sigmoid, whose values are between 0 and 1."""

    def forward(self, x):
        return torch.relu(self.second_layer(torch.relu(self.first_layer(x))))


@mistake("MLPRegression")
class TanhTwice(reference.MLPRegression):
    """The activation after both layers is tanh, whose values are between -1 and 1. On the slide it is the sigmoid."""

    def forward(self, x):
        return torch.tanh(self.second_layer(torch.tanh(self.first_layer(x))))


@mistake("MLPRegression")
class TanhBetween(reference.MLPRegression):
    """The activation after the first layer is tanh. On the slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.tanh(self.first_layer(x))))


@mistake("MLPRegression")
class SoftmaxBetween(reference.MLPRegression):
    """There is a softmax after the first layer, so the hidden activations sum to 1. Apply the sigmoid, element-wise."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.softmax(self.first_layer(x), dim=1)))


@mistake("MLPRegression")
class ReluAtTheEnd(reference.MLPRegression):
    """The activation after the second layer is relu, which has no upper bound. It should be the sigmoid, after both
    layers."""

    def forward(self, x):
        return torch.relu(self.second_layer(self.sigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class TanhAtTheEnd(reference.MLPRegression):
    """The activation after the second layer is tanh, whose values are between -1 and 1. It should be the sigmoid, after
    both layers."""

    def forward(self, x):
        return torch.tanh(self.second_layer(self.sigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class SoftmaxAtTheEnd(reference.MLPRegression):
    """There is a softmax at the end. Over a single output it is always 1; use the sigmoid."""

    def forward(self, x):
        return torch.softmax(self.second_layer(self.sigmoid(self.first_layer(x))), dim=1)


@mistake("MLPRegression")
class SoftmaxOverTheBatch(reference.MLPRegression):
    """A softmax makes the predictions of the batch sum to 1. Each row should be predicted on its own, with the
    sigmoid."""

    def forward(self, x):
        return torch.softmax(self.second_layer(self.sigmoid(self.first_layer(x))), dim=0)


@mistake("MLPRegression")
class SigmoidTwice(reference.MLPRegression):
    """The sigmoid is applied twice at the end. Apply it once after each layer."""

    def forward(self, x):
        return self.sigmoid(super().forward(x))


@mistake("MLPRegression")
class SigmoidOfTheFeatures(reference.MLPRegression):
    """The features go through a sigmoid before the first layer. Apply the sigmoid only after each layer."""

    def forward(self, x):
        return super().forward(self.sigmoid(x))


@mistake("MLPRegression")
class DerivativeOfTheSigmoid(reference.MLPRegression):
    """The derivative of the sigmoid, f (1 - f), is used instead of the sigmoid. Only backward() needs the derivative,
    and it computes it automatically."""

    def slope(self, t):
        return self.sigmoid(t) * (1 - self.sigmoid(t))

    def forward(self, x):
        return self.slope(self.second_layer(self.slope(self.first_layer(x))))


@mistake("MLPRegression")
class SigmoidBeforeTheLayers(reference.MLPRegression):
    """The sigmoid is applied before each layer. Apply it after each layer: the first layer takes the features
    unchanged."""

    def forward(self, x):
        return self.second_layer(self.sigmoid(self.first_layer(self.sigmoid(x))))


@mistake("MLPRegression")
class HardSigmoid(reference.MLPRegression):
    """The activation is piecewise linear (hardsigmoid). The sigmoid is 1 / (1 + e^-t)."""

    def forward(self, x):
        return nn.functional.hardsigmoid(self.second_layer(nn.functional.hardsigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class SignOfTheSigmoid(reference.MLPRegression):
    """The sigmoid decreases: the minus sign in its exponent is missing. It is 1 / (1 + e^-t)."""

    def forward(self, x):
        return self.sigmoid(-self.second_layer(self.sigmoid(-self.first_layer(x))))


@mistake("MLPRegression")
class BiasesUnused(reference.MLPRegression):
    """The biases are not used. Each layer adds its own bias, as nn.Linear does when called."""

    def forward(self, x):
        z = self.sigmoid(x @ self.first_layer.weight.T)
        return self.sigmoid(z @ self.second_layer.weight.T)


@mistake("MLPRegression")
class HiddenBiasUnused(reference.MLPRegression):
    """The bias of the first layer is not used. Each layer adds its own bias, as nn.Linear does when called."""

    def forward(self, x):
        z = self.sigmoid(x @ self.first_layer.weight.T)
        return self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class UnitsDropped(reference.MLPRegression):
    """Hidden neurons are dropped at random in training mode (dropout). The network of the slide has no dropout."""

    def forward(self, x):
        z = nn.functional.dropout(self.sigmoid(self.first_layer(x)), training=self.training)
        return self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class HiddenReturned(reference.MLPRegression):
    """The hidden layer, shape (N, hidden_dim), is returned. Apply the second layer and a sigmoid to it first."""

    def forward(self, x):
        return self.sigmoid(self.first_layer(x))


@mistake("MLPRegression")
class BothReturned(reference.MLPRegression):
    """The hidden layer is returned together with the predictions, as a pair. Return only the predictions."""

    def forward(self, x):
        z = self.sigmoid(self.first_layer(x))
        return z, self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class NothingReturned(reference.MLPRegression):
    """The predictions are computed but not returned. A function without a return statement returns None."""

    def forward(self, x):
        super().forward(x)


@mistake("MLPRegression")
class InputsStandardized(reference.MLPRegression):
    """The features are centred over the batch first. Use them unchanged; otherwise the prediction for one row depends
    on the others."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


@mistake("MLPRegression")
class InputsScaled(reference.MLPRegression):
    """The features are standardized over the batch first, which gives NaN for a single row. Use them unchanged:
    preprocessing the data is a separate step."""

    def forward(self, x):
        return super().forward((x - x.mean(0)) / x.std(0))


@mistake("MLPRegression")
class HiddenCutOff(reference.MLPRegression):
    """The hidden layer is detached from the graph (.detach() or .data), so the first layer is never trained."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(self.sigmoid(self.first_layer(x)).detach()))


@mistake("MLPRegression")
class OutputWeightsDetached(reference.MLPRegression):
    """The second layer is computed by hand with .data or .detach(), so its weights and bias get no gradient. Call the
    layer itself."""

    def forward(self, x):
        z = self.sigmoid(self.first_layer(x))
        return self.sigmoid(z @ self.second_layer.weight.data.T + self.second_layer.bias.data)


@mistake("MLPRegression")
class FeaturesDetached(reference.MLPRegression):
    """The features are detached from the graph (.detach(), .data or a new tensor). Then layers before this model get no
    gradient."""

    def forward(self, x):
        return super().forward(x.detach())


@mistake("MLPRegression")
class PredictionsDetached(reference.MLPRegression):
    """The predictions are detached from the graph (.detach(), .item() or torch.no_grad()). Without the graph, the model
    cannot be trained."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("MLPRegression")
class FlatPredictions(reference.MLPRegression):
    """The predictions have the shape (N,). They should have the shape (N, 1), one row for each row of x."""

    def forward(self, x):
        return super().forward(x).squeeze(1)


@mistake("MLPRegression")
class PredictionsOnTheirSide(reference.MLPRegression):
    """The predictions have the shape (1, N). They should have the shape (N, 1), one row for each example."""

    def forward(self, x):
        return super().forward(x).T


@mistake("MLPRegression")
class AveragedPredictions(reference.MLPRegression):
    """The predictions are averaged into one number. Each row of x needs its own prediction."""

    def forward(self, x):
        return super().forward(x).mean()


@mistake("MLPRegression")
class Rounded(reference.MLPRegression):
    """The predictions are rounded to 0 or 1. Return the values between 0 and 1; the gradient of rounding is 0
    everywhere."""

    def forward(self, x):
        return super().forward(x).round()


@mistake("MLPRegression")
class DecidedInEvaluation(reference.MLPRegression):
    """In evaluation mode the predictions are rounded to 0 or 1. forward should return the values between 0 and 1 in
    both modes; the caller applies the threshold."""

    def forward(self, x):
        y_hat = super().forward(x)
        return y_hat if self.training else y_hat.round()


@mistake("MLPRegression")
class NoSigmoidInTraining(reference.MLPRegression):
    """In training mode the sigmoid at the end is missing, as for a loss that takes logits. Apply it after both layers
    in both modes."""

    def forward(self, x):
        t = self.second_layer(self.sigmoid(self.first_layer(x)))
        return t if self.training else self.sigmoid(t)


@mistake("MLPRegression")
class Decided(reference.MLPRegression):
    """The predictions are thresholded to 0 or 1. Return the values between 0 and 1; no gradient flows through a
    threshold."""

    def forward(self, x):
        return (super().forward(x) > 0.5).to(x.dtype)


@mistake("MLPRegression")
class PredictionsInPercent(reference.MLPRegression):
    """The predictions are multiplied by 100. They should be between 0 and 1."""

    def forward(self, x):
        return 100 * super().forward(x)


@mistake("MLPRegression")
class ShortCut(reference.MLPRegression):
    """The hidden layer's input is added to its output (a skip connection). The network of the slide has none."""

    def forward(self, x):
        t = self.first_layer(x)
        return self.sigmoid(self.second_layer(self.sigmoid(t) + t))


@mistake("MLPRegression")
class AlwaysDouble(reference.MLPRegression):
    """The predictions are always float64. They should have the dtype of x and the parameters."""

    def forward(self, x):
        return super().forward(x).double()


@mistake("MLPRegression")
class AlwaysFloat(reference.MLPRegression):
    """The predictions are always float32. They should have the dtype of x and the parameters."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("MLPRegression")
class FeaturesChanged(reference.MLPRegression):
    """The activation is applied in place to the caller's features, which are overwritten. Create new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data.sigmoid_()
        return y_hat


@mistake("MLPRegression")
class DrawnAgain(reference.MLPRegression):
    """The layers are created anew in every forward pass, so all training is lost. Create them once, in __init__."""

    def forward(self, x):
        self.__init__(self.first_layer.in_features, self.first_layer.out_features)
        return super().forward(x.float()).to(x.dtype)


@mistake("MLPRegression")
class WeightsHalved(reference.MLPRegression):
    """Every forward pass changes the weights. Prediction must leave the parameters unchanged."""

    def forward(self, x):
        self.second_layer.weight.data *= 0.5
        return super().forward(x)


# ---- the layers


@mistake("MLPRegression")
class SizesSwapped(reference.MLPRegression):
    """The sizes of the first layer are swapped. nn.Linear takes the number of inputs first, then the number of neurons,
    although its weight is stored transposed."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.first_layer = nn.Linear(hidden_dim, in_dim)


@mistake("MLPRegression")
class LayersSwapped(reference.MLPRegression):
    """The sizes of the two layers are swapped. The first layer maps the features to the hidden neurons; the second maps
    these to one prediction."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.first_layer, self.second_layer = self.second_layer, self.first_layer


@mistake("MLPRegression")
class SizesOfTheExample(reference.MLPRegression):
    """The sizes of one example, 4 features and 2 neurons, are hard-coded. Use in_dim and hidden_dim."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(4, 2)


@mistake("MLPRegression")
class OnesAppended(reference.MLPRegression):
    """The first layer has one more input, for a column of ones. nn.Linear has its own bias, so it takes in_dim
    features."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim + 1, hidden_dim)

    def forward(self, x):
        return super().forward(torch.cat([x, torch.ones_like(x[:, :1])], dim=1))


@mistake("MLPRegression")
class ManyOutputs(reference.MLPRegression):
    """The second layer has hidden_dim outputs. It should have one, a single prediction for each row."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, hidden_dim)


@mistake("MLPRegression")
class HiddenLeftOut(reference.MLPRegression):
    """The second layer takes the features instead of the hidden layer. Its inputs should be the hidden_dim outputs of
    the first layer."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.second_layer = nn.Linear(in_dim, 1)

    def forward(self, x):
        return self.sigmoid(self.second_layer(x))


@mistake("MLPRegression")
class KinkedSigmoid(reference.MLPRegression):
    """The sigmoid is written with |t|, which is not differentiable at 0: where a pre-activation is exactly 0, no
    gradient flows. The derivative of the sigmoid is 1/4 there."""

    def f(self, t):
        e = torch.exp(-t.abs())
        return torch.where(t >= 0, 1 / (1 + e), e / (1 + e))

    def forward(self, x):
        return self.f(self.second_layer(self.f(self.first_layer(x))))


@mistake("MLPRegression")
class PlainFeaturesChanged(reference.MLPRegression):
    """Where x requires no gradient, the activation is applied to it in place, which overwrites the caller's features.
    Create new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x.sigmoid_()
        return y_hat


@mistake("MLPRegression")
class LayersStartAtZero(reference.MLPRegression):
    """Weights and biases are set to zero, so all hidden neurons stay identical. Keep PyTorch's default
    initialization."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("MLPRegression")
class OutputStartsAtZero(reference.MLPRegression):
    """The second layer is set to zero. Keep PyTorch's default initialization."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        nn.init.zeros_(self.second_layer.weight)
        nn.init.zeros_(self.second_layer.bias)


@mistake("MLPRegression")
class LayersStartNormal(reference.MLPRegression):
    """The weights are redrawn from a normal distribution. Keep PyTorch's default initialization."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for layer in (self.first_layer, self.second_layer):
            nn.init.normal_(layer.weight)


@mistake("MLPRegression")
class LayersStartByXavier(reference.MLPRegression):
    """The weights are redrawn (Xavier initialization), and the biases set to zero. Keep PyTorch's default
    initialization."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for layer in (self.first_layer, self.second_layer):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


@mistake("MLPRegression")
class FixedSeed(reference.MLPRegression):
    """A seed is set inside, so every model has the same initial values. Each new model should draw new values."""

    def __init__(self, in_dim, hidden_dim):
        torch.manual_seed(0)
        super().__init__(in_dim, hidden_dim)


# ---- activations


@mistake("sigmoid")
def sigmoid_with_a_kink(x):
    """The formula is written with |x|, which is not differentiable at 0, so no gradient flows there. At exactly 0 the
    derivative of the sigmoid is 1/4."""
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e)) + 0 * x


@mistake("sigmoid")
def sigmoid_by_halves(x):
    """Positive and negative values are separated by relu or clamp, and at exactly 0 one of their derivatives is missing
    or counted twice. The derivative of the sigmoid is 1/4 there."""
    return torch.exp(x.clamp(max=0) - torch.log1p(torch.exp(-x.abs())))


@mistake("sigmoid")
def sigmoid_in_place_without_grad(x):
    """Where x requires no gradient, it is overwritten in place. Create a new tensor."""
    value = reference.sigmoid(x)
    if not x.requires_grad:
        x.neg_()
    return value


@mistake("relu")
def relu_by_square_root(x):
    """|x| is written as the square root of x^2, whose gradient is nan at exactly 0. Any finite gradient is accepted
    there."""
    return (x + torch.sqrt(x * x)) / 2


@mistake("relu")
def relu_by_division(x):
    """x is divided by itself or by its absolute value, which gives nan at exactly 0. relu(0) is 0."""
    return (x + x * x / x.abs()) / 2


@mistake("relu")
def relu_in_place_without_grad(x):
    """Where x requires no gradient, its negative values are set to 0 in place, which overwrites the caller's tensor.
    Create a new tensor."""
    if x.requires_grad:
        return reference.relu(x)
    x[x < 0] = 0
    return x


@mistake("tanh")
def tanh_with_a_kink(x):
    """The formula is written with |x| or sign(x), which are not differentiable at 0, so no gradient flows there. At
    exactly 0 the derivative of tanh is 1."""
    e = torch.exp(-2 * x.abs())
    return torch.where(x >= 0, (1 - e) / (1 + e), (e - 1) / (1 + e)) + 0.0 * x


@mistake("tanh")
def tanh_in_place_without_grad(x):
    """Where x requires no gradient, it is overwritten in place. Create a new tensor."""
    value = reference.tanh(x)
    if not x.requires_grad:
        x.mul_(2)
    return value


@mistake("sigmoid")
def sigmoid_of_the_formula(x):
    """The formula is used directly. For large negative x, e^-x is inf: the value may still be right, but the gradient
    becomes nan."""
    return 1 / (1 + torch.exp(-x))


@mistake("sigmoid")
def sigmoid_of_e_to_the_x(x):
    """e^x / (1 + e^x) is inf / inf for large x, which is nan. Rewrite it so that no large number is exponentiated."""
    return torch.exp(x) / (1 + torch.exp(x))


@mistake("sigmoid")
def sigmoid_without_minus(x):
    """The minus sign in the exponent is missing, so the function decreases instead of increasing."""
    return reference.sigmoid(-x)


@mistake("sigmoid")
def sigmoid_times_two(x):
    """The values are between -1 and 1. That is tanh(x / 2); the sigmoid is between 0 and 1."""
    return 2 * reference.sigmoid(x) - 1


@mistake("sigmoid")
def sigmoid_in_base_two(x):
    """The base of the power is 2. It should be e, as in torch.exp."""
    return reference.sigmoid(x * 0.6931471805599453)


@mistake("sigmoid")
def sigmoid_clamped(x):
    """x is clamped to a small range first, so values and gradients outside it are wrong. Clamp it only where the
    function is constant, and keep the derivative right."""
    return reference.sigmoid(x.clamp(-5, 5))


@mistake("sigmoid")
def sigmoid_detached(x):
    """The values are detached from the graph (.detach(), .data, .item() or NumPy). Without the graph, nothing can be
    trained."""
    return reference.sigmoid(x).detach()


@mistake("sigmoid")
def sigmoid_averaged(x):
    """The values are averaged into one number. Each element needs its own value."""
    return reference.sigmoid(x).mean()


@mistake("sigmoid")
def sigmoid_over_the_last_dimension(x):
    """The values are normalized to sum to 1. That is softmax; the sigmoid is applied element-wise."""
    return torch.softmax(x.reshape(-1), 0).reshape(x.shape)


@mistake("sigmoid")
def sigmoid_always_float(x):
    """The values are always float32. They should have the dtype of x; converting float64 to float32 loses precision."""
    return reference.sigmoid(x.float())


@mistake("sigmoid")
def sigmoid_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.sigmoid(x.double())


@mistake("sigmoid")
def sigmoid_in_place(x):
    """The caller's x is overwritten. Create a new tensor."""
    value = reference.sigmoid(x)
    x.data.neg_()
    return value


@mistake("sigmoid")
def sigmoid_flattened(x):
    """The result is flattened. It should have the shape of x."""
    return reference.sigmoid(x).reshape(-1)


@mistake("sigmoid")
def ready_made_sigmoid(x):
    """torch.sigmoid does the work. Write it yourself in this question."""
    return torch.sigmoid(x)


@mistake("relu")
def relu_of_the_absolute_value(x):
    """Negative values change their sign. They should become 0."""
    return x.abs()


@mistake("relu")
def relu_turned_round(x):
    """Negative values are kept and positive values become 0. It should be the reverse."""
    return x.clamp(max=0)


@mistake("relu")
def relu_with_a_leak(x):
    """Negative values are scaled down, as in leaky ReLU. They should become exactly 0."""
    return torch.where(x > 0, x, 0.01 * x)


@mistake("relu")
def relu_as_a_step(x):
    """Positive values become 1. They should be kept; the gradient of a step function is 0."""
    return (x > 0).to(x.dtype)


@mistake("relu")
def relu_capped(x):
    """Values above 6 are clamped. That is ReLU6; relu keeps all positive values."""
    return x.clamp(0, 6)


@mistake("relu")
def relu_smoothed(x):
    """The kink at zero is smoothed: that is softplus. relu is exactly 0 for negative values."""
    return torch.logaddexp(x, torch.zeros_like(x))


@mistake("relu")
def relu_detached(x):
    """The values are detached from the graph (.detach(), .data, .item() or NumPy). Without the graph, nothing can be
    trained."""
    return reference.relu(x.detach())


@mistake("relu")
def relu_with_slope_everywhere(x):
    """The values are right, but the gradient is 1 everywhere. It should be 0 below zero: the selection must be part of
    the graph."""
    return x + (reference.relu(x) - x).detach()


@mistake("relu")
def relu_in_place(x):
    """The caller's x is overwritten. Create a new tensor."""
    value = reference.relu(x)
    x.data[x.data < 0] = 0
    return value


@mistake("relu")
def relu_always_float(x):
    """The values are always float32. They should have the dtype of x; converting float64 to float32 loses precision."""
    return reference.relu(x).float()


@mistake("relu")
def relu_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.relu(x).double()


@mistake("relu")
def ready_made_relu(x):
    """torch.relu does the work. Write it yourself in this question."""
    return torch.relu(x)


@mistake("tanh")
def tanh_of_the_formula(x):
    """The formula is used directly. For large x it is inf / inf, which is nan. Rewrite it so that no large number is
    exponentiated."""
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@mistake("tanh")
def tanh_from_squares(x):
    """(e^2x - 1) / (e^2x + 1) is inf / inf for large x, which is nan. Rewrite it so that no large number is
    exponentiated."""
    return (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1)


@mistake("tanh")
def tanh_of_half(x):
    """The function is too flat: tanh(x) is 2 sigmoid(2x) - 1, with 2x as the argument."""
    return 2 * reference.sigmoid(x) - 1


@mistake("tanh")
def tanh_shifted(x):
    """The values are between 0 and 1. That is the sigmoid; tanh is between -1 and 1."""
    return reference.sigmoid(2 * x)


@mistake("tanh")
def tanh_upside_down(x):
    """The sign is wrong: tanh increases from -1 to 1."""
    return -reference.tanh(x)


@mistake("tanh")
def tanh_turned_over(x):
    """Numerator and denominator are swapped, so no value is between -1 and 1."""
    return 1 / reference.tanh(x)


@mistake("tanh")
def tanh_hard(x):
    """x is clamped to [-1, 1]. That is hardtanh; tanh is smooth."""
    return x.clamp(-1, 1)


@mistake("tanh")
def tanh_detached(x):
    """The values are detached from the graph (.detach(), .data, .item() or NumPy). Without the graph, nothing can be
    trained."""
    return reference.tanh(x.detach())


@mistake("tanh")
def tanh_in_place(x):
    """The caller's x is overwritten. Create a new tensor."""
    value = reference.tanh(x)
    x.data.mul_(2)
    return value


@mistake("tanh")
def tanh_always_float(x):
    """The values are always float32. They should have the dtype of x; converting float64 to float32 loses precision."""
    return reference.tanh(x.float())


@mistake("tanh")
def tanh_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.tanh(x.double())


@mistake("tanh")
def ready_made_tanh(x):
    """torch.tanh does the work. Write it yourself in this question."""
    return torch.tanh(x)


# ---- MLP


@mistake("MLP")
class ActivationAtTheEnd(reference.MLP):
    """The activation is also applied after the last layer. The last layer has no activation: y_hat = z(L)."""

    def forward(self, x):
        return self.activation(super().forward(x))


@mistake("MLP")
class ActivationBeforeTheFirstLayer(reference.MLP):
    """The activation is applied to x before the first layer. a(0) is x itself."""

    def forward(self, x):
        return super().forward(self.activation(x))


@mistake("MLP")
class NoActivation(reference.MLP):
    """There is no activation between the layers. Without one, many linear layers are equivalent to one."""

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MLP")
class ActivationOnlyOnce(reference.MLP):
    """The activation is applied only after the first layer. Apply it after every layer except the last."""

    def forward(self, x):
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number == 0 and len(self.layers) > 1:
                x = self.activation(x)
        return x


@mistake("MLP")
class AlwaysSigmoid(reference.MLP):
    """The activation is always the sigmoid. Use the argument activation; the sigmoid is only its default."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes)


@mistake("MLP")
class ReluByDefault(reference.MLP):
    """The default activation is relu. It should be the sigmoid."""

    def __init__(self, layer_sizes, activation=torch.relu):
        super().__init__(layer_sizes, activation)


@mistake("MLP")
class LayersInAList(reference.MLP):
    """The layers are in a Python list, which PyTorch does not register: model.parameters() does not list them, so no
    optimizer would update them. Use an nn.ModuleList."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


@mistake("MLP")
class OneLayerTooMany(reference.MLP):
    """There is one layer too many, as many as sizes. L + 1 sizes define L layers."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__([*layer_sizes, layer_sizes[-1]], activation)


@mistake("MLP")
class OneLayerTooFew(reference.MLP):
    """There is one layer too few. L + 1 sizes define L layers."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes[:-1] if len(layer_sizes) > 2 else layer_sizes, activation)


@mistake("MLP")
class LayersTheWrongWayRound(reference.MLP):
    """The layers' sizes are swapped. nn.Linear takes the number of inputs first, then the number of outputs."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        self.layers = nn.ModuleList(nn.Linear(layer.out_features, layer.in_features) for layer in self.layers)


@mistake("MLP")
class OneHiddenWidth(reference.MLP):
    """All hidden layers have the width of the first one. Each has its own width, from layer_sizes."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        hidden = [layer_sizes[1]] * (len(layer_sizes) - 2)
        super().__init__([layer_sizes[0], *hidden, layer_sizes[-1]], activation)


@mistake("MLP")
class WithoutBiases(reference.MLP):
    """The layers have no biases. nn.Linear has a bias by default."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        self.layers = nn.ModuleList(nn.Linear(m, n, bias=False) for m, n in pairwise(layer_sizes))


@mistake("MLP")
class OneLayerShared(reference.MLP):
    """Layers of the same size share one module. Each layer needs its own weights."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        made = {}
        self.layers = nn.ModuleList(made.setdefault(sizes, nn.Linear(*sizes)) for sizes in pairwise(layer_sizes))


@mistake("MLP")
class LayersBackwards(reference.MLP):
    """The layers are applied from last to first. x should go into the first layer."""

    def forward(self, x):
        *hidden, last = reversed(self.layers)
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


@mistake("MLP")
class HiddenDetached(reference.MLP):
    """The hidden activations are detached from the graph, so only the last layer would be trained."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x.detach())


@mistake("MLP")
class MLPPredictionsDetached(reference.MLP):
    """The predictions are detached from the graph (.detach(), .item() or torch.no_grad()). Without the graph, the model
    cannot be trained."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("MLP")
class PredictionsSqueezed(reference.MLP):
    """Dimensions of size 1 are squeezed. The predictions always have the shape (N, layer_sizes[-1])."""

    def forward(self, x):
        return super().forward(x).squeeze()


@mistake("MLP")
class SkipConnections(reference.MLP):
    """A layer's input is added to its output where the sizes allow it, as in a residual network. Here a(l) depends on
    z(l) alone."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            a = self.activation(layer(x))
            x = a + x if a.shape == x.shape else a
        y_hat = last(x)
        return y_hat + x if y_hat.shape == x.shape else y_hat


@mistake("MLP")
class MLPAlwaysDouble(reference.MLP):
    """The predictions are always float64. They should have the dtype of x and the parameters."""

    def forward(self, x):
        return super().forward(x).double()


@mistake("MLP")
class MLPAlwaysFloat(reference.MLP):
    """The predictions are always float32. They should have the dtype of x and the parameters."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("MLP")
class SizesReversed(reference.MLP):
    """The list of sizes is reversed in place, which modifies the caller's list. Copy it: list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        if isinstance(layer_sizes, list):
            layer_sizes.reverse()


@mistake("MLP")
class SizesPopped(reference.MLP):
    """The sizes are popped from the caller's list, which becomes shorter. Copy it: list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        if isinstance(layer_sizes, list):
            layer_sizes.pop(0)


@mistake("MLP")
class ListsOnly(reference.MLP):
    """The sizes are copied by a method that tuples do not have. They may be a list or a tuple: use
    list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes.copy(), activation)


@mistake("MLP")
class MLPFeaturesChanged(reference.MLP):
    """The activation is applied in place to the caller's features, which are overwritten. Create new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data.sigmoid_()
        return y_hat


@mistake("MLP")
class MLPPlainFeaturesChanged(reference.MLP):
    """Where x requires no gradient, the activation is applied to it in place, which overwrites the caller's features.
    Create new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x.sigmoid_()
        return y_hat


@mistake("MLP")
class ActivationMadeFirst(reference.MLP):
    """The activation is called without arguments, as if it were a class. It is a function or a module, ready to be
    called on a tensor."""

    def __init__(self, layer_sizes, activation=nn.Sigmoid):
        super().__init__(layer_sizes, activation())


@mistake("MLP")
class FunctionsOnly(reference.MLP):
    """If the activation is a module, it is replaced by the sigmoid. Any callable that maps a tensor to a tensor may be
    the activation."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, torch.sigmoid if isinstance(activation, nn.Module) else activation)


@mistake("MLP")
class ModulesOnly(reference.MLP):
    """If the activation is a function, it is replaced by the sigmoid. Any callable that maps a tensor to a tensor may
    be the activation."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation if isinstance(activation, nn.Module) else torch.sigmoid)


@mistake("MLP")
class NoActivationInEvaluation(reference.MLP):
    """In evaluation mode there is no activation. The network should be the same in both modes."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x)) if self.training else layer(x)
        return last(x)


@mistake("MLP")
class MLPUnitsDropped(reference.MLP):
    """Hidden neurons are dropped at random in training mode (dropout). This network has no dropout."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = nn.functional.dropout(self.activation(layer(x)), training=self.training)
        return last(x)


@mistake("MLP")
class MLPStartsAtZero(reference.MLP):
    """Weights and biases are set to zero, so all neurons of a layer stay identical. Keep PyTorch's default
    initialization."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("MLP")
class MLPBiasesStartAtZero(reference.MLP):
    """The biases are set to zero. Keep PyTorch's default initialization."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for layer in self.layers:
            nn.init.zeros_(layer.bias)


@mistake("MLP")
class MLPStartsByKaiming(reference.MLP):
    """The weights are redrawn from a normal distribution (He or Kaiming initialization). Keep PyTorch's default
    initialization."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight)


@mistake("MLP")
class MLPWithFixedSeed(reference.MLP):
    """A seed is set inside, so every model has the same initial values. Each new model should draw new values."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        torch.manual_seed(0)
        super().__init__(layer_sizes, activation)


# ---- parameter_table


@mistake("parameter_table")
def frozen_on_the_way(model):
    """Afterwards the parameters no longer require a gradient. Leave the model unchanged."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return reference.parameter_table(model)


@mistake("parameter_table")
def model_put_into_evaluation(model):
    """Afterwards the model is in evaluation mode. Leave the model unchanged."""
    return reference.parameter_table(model.eval())


@mistake("parameter_table")
def numbers_set_to_zero(model):
    """The parameters are set to zero. Leave the model unchanged."""
    for parameter in model.parameters():
        parameter.data.zero_()
    return reference.parameter_table(model)


@mistake("parameter_table")
def gradients_cleared(model):
    """The gradients are zeroed. Leave the model unchanged."""
    model.zero_grad()
    return reference.parameter_table(model)


@mistake("parameter_table")
def counts_as_numpy(model):
    """The counts are NumPy integers. They should be Python ints."""
    return [(name, shape, np.prod(shape, dtype=int)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def counts_with_a_point(model):
    """The counts are floats, such as 6.0. They should be Python ints."""
    return [(name, shape, float(count)) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def as_a_tuple(model):
    """The table is a tuple. It should be a list, since (1, 2) == [1, 2] is False."""
    return tuple(reference.parameter_table(model))


@mistake("parameter_table")
def nothing_for_no_dimension(model):
    """A parameter of shape () is left out or counted as 0. It has 1 element."""
    return [(name, shape, count if shape else 0) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def two_levels_at_most(model):
    """Parameters of deeper sub-modules are missing. named_parameters() finds them at any depth."""
    return [row for row in reference.parameter_table(model) if row[0].count(".") < 2]


@mistake("parameter_table")
def shapes_as_lists(model):
    """The shapes are lists. They should be tuples, since [2, 3] == (2, 3) is False."""
    return [(name, list(p.shape), p.numel()) for name, p in model.named_parameters()]


@mistake("parameter_table")
def rows_as_lists(model):
    """The rows are lists. They should be tuples: (name, shape, count)."""
    return [list(row) for row in reference.parameter_table(model)]


@mistake("parameter_table")
def table_as_dictionary(model):
    """The table is a dictionary. It should be a list of tuples."""
    return {name: (tuple(p.shape), p.numel()) for name, p in model.named_parameters()}


@mistake("parameter_table")
def first_dimension_counted(model):
    """The third column is the size of the first dimension. It should be the number of all elements."""
    return [(name, shape, shape[0] if shape else 1) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def dimensions_added(model):
    """The sizes of the dimensions are added. Multiply them: 2 rows of 3 have 6 elements."""
    return [(name, shape, sum(shape)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def dimensions_counted(model):
    """The third column is the number of dimensions. It should be the number of elements."""
    return [(name, shape, len(shape)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def two_dimensions_at_most(model):
    """Only the sizes of the first two dimensions are multiplied. A parameter may have more dimensions, or none."""
    rows = reference.parameter_table(model)
    return [(name, shape, torch.Size(shape[:2]).numel()) for name, shape, _ in rows]


@mistake("parameter_table")
def buffers_listed(model):
    """Buffers are also listed, as in state_dict(). They are not parameters: named_parameters() leaves them out."""
    return [(name, tuple(value.shape), value.numel()) for name, value in model.state_dict().items()]


@mistake("parameter_table")
def learnable_only(model):
    """Frozen parameters are left out. List all of named_parameters(), with and without requires_grad."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters() if p.requires_grad]


@mistake("parameter_table")
def shared_listed_twice(model):
    """A shared parameter is listed several times. named_parameters() lists it once."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters(remove_duplicate=False)]


@mistake("parameter_table")
def sorted_by_name(model):
    """The rows are sorted by name. Keep the order of named_parameters()."""
    return sorted(reference.parameter_table(model))


@mistake("parameter_table")
def sorted_by_size(model):
    """The rows are sorted by size. Keep the order of named_parameters()."""
    return sorted(reference.parameter_table(model), key=lambda row: row[2])


@mistake("parameter_table")
def weights_only(model):
    """Only weights are listed. Biases are also parameters."""
    return [row for row in reference.parameter_table(model) if row[0].endswith("weight")]


@mistake("parameter_table")
def top_level_only(model):
    """Only the model's own parameters are listed. List those of its sub-modules, at any depth."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters(recurse=False)]


@mistake("parameter_table")
def parts_of_the_model_only(model):
    """Only parameters of the model's sub-modules are listed. List the model's own parameters as well."""
    return [
        (f"{part}.{name}", tuple(p.shape), p.numel())
        for part, child in model.named_children()
        for name, p in child.named_parameters()
    ]


@mistake("parameter_table")
def names_without_the_part(model):
    """The name is cut to the part after the last dot. Keep the full name from named_parameters()."""
    return [(name.rpartition(".")[2], shape, count) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def counts_as_floats(model):
    """The counts are floats or tensors. They should be Python ints."""
    return [(name, shape, torch.tensor(shape).prod()) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def total_as_last_row(model):
    """A last row with the total is added. There should be one row for each parameter and nothing else."""
    rows = reference.parameter_table(model)
    return [*rows, ("total", (), sum(row[2] for row in rows))]


@mistake("parameter_table")
def printed_only(model):
    """The table is printed but not returned. A function without a return statement returns None."""
    for row in reference.parameter_table(model):
        print(*row)
