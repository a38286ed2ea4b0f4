"""Mistakes that students make in hw2, each with what they should read."""

from itertools import pairwise

import numpy as np
import reference
import torch
from torch import nn

from gradkit.bank import mistake


@mistake("MLPRegression")
class NoSigmoidAtTheEnd(reference.MLPRegression):
    """There is no sigmoid after the second layer. Here it stands after both layers, so that predictions lie between 0
    and 1."""

    def forward(self, x):
        return self.second_layer(self.sigmoid(self.first_layer(x)))


@mistake("MLPRegression")
class NoSigmoidBetween(reference.MLPRegression):
    """There is no sigmoid after the first layer. Without one, two layers can do no more than one."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(self.first_layer(x)))


@mistake("MLPRegression")
class NoSigmoid(reference.MLPRegression):
    """There is no sigmoid at all. Without one, two layers can do no more than one: it stands after both of them."""

    def forward(self, x):
        return self.second_layer(self.first_layer(x))


@mistake("MLPRegression")
class ReluBetween(reference.MLPRegression):
    """The activation after the first layer is relu. On the slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.relu(self.first_layer(x))))


@mistake("MLPRegression")
class ReluWithoutEnd(reference.MLPRegression):
    """A relu stands after the first layer and nothing after the second, as in many networks for regression. On the
    slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.second_layer(torch.relu(self.first_layer(x)))


@mistake("MLPRegression")
class ReluTwice(reference.MLPRegression):
    """The activation after both layers is relu. On the slide it is the sigmoid, whose values lie between 0 and 1."""

    def forward(self, x):
        return torch.relu(self.second_layer(torch.relu(self.first_layer(x))))


@mistake("MLPRegression")
class TanhTwice(reference.MLPRegression):
    """The activation after both layers is tanh, whose values lie between -1 and 1. On the slide it is the sigmoid."""

    def forward(self, x):
        return torch.tanh(self.second_layer(torch.tanh(self.first_layer(x))))


@mistake("MLPRegression")
class TanhBetween(reference.MLPRegression):
    """The activation after the first layer is tanh. On the slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.tanh(self.first_layer(x))))


@mistake("MLPRegression")
class SoftmaxBetween(reference.MLPRegression):
    """A softmax stands after the first layer, so the hidden neurons share a sum of 1. Each neuron has a sigmoid of its
    own."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.softmax(self.first_layer(x), dim=1)))


@mistake("MLPRegression")
class ReluAtTheEnd(reference.MLPRegression):
    """The activation at the end is relu, which has no upper bound. It is the sigmoid, after both layers."""

    def forward(self, x):
        return torch.relu(self.second_layer(self.sigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class TanhAtTheEnd(reference.MLPRegression):
    """The activation at the end is tanh, whose values lie between -1 and 1. It is the sigmoid, after both layers."""

    def forward(self, x):
        return torch.tanh(self.second_layer(self.sigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class SoftmaxAtTheEnd(reference.MLPRegression):
    """A softmax stands at the end. Over a single output it is always 1, whatever the network says; here it is the
    sigmoid."""

    def forward(self, x):
        return torch.softmax(self.second_layer(self.sigmoid(self.first_layer(x))), dim=1)


@mistake("MLPRegression")
class SoftmaxOverTheBatch(reference.MLPRegression):
    """A softmax makes the predictions of the batch add up to 1. Each row is predicted by itself, with the sigmoid."""

    def forward(self, x):
        return torch.softmax(self.second_layer(self.sigmoid(self.first_layer(x))), dim=0)


@mistake("MLPRegression")
class SigmoidTwice(reference.MLPRegression):
    """The sigmoid is applied twice at the end. Once after each layer is enough."""

    def forward(self, x):
        return self.sigmoid(super().forward(x))


@mistake("MLPRegression")
class SigmoidOfTheFeatures(reference.MLPRegression):
    """The features go through a sigmoid before the first layer. They go in as they are; the sigmoid stands after each
    layer."""

    def forward(self, x):
        return super().forward(self.sigmoid(x))


@mistake("MLPRegression")
class DerivativeOfTheSigmoid(reference.MLPRegression):
    """The derivative of the sigmoid, f (1 - f), stands where the sigmoid itself belongs. The derivative is what
    backward() needs, and it finds it by itself."""

    def slope(self, t):
        return self.sigmoid(t) * (1 - self.sigmoid(t))

    def forward(self, x):
        return self.slope(self.second_layer(self.slope(self.first_layer(x))))


@mistake("MLPRegression")
class SigmoidBeforeTheLayers(reference.MLPRegression):
    """The sigmoid stands before each layer. It stands after each: the features go into the first layer as they are."""

    def forward(self, x):
        return self.second_layer(self.sigmoid(self.first_layer(self.sigmoid(x))))


@mistake("MLPRegression")
class HardSigmoid(reference.MLPRegression):
    """The activation is made of straight pieces (hardsigmoid). The sigmoid is 1 / (1 + e^-t)."""

    def forward(self, x):
        return nn.functional.hardsigmoid(self.second_layer(nn.functional.hardsigmoid(self.first_layer(x))))


@mistake("MLPRegression")
class SignOfTheSigmoid(reference.MLPRegression):
    """The sigmoid runs downhill: the minus in its exponent is missing. It is 1 / (1 + e^-t)."""

    def forward(self, x):
        return self.sigmoid(-self.second_layer(self.sigmoid(-self.first_layer(x))))


@mistake("MLPRegression")
class BiasesUnused(reference.MLPRegression):
    """The biases are not used. Each layer adds its own, as nn.Linear does when it is called."""

    def forward(self, x):
        z = self.sigmoid(x @ self.first_layer.weight.T)
        return self.sigmoid(z @ self.second_layer.weight.T)


@mistake("MLPRegression")
class HiddenBiasUnused(reference.MLPRegression):
    """The bias of the first layer is not used. Each layer adds its own, as nn.Linear does when it is called."""

    def forward(self, x):
        z = self.sigmoid(x @ self.first_layer.weight.T)
        return self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class UnitsDropped(reference.MLPRegression):
    """Hidden neurons are dropped at random while the model trains (dropout). The network of the slide keeps them
    all."""

    def forward(self, x):
        z = nn.functional.dropout(self.sigmoid(self.first_layer(x)), training=self.training)
        return self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class HiddenReturned(reference.MLPRegression):
    """What comes back is the hidden layer, (N, hidden_dim). It goes through the second layer and a sigmoid first."""

    def forward(self, x):
        return self.sigmoid(self.first_layer(x))


@mistake("MLPRegression")
class BothReturned(reference.MLPRegression):
    """The hidden layer comes back with the predictions, as a pair. Only the predictions are asked for."""

    def forward(self, x):
        z = self.sigmoid(self.first_layer(x))
        return z, self.sigmoid(self.second_layer(z))


@mistake("MLPRegression")
class NothingReturned(reference.MLPRegression):
    """The predictions are worked out but not handed back. Without a return, a function gives None."""

    def forward(self, x):
        super().forward(x)


@mistake("MLPRegression")
class InputsStandardised(reference.MLPRegression):
    """The features are centred over the batch first. They are used as they are, or the prediction for one row would
    depend on the others."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


@mistake("MLPRegression")
class InputsScaled(reference.MLPRegression):
    """The features are standardised over the batch first, which makes NaN of a single row. They are used as they are:
    preparing data is a step of its own."""

    def forward(self, x):
        return super().forward((x - x.mean(0)) / x.std(0))


@mistake("MLPRegression")
class HiddenCutOff(reference.MLPRegression):
    """The hidden layer is cut off from the graph, by .detach() or .data, so the first layer learns nothing."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(self.sigmoid(self.first_layer(x)).detach()))


@mistake("MLPRegression")
class OutputWeightsDetached(reference.MLPRegression):
    """The second layer is applied by hand with .data or .detach(), so that its weights and bias get no gradient. Call
    the layer itself."""

    def forward(self, x):
        z = self.sigmoid(self.first_layer(x))
        return self.sigmoid(z @ self.second_layer.weight.data.T + self.second_layer.bias.data)


@mistake("MLPRegression")
class FeaturesDetached(reference.MLPRegression):
    """The features are cut off from the graph, by .detach(), .data or a new tensor. Layers below this one learn through
    them."""

    def forward(self, x):
        return super().forward(x.detach())


@mistake("MLPRegression")
class PredictionsDetached(reference.MLPRegression):
    """The predictions are cut off from the graph, by .detach(), .item() or torch.no_grad(). Without the graph nothing
    can be learned."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("MLPRegression")
class FlatPredictions(reference.MLPRegression):
    """The predictions have the shape (N,). They should have the shape (N, 1): one row for each row of x."""

    def forward(self, x):
        return super().forward(x).squeeze(1)


@mistake("MLPRegression")
class PredictionsOnTheirSide(reference.MLPRegression):
    """The predictions have the shape (1, N). They should have the shape (N, 1): rows are examples, here too."""

    def forward(self, x):
        return super().forward(x).T


@mistake("MLPRegression")
class AveragedPredictions(reference.MLPRegression):
    """The predictions are averaged into one number. Each row of x gets its own."""

    def forward(self, x):
        return super().forward(x).mean()


@mistake("MLPRegression")
class Rounded(reference.MLPRegression):
    """The predictions are rounded to 0 or 1. They are the numbers between; and where numbers are rounded there is no
    slope, so every gradient is 0."""

    def forward(self, x):
        return super().forward(x).round()


@mistake("MLPRegression")
class DecidedInEvaluation(reference.MLPRegression):
    """In evaluation mode the predictions are turned into 0 or 1. forward gives the numbers between in both modes; where
    to draw the line is decided by whoever uses them."""

    def forward(self, x):
        y_hat = super().forward(x)
        return y_hat if self.training else y_hat.round()


@mistake("MLPRegression")
class NoSigmoidInTraining(reference.MLPRegression):
    """The sigmoid at the end is left out while the model trains, as for a loss that takes raw scores. Here it stands
    after both layers in both modes."""

    def forward(self, x):
        t = self.second_layer(self.sigmoid(self.first_layer(x)))
        return t if self.training else self.sigmoid(t)


@mistake("MLPRegression")
class Decided(reference.MLPRegression):
    """The predictions are turned into 0 or 1. They are the numbers between, and through a decision no gradient
    flows."""

    def forward(self, x):
        return (super().forward(x) > 0.5).to(x.dtype)


@mistake("MLPRegression")
class PredictionsInPercent(reference.MLPRegression):
    """The predictions are multiplied by 100. They lie between 0 and 1."""

    def forward(self, x):
        return 100 * super().forward(x)


@mistake("MLPRegression")
class ShortCut(reference.MLPRegression):
    """The hidden layer's input is added to its output (a shortcut). The network of the slide has none."""

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
    """The activation works in place on the caller's features, which are lost. Make new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data.sigmoid_()
        return y_hat


@mistake("MLPRegression")
class DrawnAgain(reference.MLPRegression):
    """The layers are made anew in every forward, so whatever was learned is lost. They are made once, in __init__."""

    def forward(self, x):
        self.__init__(self.first_layer.in_features, self.first_layer.out_features)
        return super().forward(x.float()).to(x.dtype)


@mistake("MLPRegression")
class WeightsHalved(reference.MLPRegression):
    """Every call changes the weights, as if it were a training step. Predicting leaves the parameters as they are."""

    def forward(self, x):
        self.second_layer.weight.data *= 0.5
        return super().forward(x)


# ---- the layers


@mistake("MLPRegression")
class SizesSwapped(reference.MLPRegression):
    """The sizes of the first layer are swapped. nn.Linear takes the number of inputs first, then the number of
    neurons; that its weight is stored the other way round is its own affair."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.first_layer = nn.Linear(hidden_dim, in_dim)


@mistake("MLPRegression")
class LayersSwapped(reference.MLPRegression):
    """The two layers have each other's sizes. The first takes the features; the second takes the hidden neurons and
    gives the one prediction."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.first_layer, self.second_layer = self.second_layer, self.first_layer


@mistake("MLPRegression")
class SizesOfTheExample(reference.MLPRegression):
    """The sizes of one example, 4 features and 2 neurons, are written into the model. They are in_dim and
    hidden_dim."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(4, 2)


@mistake("MLPRegression")
class OnesAppended(reference.MLPRegression):
    """The first layer has one input more, for a column of ones. nn.Linear brings its own bias, so that no column is
    needed: it takes in_dim features."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim + 1, hidden_dim)

    def forward(self, x):
        return super().forward(torch.cat([x, torch.ones_like(x[:, :1])], dim=1))


@mistake("MLPRegression")
class ManyOutputs(reference.MLPRegression):
    """The second layer has hidden_dim outputs. It has one: a single prediction for each row."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.second_layer = nn.Linear(hidden_dim, hidden_dim)


@mistake("MLPRegression")
class HiddenLeftOut(reference.MLPRegression):
    """The second layer takes the features, not the hidden neurons. It stands behind the first layer, whose hidden_dim
    outputs are its inputs."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        self.second_layer = nn.Linear(in_dim, 1)

    def forward(self, x):
        return self.sigmoid(self.second_layer(x))


@mistake("MLPRegression")
class KinkedSigmoid(reference.MLPRegression):
    """The sigmoid is written with |t|, which has no slope at 0: where a sum is exactly 0 no gradient comes through. The
    slope of the sigmoid is 1/4 there."""

    def f(self, t):
        e = torch.exp(-t.abs())
        return torch.where(t >= 0, 1 / (1 + e), e / (1 + e))

    def forward(self, x):
        return self.f(self.second_layer(self.f(self.first_layer(x))))


@mistake("MLPRegression")
class PlainFeaturesChanged(reference.MLPRegression):
    """The activation works in place on features that take no gradient, and the caller's numbers are lost. Make new
    tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x.sigmoid_()
        return y_hat


@mistake("MLPRegression")
class LayersStartAtZero(reference.MLPRegression):
    """Weights and biases are set to zero, so all hidden neurons learn the same. Leave them as PyTorch draws them."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("MLPRegression")
class OutputStartsAtZero(reference.MLPRegression):
    """The second layer is set to zero. Leave both layers as PyTorch draws them."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        nn.init.zeros_(self.second_layer.weight)
        nn.init.zeros_(self.second_layer.bias)


@mistake("MLPRegression")
class LayersStartNormal(reference.MLPRegression):
    """The weights are drawn anew, from a normal distribution. Leave them as PyTorch draws them."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for layer in (self.first_layer, self.second_layer):
            nn.init.normal_(layer.weight)


@mistake("MLPRegression")
class LayersStartByXavier(reference.MLPRegression):
    """The weights are drawn anew (Xavier), and the biases set to zero. Leave them as PyTorch draws them."""

    def __init__(self, in_dim, hidden_dim):
        super().__init__(in_dim, hidden_dim)
        for layer in (self.first_layer, self.second_layer):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


@mistake("MLPRegression")
class FixedSeed(reference.MLPRegression):
    """A seed is set inside, so every model starts with the same numbers. Each new model draws its own."""

    def __init__(self, in_dim, hidden_dim):
        torch.manual_seed(0)
        super().__init__(in_dim, hidden_dim)


# ---- activations


@mistake("sigmoid")
def sigmoid_with_a_kink(x):
    """The formula is written with |x|, which has no slope at 0, so no gradient comes through there. At exactly 0 the
    slope of the sigmoid is 1/4."""
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e)) + 0 * x


@mistake("sigmoid")
def sigmoid_by_halves(x):
    """Positive and negative numbers are cut out by relu or clamp, and at exactly 0 a slope of one of them is missing or
    counted twice. There, the slope of the sigmoid is 1/4."""
    return torch.exp(x.clamp(max=0) - torch.log1p(torch.exp(-x.abs())))


@mistake("sigmoid")
def sigmoid_in_place_without_grad(x):
    """The caller's x is overwritten where it takes no gradient. Make a new tensor."""
    value = reference.sigmoid(x)
    if not x.requires_grad:
        x.neg_()
    return value


@mistake("relu")
def relu_by_square_root(x):
    """|x| is written as the square root of x^2, whose gradient is nan at exactly 0. There, any finite gradient will
    do."""
    return (x + torch.sqrt(x * x)) / 2


@mistake("relu")
def relu_by_division(x):
    """x is divided by itself or by its size, which is nan at exactly 0. relu(0) is 0."""
    return (x + x * x / x.abs()) / 2


@mistake("relu")
def relu_in_place_without_grad(x):
    """What is negative becomes 0 in x itself where it takes no gradient, so the caller's numbers are lost. Make a new
    tensor."""
    if x.requires_grad:
        return reference.relu(x)
    x[x < 0] = 0
    return x


@mistake("tanh")
def tanh_with_a_kink(x):
    """The formula is written with |x| or sign(x), which have no slope at 0, so no gradient comes through there. At
    exactly 0 the slope of tanh is 1."""
    e = torch.exp(-2 * x.abs())
    return torch.where(x >= 0, (1 - e) / (1 + e), (e - 1) / (1 + e)) + 0.0 * x


@mistake("tanh")
def tanh_in_place_without_grad(x):
    """The caller's x is overwritten where it takes no gradient. Make a new tensor."""
    value = reference.tanh(x)
    if not x.requires_grad:
        x.mul_(2)
    return value


@mistake("sigmoid")
def sigmoid_of_the_formula(x):
    """The formula is used as it stands. Where x is far below zero, e^-x is inf: the value may still be right, but the
    gradient becomes nan."""
    return 1 / (1 + torch.exp(-x))


@mistake("sigmoid")
def sigmoid_of_e_to_the_x(x):
    """e^x / (1 + e^x) is inf / inf for a large x, which is nan. Write it so that no large number is exponentiated."""
    return torch.exp(x) / (1 + torch.exp(x))


@mistake("sigmoid")
def sigmoid_without_minus(x):
    """The minus sign in the exponent is missing, so the curve falls where it should rise."""
    return reference.sigmoid(-x)


@mistake("sigmoid")
def sigmoid_times_two(x):
    """The values go from -1 to 1. That is tanh of half of x; the sigmoid goes from 0 to 1."""
    return 2 * reference.sigmoid(x) - 1


@mistake("sigmoid")
def sigmoid_in_base_two(x):
    """The power is taken of 2. The base is e, as in torch.exp."""
    return reference.sigmoid(x * 0.6931471805599453)


@mistake("sigmoid")
def sigmoid_clamped(x):
    """x is cut off at a few units first, so that values and gradients beyond are wrong. It may only be cut where the
    function no longer changes, and without losing the slope."""
    return reference.sigmoid(x.clamp(-5, 5))


@mistake("sigmoid")
def sigmoid_detached(x):
    """The values are cut off from the graph, by .detach(), .data, .item() or numpy. Without the graph nothing can be
    learned."""
    return reference.sigmoid(x).detach()


@mistake("sigmoid")
def sigmoid_averaged(x):
    """The values are averaged into one number. Each element gets its own."""
    return reference.sigmoid(x).mean()


@mistake("sigmoid")
def sigmoid_over_the_last_dimension(x):
    """The values of a row are made to add up to 1. That is softmax; the sigmoid looks at each element by itself."""
    return torch.softmax(x.reshape(-1), 0).reshape(x.shape)


@mistake("sigmoid")
def sigmoid_always_float(x):
    """The values are always float32. They should have the dtype of x: float64 has twice as many digits."""
    return reference.sigmoid(x.float())


@mistake("sigmoid")
def sigmoid_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.sigmoid(x.double())


@mistake("sigmoid")
def sigmoid_in_place(x):
    """The caller's x is overwritten. Make a new tensor."""
    value = reference.sigmoid(x)
    x.data.neg_()
    return value


@mistake("sigmoid")
def sigmoid_flattened(x):
    """The result is flat. It should have the shape of x."""
    return reference.sigmoid(x).reshape(-1)


@mistake("sigmoid")
def ready_made_sigmoid(x):
    """torch.sigmoid does the work. It is what you write in this question."""
    return torch.sigmoid(x)


@mistake("relu")
def relu_of_the_absolute_value(x):
    """What is negative changes its sign. It becomes 0."""
    return x.abs()


@mistake("relu")
def relu_turned_round(x):
    """What is negative stays and what is positive becomes 0. It is the other way round."""
    return x.clamp(max=0)


@mistake("relu")
def relu_with_a_leak(x):
    """What is negative is made small. It becomes exactly 0; a small slope there makes it the leaky relu."""
    return torch.where(x > 0, x, 0.01 * x)


@mistake("relu")
def relu_as_a_step(x):
    """What is positive becomes 1. It stays as it is; a step has no slope to learn from."""
    return (x > 0).to(x.dtype)


@mistake("relu")
def relu_capped(x):
    """Values above 6 are cut off. That is relu6; here what is positive stays, however large it is."""
    return x.clamp(0, 6)


@mistake("relu")
def relu_smoothed(x):
    """The corner at zero is rounded off: that is softplus. relu is exactly 0 below zero."""
    return torch.logaddexp(x, torch.zeros_like(x))


@mistake("relu")
def relu_detached(x):
    """The values are cut off from the graph, by .detach(), .data, .item() or numpy. Without the graph nothing can be
    learned."""
    return reference.relu(x.detach())


@mistake("relu")
def relu_with_slope_everywhere(x):
    """The values are right and the gradient is 1 everywhere. Below zero the slope is 0: the selection must be part of
    the graph."""
    return x + (reference.relu(x) - x).detach()


@mistake("relu")
def relu_in_place(x):
    """The caller's x is overwritten. Make a new tensor."""
    value = reference.relu(x)
    x.data[x.data < 0] = 0
    return value


@mistake("relu")
def relu_always_float(x):
    """The values are always float32. They should have the dtype of x: float64 has twice as many digits."""
    return reference.relu(x).float()


@mistake("relu")
def relu_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.relu(x).double()


@mistake("relu")
def ready_made_relu(x):
    """torch.relu does the work. It is what you write in this question."""
    return torch.relu(x)


@mistake("tanh")
def tanh_of_the_formula(x):
    """The formula is used as it stands. For a large x it is inf / inf, which is nan. Write it so that no large number
    is exponentiated."""
    return (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))


@mistake("tanh")
def tanh_from_squares(x):
    """(e^2x - 1) / (e^2x + 1) is inf / inf for a large x, which is nan. Write it so that no large number is
    exponentiated."""
    return (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1)


@mistake("tanh")
def tanh_of_half(x):
    """The curve is too flat: tanh(x) is 2 sigmoid(2x) - 1, with x doubled inside."""
    return 2 * reference.sigmoid(x) - 1


@mistake("tanh")
def tanh_shifted(x):
    """The values go from 0 to 1. That is the sigmoid; tanh goes from -1 to 1."""
    return reference.sigmoid(2 * x)


@mistake("tanh")
def tanh_upside_down(x):
    """The sign is wrong: tanh rises, from -1 on the left to 1 on the right."""
    return -reference.tanh(x)


@mistake("tanh")
def tanh_turned_over(x):
    """Numerator and denominator are swapped, so the values are never between -1 and 1."""
    return 1 / reference.tanh(x)


@mistake("tanh")
def tanh_hard(x):
    """x is cut off at -1 and 1. That only looks like tanh; the curve is not made of straight pieces."""
    return x.clamp(-1, 1)


@mistake("tanh")
def tanh_detached(x):
    """The values are cut off from the graph, by .detach(), .data, .item() or numpy. Without the graph nothing can be
    learned."""
    return reference.tanh(x.detach())


@mistake("tanh")
def tanh_in_place(x):
    """The caller's x is overwritten. Make a new tensor."""
    value = reference.tanh(x)
    x.data.mul_(2)
    return value


@mistake("tanh")
def tanh_always_float(x):
    """The values are always float32. They should have the dtype of x: float64 has twice as many digits."""
    return reference.tanh(x.float())


@mistake("tanh")
def tanh_always_double(x):
    """The values are always float64. They should have the dtype of x."""
    return reference.tanh(x.double())


@mistake("tanh")
def ready_made_tanh(x):
    """torch.tanh does the work. It is what you write in this question."""
    return torch.tanh(x)


# ---- MLP


@mistake("MLP")
class ActivationAtTheEnd(reference.MLP):
    """The activation stands after the last layer, too. Here the last layer has none: y_hat = z(L)."""

    def forward(self, x):
        return self.activation(super().forward(x))


@mistake("MLP")
class ActivationBeforeTheFirstLayer(reference.MLP):
    """The activation is applied to x before the first layer. a(0) is x itself."""

    def forward(self, x):
        return super().forward(self.activation(x))


@mistake("MLP")
class NoActivation(reference.MLP):
    """There is no activation between the layers. Without one, many layers can do no more than one."""

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mistake("MLP")
class ActivationOnlyOnce(reference.MLP):
    """The activation stands after the first layer only. It stands after every layer but the last."""

    def forward(self, x):
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number == 0 and len(self.layers) > 1:
                x = self.activation(x)
        return x


@mistake("MLP")
class AlwaysSigmoid(reference.MLP):
    """The activation is always the sigmoid. It is the argument activation; the sigmoid is only its default."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes)


@mistake("MLP")
class ReluByDefault(reference.MLP):
    """Without an activation, relu is used. The default is the sigmoid."""

    def __init__(self, layer_sizes, activation=torch.relu):
        super().__init__(layer_sizes, activation)


@mistake("MLP")
class LayersInAList(reference.MLP):
    """The layers are in a Python list, where PyTorch does not see them: model.parameters() misses them, so no optimizer
    would change them. Put them into an nn.ModuleList."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


@mistake("MLP")
class OneLayerTooMany(reference.MLP):
    """There is one layer too many: as many as there are sizes. Between L + 1 sizes there are L layers."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__([*layer_sizes, layer_sizes[-1]], activation)


@mistake("MLP")
class OneLayerTooFew(reference.MLP):
    """There is one layer too few. Between L + 1 sizes there are L layers."""

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
    """All hidden layers have the width of the first one. Each has its own, from layer_sizes."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        hidden = [layer_sizes[1]] * (len(layer_sizes) - 2)
        super().__init__([layer_sizes[0], *hidden, layer_sizes[-1]], activation)


@mistake("MLP")
class WithoutBiases(reference.MLP):
    """The layers have no biases. nn.Linear has one unless it is told otherwise."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        self.layers = nn.ModuleList(nn.Linear(m, n, bias=False) for m, n in pairwise(layer_sizes))


@mistake("MLP")
class OneLayerShared(reference.MLP):
    """Where two layers have the same sizes, one and the same layer stands for both. Each has its own weights."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        made = {}
        self.layers = nn.ModuleList(made.setdefault(sizes, nn.Linear(*sizes)) for sizes in pairwise(layer_sizes))


@mistake("MLP")
class LayersBackwards(reference.MLP):
    """The layers are connected from the last to the first. x goes into the first one."""

    def forward(self, x):
        *hidden, last = reversed(self.layers)
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


@mistake("MLP")
class HiddenDetached(reference.MLP):
    """The hidden values are cut off from the graph, so that only the last layer would learn."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x.detach())


@mistake("MLP")
class MLPPredictionsDetached(reference.MLP):
    """The predictions are cut off from the graph, by .detach(), .item() or torch.no_grad(). Without the graph nothing
    can be learned."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("MLP")
class PredictionsSqueezed(reference.MLP):
    """Dimensions of size 1 are squeezed away. The predictions always have the shape (N, layer_sizes[-1])."""

    def forward(self, x):
        return super().forward(x).squeeze()


@mistake("MLP")
class SkipConnections(reference.MLP):
    """A layer's input is added to its output where the sizes allow it. That is a residual network; here a(l) depends on
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
    """The list of sizes is reversed in place on the way, and the caller finds it changed. Make a copy:
    list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        if isinstance(layer_sizes, list):
            layer_sizes.reverse()


@mistake("MLP")
class SizesPopped(reference.MLP):
    """The sizes are taken out of the caller's list one by one, which is shorter afterwards. Make a copy:
    list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        if isinstance(layer_sizes, list):
            layer_sizes.pop(0)


@mistake("MLP")
class ListsOnly(reference.MLP):
    """The sizes are copied by a method that tuples do not have. They may be a list or a tuple: list(layer_sizes)."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes.copy(), activation)


@mistake("MLP")
class MLPFeaturesChanged(reference.MLP):
    """The activation works in place on the caller's features, which are lost. Make new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data.sigmoid_()
        return y_hat


@mistake("MLP")
class MLPPlainFeaturesChanged(reference.MLP):
    """The activation works in place on features that take no gradient, and the caller's numbers are lost. Make new
    tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x.sigmoid_()
        return y_hat


@mistake("MLP")
class ActivationMadeFirst(reference.MLP):
    """The activation is called without arguments, as if it were a class. It is a function or a module, ready to be
    applied."""

    def __init__(self, layer_sizes, activation=nn.Sigmoid):
        super().__init__(layer_sizes, activation())


@mistake("MLP")
class FunctionsOnly(reference.MLP):
    """A module as the activation is looked up by name and replaced by the sigmoid. Anything that maps a tensor to a
    tensor may be the activation."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, torch.sigmoid if isinstance(activation, nn.Module) else activation)


@mistake("MLP")
class ModulesOnly(reference.MLP):
    """Only modules are taken as the activation, and a function becomes the sigmoid. Anything that maps a tensor to a
    tensor may be the activation."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation if isinstance(activation, nn.Module) else torch.sigmoid)


@mistake("MLP")
class NoActivationInEvaluation(reference.MLP):
    """In evaluation mode there is no activation. The network is the same in both modes."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x)) if self.training else layer(x)
        return last(x)


@mistake("MLP")
class MLPUnitsDropped(reference.MLP):
    """Hidden neurons are dropped at random while the model trains (dropout). The network keeps them all."""

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = nn.functional.dropout(self.activation(layer(x)), training=self.training)
        return last(x)


@mistake("MLP")
class MLPStartsAtZero(reference.MLP):
    """Weights and biases are set to zero, so all neurons of a layer learn the same. Leave them as PyTorch draws
    them."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)


@mistake("MLP")
class MLPBiasesStartAtZero(reference.MLP):
    """The biases are set to zero. Leave them as PyTorch draws them."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for layer in self.layers:
            nn.init.zeros_(layer.bias)


@mistake("MLP")
class MLPStartsByKaiming(reference.MLP):
    """The weights are drawn anew, from a normal distribution (He, Kaiming). Leave them as PyTorch draws them."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        super().__init__(layer_sizes, activation)
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight)


@mistake("MLP")
class MLPWithFixedSeed(reference.MLP):
    """A seed is set inside, so every model starts with the same numbers. Each new model draws its own."""

    def __init__(self, layer_sizes, activation=torch.sigmoid):
        torch.manual_seed(0)
        super().__init__(layer_sizes, activation)


# ---- parameter_table


@mistake("parameter_table")
def frozen_on_the_way(model):
    """The parameters no longer require a gradient afterwards. The model is left as it is."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return reference.parameter_table(model)


@mistake("parameter_table")
def model_put_into_evaluation(model):
    """The model is in evaluation mode afterwards. It is left as it is."""
    return reference.parameter_table(model.eval())


@mistake("parameter_table")
def numbers_set_to_zero(model):
    """The parameters are set to zero on the way. The model is left as it is."""
    for parameter in model.parameters():
        parameter.data.zero_()
    return reference.parameter_table(model)


@mistake("parameter_table")
def gradients_cleared(model):
    """The gradients are cleared on the way. The model is left as it is."""
    model.zero_grad()
    return reference.parameter_table(model)


@mistake("parameter_table")
def counts_as_numpy(model):
    """The counts are NumPy's numbers. A Python int is asked for."""
    return [(name, shape, np.prod(shape, dtype=int)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def counts_with_a_point(model):
    """The counts are floats, such as 6.0. A Python int is asked for."""
    return [(name, shape, float(count)) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def as_a_tuple(model):
    """The table is a tuple. A list is asked for, and (1, 2) == [1, 2] is False."""
    return tuple(reference.parameter_table(model))


@mistake("parameter_table")
def nothing_for_no_dimension(model):
    """A parameter of shape () is left out, or counted as 0. It has 1 element."""
    return [(name, shape, count if shape else 0) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def two_levels_at_most(model):
    """Parameters are looked for in the model and its parts, but not in the parts of parts. named_parameters() finds
    them at any depth."""
    return [row for row in reference.parameter_table(model) if row[0].count(".") < 2]


@mistake("parameter_table")
def shapes_as_lists(model):
    """The shapes are lists. Tuples are asked for, and [2, 3] == (2, 3) is False."""
    return [(name, list(p.shape), p.numel()) for name, p in model.named_parameters()]


@mistake("parameter_table")
def rows_as_lists(model):
    """The rows are lists. Tuples are asked for: (name, shape, count)."""
    return [list(row) for row in reference.parameter_table(model)]


@mistake("parameter_table")
def table_as_dictionary(model):
    """The table is a dictionary. A list of tuples is asked for."""
    return {name: (tuple(p.shape), p.numel()) for name, p in model.named_parameters()}


@mistake("parameter_table")
def first_dimension_counted(model):
    """The third column is the length of the first dimension. The number of all elements is asked for."""
    return [(name, shape, shape[0] if shape else 1) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def dimensions_added(model):
    """The dimensions are added up. They are multiplied: 2 rows of 3 make 6 elements."""
    return [(name, shape, sum(shape)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def dimensions_counted(model):
    """The third column is the number of dimensions. The number of elements is asked for."""
    return [(name, shape, len(shape)) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def two_dimensions_at_most(model):
    """Only the first two dimensions are multiplied. A parameter may have more, or none."""
    rows = reference.parameter_table(model)
    return [(name, shape, torch.Size(shape[:2]).numel()) for name, shape, _ in rows]


@mistake("parameter_table")
def buffers_listed(model):
    """Buffers are listed too, as in state_dict(). They are not learned: named_parameters() leaves them out."""
    return [(name, tuple(value.shape), value.numel()) for name, value in model.state_dict().items()]


@mistake("parameter_table")
def learnable_only(model):
    """Frozen parameters are left out. All of named_parameters() is listed, whether it requires a gradient or not."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters() if p.requires_grad]


@mistake("parameter_table")
def shared_listed_twice(model):
    """A parameter that several parts share is listed several times. named_parameters() gives each once."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters(remove_duplicate=False)]


@mistake("parameter_table")
def sorted_by_name(model):
    """The rows are sorted by name. They stay in the order of named_parameters()."""
    return sorted(reference.parameter_table(model))


@mistake("parameter_table")
def sorted_by_size(model):
    """The rows are sorted by size. They stay in the order of named_parameters()."""
    return sorted(reference.parameter_table(model), key=lambda row: row[2])


@mistake("parameter_table")
def weights_only(model):
    """Only weights are listed. Biases are parameters too."""
    return [row for row in reference.parameter_table(model) if row[0].endswith("weight")]


@mistake("parameter_table")
def top_level_only(model):
    """Only parameters of the model itself are listed. Those of its parts, and of their parts, belong to it too."""
    return [(name, tuple(p.shape), p.numel()) for name, p in model.named_parameters(recurse=False)]


@mistake("parameter_table")
def parts_of_the_model_only(model):
    """Only parameters of the model's parts are listed. Those that lie in the model itself belong to it too."""
    return [
        (f"{part}.{name}", tuple(p.shape), p.numel())
        for part, child in model.named_children()
        for name, p in child.named_parameters()
    ]


@mistake("parameter_table")
def names_without_the_part(model):
    """The name is cut to what stands after the dot. The whole name of named_parameters() is asked for."""
    return [(name.rpartition(".")[2], shape, count) for name, shape, count in reference.parameter_table(model)]


@mistake("parameter_table")
def counts_as_floats(model):
    """The counts are no whole numbers any more, or tensors. A Python int is asked for."""
    return [(name, shape, torch.tensor(shape).prod()) for name, shape, _ in reference.parameter_table(model)]


@mistake("parameter_table")
def total_as_last_row(model):
    """A last row with the total is added. There is one row for each parameter and nothing else."""
    rows = reference.parameter_table(model)
    return [*rows, ("total", (), sum(row[2] for row in rows))]


@mistake("parameter_table")
def printed_only(model):
    """The table is printed and not handed back. Without a return, a function gives None."""
    for row in reference.parameter_table(model):
        print(*row)
