"""Mistakes that students make in hw2, each with what they should read."""

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
class TanhBetween(reference.MLPRegression):
    """The activation after the first layer is tanh. On the slide it is the sigmoid, after both layers."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(torch.tanh(self.first_layer(x))))


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
class InputsStandardised(reference.MLPRegression):
    """The features are centred over the batch first. They are used as they are, or the prediction for one row would
    depend on the others."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


@mistake("MLPRegression")
class HiddenCutOff(reference.MLPRegression):
    """The hidden layer is cut off from the graph, by .detach() or .data, so the first layer learns nothing."""

    def forward(self, x):
        return self.sigmoid(self.second_layer(self.sigmoid(self.first_layer(x)).detach()))


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
class FeaturesChanged(reference.MLPRegression):
    """The activation works in place on the caller's features, which are lost. Make new tensors."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data.sigmoid_()
        return y_hat


@mistake("MLPRegression")
class WeightsHalved(reference.MLPRegression):
    """Every call changes the weights, as if it were a training step. Predicting leaves the parameters as they are."""

    def forward(self, x):
        self.second_layer.weight.data *= 0.5
        return super().forward(x)
