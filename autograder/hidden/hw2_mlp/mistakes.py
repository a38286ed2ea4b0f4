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
