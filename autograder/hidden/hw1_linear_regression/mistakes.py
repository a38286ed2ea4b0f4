"""Mistakes that students make in hw1, each with what they should read."""

import reference
import torch
from torch import nn

from gradkit.bank import mistake


def with_ones(x):
    """The inputs with a column of ones at the end."""
    return torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)


@mistake("LinearRegression")
class BiasFirst(reference.LinearRegression):
    """The column of ones comes first. It is the last column here, so that the bias is the last row of w."""

    def forward(self, x):
        return torch.cat([torch.ones(len(x), 1, dtype=x.dtype), x], dim=1) @ self.w


@mistake("LinearRegression")
class BiasLeftOut(reference.LinearRegression):
    """The last row of w has no effect, so the model has no bias. The column that is appended is made of ones, and
    brings it in."""

    def forward(self, x):
        return x @ self.w[:-1]


@mistake("LinearRegression")
class BiasSubtracted(reference.LinearRegression):
    """The bias is subtracted. It is added: the column that is appended is made of ones."""

    def forward(self, x):
        return x @ self.w[:-1] - self.w[-1]


@mistake("LinearRegression")
class BiasOnce(reference.LinearRegression):
    """Only the first row gets the bias. Each row of x has a 1 appended to it."""

    def forward(self, x):
        column = torch.zeros(len(x), 1, dtype=x.dtype)
        column[0] = 1
        return torch.cat([x, column], dim=1) @ self.w


@mistake("LinearRegression")
class AllOfWAdded(reference.LinearRegression):
    """The whole of w is added where only the bias belongs; for a single row, broadcasting hides it. The bias is one
    number, the last row of w."""

    def forward(self, x):
        return x @ self.w[:-1] + self.w


@mistake("LinearRegression")
class DividedByTheFeatures(reference.LinearRegression):
    """The prediction is divided by the number of features. Weight times feature is added up over the features; the sum
    is not averaged."""

    def forward(self, x):
        return (with_ones(x) * self.w.T).mean(dim=1, keepdim=True)


@mistake("LinearRegression")
class NotSummed(reference.LinearRegression):
    """Features and weights are multiplied one by one and never added up, so each row gives several numbers. A matrix
    product multiplies and sums."""

    def forward(self, x):
        return with_ones(x) * self.w.T


@mistake("LinearRegression")
class OnesOfTheFirstBatch(reference.LinearRegression):
    """The column of ones is made for the first batch and kept, so that a batch of another size does not fit. It has as
    many rows as the x of this call."""

    ones = None

    def forward(self, x):
        if self.ones is None:
            self.ones = torch.ones(len(x), 1, dtype=x.dtype)
        return torch.cat([x, self.ones], dim=1) @ self.w


@mistake("LinearRegression")
class FlatPredictions(reference.LinearRegression):
    """The predictions have the shape (N,). They should have the shape (N, 1): one row for each row of x."""

    def forward(self, x):
        return super().forward(x).squeeze(1)


@mistake("LinearRegression")
class PredictionsOnTheirSide(reference.LinearRegression):
    """The predictions have the shape (1, N). They should have the shape (N, 1): rows are examples, here too."""

    def forward(self, x):
        return super().forward(x).T


@mistake("LinearRegression")
class AveragedPredictions(reference.LinearRegression):
    """The predictions are averaged into one number. Each row of x gets its own."""

    def forward(self, x):
        return super().forward(x).mean()


@mistake("LinearRegression")
class NothingReturned(reference.LinearRegression):
    """The predictions are worked out but not handed back. Without a return, a function gives None."""

    def forward(self, x):
        super().forward(x)


@mistake("LinearRegression")
class Logistic(reference.LinearRegression):
    """A sigmoid is applied at the end. That is logistic regression; here the number is predicted as it comes."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("LinearRegression")
class InputsStandardised(reference.LinearRegression):
    """The features are centred over the batch first. They are used as they are, or the prediction for one row would
    depend on the others."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


@mistake("LinearRegression")
class InputsScaled(reference.LinearRegression):
    """The features are standardised over the batch first, which makes NaN of a single row. They are used as they are:
    preparing data is a step of its own."""

    def forward(self, x):
        return super().forward((x - x.mean(0)) / x.std(0))


@mistake("LinearRegression")
class WeightsDetached(reference.LinearRegression):
    """The predictions are made with self.w.data, or a detached w, so no gradient reaches w and nothing is learned. Use
    self.w itself."""

    def forward(self, x):
        return with_ones(x) @ self.w.detach()


@mistake("LinearRegression")
class FeaturesDetached(reference.LinearRegression):
    """The features are cut off from the graph, by .detach(), .data or a new tensor. Layers below this one learn through
    them."""

    def forward(self, x):
        return super().forward(x.detach())


@mistake("LinearRegression")
class PredictionsDetached(reference.LinearRegression):
    """The predictions are cut off from the graph, by .detach(), .item() or torch.no_grad(). Without the graph nothing
    can be learned."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("LinearRegression")
class PlainNumbers(reference.LinearRegression):
    """The predictions are taken out as Python numbers and put into a new tensor. It does not know where they came from,
    so no gradient flows back, and it is float32 unless told otherwise."""

    def forward(self, x):
        return torch.tensor([[row.item()] for row in super().forward(x)])


@mistake("LinearRegression")
class BiasDetached(reference.LinearRegression):
    """The bias is added as a plain number, by .item() or .data. The predictions are right, but the last row of w gets
    no gradient, so the bias would never be learned."""

    def forward(self, x):
        return x @ self.w[:-1] + self.w[-1].item()


@mistake("LinearRegression")
class OnesAppendedToX(reference.LinearRegression):
    """The ones are appended to the caller's own x, which has a column too many from then on. Make a new tensor."""

    def forward(self, x):
        x.data = with_ones(x.data)
        return x @ self.w


@mistake("LinearRegression")
class OnesWrittenIntoX(reference.LinearRegression):
    """The ones are written into the last column of x, in place. The caller's features are lost; append a new column."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data[:, -1] = 1
        return y_hat


@mistake("LinearRegression")
class AlwaysDouble(reference.LinearRegression):
    """Everything is turned into float64. The predictions should have the dtype of x and w."""

    def forward(self, x):
        return with_ones(x.double()) @ self.w.double()


@mistake("LinearRegression")
class AlwaysFloat(reference.LinearRegression):
    """The predictions are always float32. They should have the dtype of x and w: float64 has twice as many digits."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("LinearRegression")
class StartsAtZero(reference.LinearRegression):
    """w starts at zero. Its numbers are drawn from a standard normal distribution."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w = nn.Parameter(torch.zeros(in_dim + 1, 1))


@mistake("LinearRegression")
class StartsAtOne(reference.LinearRegression):
    """w starts with ones everywhere. Its numbers are drawn from a standard normal distribution; the ones are what x is
    extended by."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w = nn.Parameter(torch.ones(in_dim + 1, 1))


@mistake("LinearRegression")
class BiasStartsAtZero(reference.LinearRegression):
    """The bias starts at zero. All of w is drawn from a standard normal distribution, its last row too."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        with torch.no_grad():
            self.w[-1] = 0


@mistake("LinearRegression")
class UniformNumbers(reference.LinearRegression):
    """The numbers in w are uniform between 0 and 1. torch.rand is uniform; a standard normal is torch.randn."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(torch.rand(in_dim + 1, 1))


@mistake("LinearRegression")
class UniformAroundZero(reference.LinearRegression):
    """The numbers in w are uniform between -1 and 1. That has mean 0 too, but a standard normal has standard deviation
    1 and no bounds."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(2 * torch.rand(in_dim + 1, 1) - 1)


@mistake("LinearRegression")
class ScaledByTheFeatures(reference.LinearRegression):
    """The numbers in w get smaller the more features there are, as the layers of deep networks are started. Here they
    are drawn from a standard normal, of standard deviation 1, whatever in_dim is."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(nn.init.xavier_normal_(torch.empty(in_dim + 1, 1)))


@mistake("LinearRegression")
class SmallNumbers(reference.LinearRegression):
    """The numbers in w are scaled down. They are drawn from a standard normal, of standard deviation 1."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(0.01 * torch.randn(in_dim + 1, 1))


@mistake("LinearRegression")
class FixedSeed(reference.LinearRegression):
    """Every model starts with the same numbers, because a seed is set inside. Each new model draws its own."""

    def __init__(self, in_dim):
        torch.manual_seed(0)
        super().__init__(in_dim)


@mistake("LinearRegression")
class DrawnAgain(reference.LinearRegression):
    """w is drawn anew in every forward, so whatever was learned is lost. It is drawn once, in __init__."""

    def forward(self, x):
        self.w = nn.Parameter(torch.randn(x.shape[1] + 1, 1, dtype=x.dtype))
        return super().forward(x)


@mistake("LinearRegression")
class NoRowForTheBias(nn.Module):
    """w has a row for each feature and none for the bias. The column of ones is one feature more: (in_dim + 1, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim, 1))

    def forward(self, x):
        return x @ self.w


@mistake("LinearRegression")
class SecondBias(reference.LinearRegression):
    """There is a bias besides the last row of w. Both do the same job; w is the only parameter."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return super().forward(x) + self.b


@mistake("LinearRegression")
class BiasOfItsOwn(nn.Module):
    """The bias is a second parameter. Here it is the last row of w, which is the only parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim, 1))
        self.b = nn.Parameter(torch.randn(1))

    def forward(self, x):
        return x @ self.w + self.b


@mistake("LinearRegression")
class LyingDown(nn.Module):
    """w has the shape (1, in_dim + 1). It is a column: (in_dim + 1, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(1, in_dim + 1))

    def forward(self, x):
        return with_ones(x) @ self.w.T


@mistake("LinearRegression")
class FlatWeights(nn.Module):
    """w is a vector of in_dim + 1 numbers. It is a matrix with one column, (in_dim + 1, 1), so that the predictions
    have the shape (N, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim + 1))

    def forward(self, x):
        return with_ones(x) @ self.w[:, None]


@mistake("LinearRegression")
class PlainTensor(nn.Module):
    """w is a plain tensor, which model.parameters() does not find, so no optimizer would change it. Wrap it into
    nn.Parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = torch.randn(in_dim + 1, 1)

    def forward(self, x):
        return with_ones(x) @ self.w


@mistake("LinearRegression")
class NotRegistered(nn.Module):
    """w takes gradients, but model.parameters() does not list it, so no optimizer would change it. Wrap it into
    nn.Parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = torch.randn(in_dim + 1, 1, requires_grad=True)

    def forward(self, x):
        return with_ones(x) @ self.w


@mistake("LinearRegression")
class NotLearnable(reference.LinearRegression):
    """w does not require a gradient, so nothing is learned. An nn.Parameter does unless it is told otherwise."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w.requires_grad_(False)


@mistake("LinearRegression")
class ReadyMade(reference.LinearRegression):
    """F.linear does the work. The matrix product is what you write in this question."""

    def forward(self, x):
        return nn.functional.linear(x, self.w[:-1].T, self.w[-1])


@mistake("LinearRegression")
class OnesByDivision(reference.LinearRegression):
    """The column of ones is a feature divided by itself, which is NaN where the feature is 0. torch.ones makes ones."""

    def forward(self, x):
        return torch.cat([x, x[:, :1] / x[:, :1]], dim=1) @ self.w


@mistake("LinearRegression")
class PlainInputsChanged(reference.LinearRegression):
    """The ones are written into x itself where it takes no gradient, and the caller's features are lost. Append a new
    column instead."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x[:, -1] = 1
        return y_hat


# ---- LinearModel


@mistake("LinearRegression")
class NoBiasInEvaluation(reference.LinearRegression):
    """In evaluation mode the bias is left out. The predictions are the same in both modes."""

    def forward(self, x):
        return super().forward(x) if self.training else x @ self.w[:-1]


@mistake("LinearModel")
class StopsWhenFlat(reference.LinearModel):
    """Training stops as soon as the loss no longer changes. It runs for all epochs, and each gives one loss."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
            if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-12:
                break
        return losses


@mistake("LinearModel")
class StopsWhenSmall(reference.LinearModel):
    """Training stops as soon as the loss is small enough. It runs for all epochs, and each gives one loss."""

    def train(self, x, y):
        losses = []
        while len(losses) < self.epochs and (not losses or losses[-1] > 1e-12):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class StopsWhenRising(reference.LinearModel):
    """Training stops as soon as the loss rises. It runs for all epochs, and each gives one loss."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            losses.append(loss.item())
            if loss.item() > losses[0]:
                break
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        return losses


@mistake("LinearModel")
class StopsWhenHuge(reference.LinearModel):
    """Training stops as soon as the loss gets very large. It runs for all epochs, and each gives one loss."""

    def train(self, x, y):
        losses = []
        while len(losses) < self.epochs and (not losses or losses[-1] < 1e6):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class RateHalvedLater(reference.LinearModel):
    """The learning rate is lowered after some epochs (a scheduler). Plain gradient descent keeps learning_rate to the
    end."""

    def train(self, x, y):
        losses = []
        scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 50, gamma=0.5)
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            scheduler.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class ModelStartsAtZero(reference.LinearModel):
    """The weights and biases of the layer are set to zero. The layer keeps the numbers that PyTorch draws for it."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.zeros_(self.model.weight)
        nn.init.zeros_(self.model.bias)


@mistake("LinearModel")
class ModelBiasStartsAtZero(reference.LinearModel):
    """The biases of the layer are set to zero. The layer keeps the numbers that PyTorch draws for it."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.zeros_(self.model.bias)


@mistake("LinearModel")
class ModelStartsNormal(reference.LinearModel):
    """The weights and biases are drawn anew from a normal distribution. The layer keeps the numbers that PyTorch draws
    for it."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.normal_(self.model.weight)
        nn.init.normal_(self.model.bias)


@mistake("LinearModel")
class ModelWithFixedSeed(reference.LinearModel):
    """A seed is set inside, so every model starts with the same numbers. Each new model draws its own."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        torch.manual_seed(0)
        super().__init__(in_dim, out_dim, learning_rate, epochs)


@mistake("LinearModel")
class OptimizerOfAnotherModel(reference.LinearModel):
    """The attribute optimizer holds the parameters of another layer, and train makes one of its own. It should hold
    those of model."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.rate = learning_rate
        self.optimizer = torch.optim.SGD(nn.Linear(in_dim, out_dim).parameters(), lr=learning_rate)

    def train(self, x, y):
        optimizer, self.optimizer = self.optimizer, torch.optim.SGD(self.model.parameters(), lr=self.rate)
        losses = super().train(x, y)
        self.optimizer = optimizer
        return losses


@mistake("LinearModel")
class LossFunctionOfTheSum(reference.LinearModel):
    """The attribute loss_function sums the squares, and train divides by hand. nn.MSELoss() takes the mean already."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.loss_function = nn.MSELoss(reduction="sum")

    def train(self, x, y):
        summed, self.loss_function = self.loss_function, nn.MSELoss()
        losses = super().train(x, y)
        self.loss_function = summed
        return losses


@mistake("LinearModel")
class MeanOverTheRows(reference.LinearModel):
    """The squares are summed over the targets and averaged over the rows alone. nn.MSELoss() takes the mean over all
    numbers."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = ((self.model(x) - y) ** 2).sum(dim=1).mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class FeaturesCentredInPlace(reference.LinearModel):
    """train centres the features in place, and the caller's data are changed. Leave them as they are."""

    def train(self, x, y):
        losses = super().train(x, y)
        x -= x.mean(0)
        return losses


@mistake("LinearModel")
class FeaturesScaledToPredict(reference.LinearModel):
    """predict scales the features in place, and the caller's data are changed. Leave them as they are."""

    def predict(self, x):
        y_hat = super().predict(x)
        x /= 2
        return y_hat


@mistake("LinearModel")
class TargetsCentredInPlace(reference.LinearModel):
    """train centres the targets in place, and the caller's data are changed. Leave them as they are."""

    def train(self, x, y):
        losses = super().train(x, y)
        y -= y.mean(0)
        return losses


@mistake("LinearModel")
class PredictionsOfTheFirstModel(reference.LinearModel):
    """Predictions are made by the weights that the model had when predict was called first. They are made by the model
    as it is now."""

    kept = None

    def predict(self, x):
        if self.kept is None:
            self.kept = self.model.weight.detach().clone(), self.model.bias.detach().clone()
        return x @ self.kept[0].T + self.kept[1]


@mistake("LinearModel")
class PredictionsAsFloat(reference.LinearModel):
    """The predictions are always float32. They should have the dtype of x and model."""

    def predict(self, x):
        return super().predict(x).float()


@mistake("LinearModel")
class PredictionsAsDouble(reference.LinearModel):
    """The predictions are always float64. They should have the dtype of x and model."""

    def predict(self, x):
        return super().predict(x).double()


@mistake("LinearModel")
class LossAfterTheUpdate(reference.LinearModel):
    """The loss that goes into the list is taken after the update. Each epoch's loss is the one before its update."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(self.loss_function(self.model(x), y).item())
        return losses


@mistake("LinearModel")
class GradientsNotCleared(reference.LinearModel):
    """The gradients are never cleared. backward() adds to those that are there, so each update is made with the sum of
    all epochs before it."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class ClearedOnceForAll(reference.LinearModel):
    """The gradients are cleared once, before the loop. backward() adds to those that are there, so they must be cleared
    in every epoch."""

    def train(self, x, y):
        losses = []
        self.optimizer.zero_grad()
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class NoStep(reference.LinearModel):
    """The parameters never change: optimizer.step() is missing, so every epoch has the same loss."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            losses.append(loss.item())
        return losses


@mistake("LinearModel")
class OneRowAtATime(reference.LinearModel):
    """Each row gets an update of its own. Here an epoch is one update, with the mean loss of all rows (full batch)."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            total = 0.0
            for row, target in zip(x, y, strict=True):
                loss = self.loss_function(self.model(row), target)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.item()
            losses.append(total / len(x))
        return losses


@mistake("LinearModel")
class MinibatchesOf64(reference.LinearModel):
    """The rows are cut into minibatches, each with an update of its own. Here an epoch is one update, with the mean
    loss of all rows (full batch)."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            total = 0.0
            for rows, targets in zip(x.split(64), y.split(64), strict=True):
                loss = self.loss_function(self.model(rows), targets)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                total += loss.item() * len(rows)
            losses.append(total / len(x))
        return losses


@mistake("LinearModel")
class LossesAreTensors(reference.LinearModel):
    """The losses are tensors. A Python float is asked for: a tensor keeps the graph of its whole epoch alive."""

    def train(self, x, y):
        losses = []
        for _ in range(self.epochs):
            loss = self.loss_function(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss)
        return losses


@mistake("LinearModel")
class OnlyTheLastLoss(reference.LinearModel):
    """Only the last loss is returned. A list is asked for, with one loss for each epoch."""

    def train(self, x, y):
        return super().train(x, y)[-1]


@mistake("LinearModel")
class LossesNotReturned(reference.LinearModel):
    """The model is trained, but the list of losses is not handed back. Without a return, a method gives None."""

    def train(self, x, y):
        super().train(x, y)


@mistake("LinearModel")
class OneEpochTooMany(reference.LinearModel):
    """There is one epoch too many: a loop from 0 up to and including epochs runs epochs + 1 times."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs + 1)


@mistake("LinearModel")
class EpochsIgnored(reference.LinearModel):
    """The number of epochs is fixed in the code. It is the argument epochs."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, 100)


@mistake("LinearModel")
class LearningRateIgnored(reference.LinearModel):
    """The learning rate is always 0.01. It is the argument learning_rate; 0.01 is only its default."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, 0.01, epochs)


@mistake("LinearModel")
class DefaultRateTooSmall(reference.LinearModel):
    """Without a learning rate, 0.001 is used. That is the default of other optimizers; here it is 0.01."""

    def __init__(self, in_dim, out_dim, learning_rate=0.001, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)


@mistake("LinearModel")
class TrainedByAdam(reference.LinearModel):
    """The optimizer is Adam. Plain gradient descent is asked for: torch.optim.SGD."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=learning_rate)


@mistake("LinearModel")
class WithMomentum(reference.LinearModel):
    """The optimizer has momentum, so each step also carries on with the one before. SGD as it comes is asked for."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate, momentum=0.9)


@mistake("LinearModel")
class WithWeightDecay(reference.LinearModel):
    """The optimizer also shrinks the weights (weight_decay). SGD as it comes is asked for."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate, weight_decay=0.01)


@mistake("LinearModel")
class SumOfSquares(reference.LinearModel):
    """The squared errors are summed, not averaged. nn.MSELoss() as it comes takes the mean over all numbers."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.loss_function = nn.MSELoss(reduction="sum")


@mistake("LinearModel")
class AbsoluteErrors(reference.LinearModel):
    """The loss is the mean absolute error (nn.L1Loss). The mean squared error is asked for: nn.MSELoss."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.loss_function = nn.L1Loss()


@mistake("LinearModel")
class LayerWithoutBias(reference.LinearModel):
    """The layer has no bias. nn.Linear has one unless it is told otherwise, and every target needs its own."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.model = nn.Linear(in_dim, out_dim, bias=False)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate)


@mistake("LinearModel")
class LayerTheWrongWayRound(reference.LinearModel):
    """The layer's sizes are swapped. nn.Linear takes the number of inputs first, then the number of outputs."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(out_dim, in_dim, learning_rate, epochs)


@mistake("LinearModel")
class OneTargetOnly(reference.LinearModel):
    """The layer has one output, whatever out_dim says; broadcasting compares it with every target. It has out_dim
    outputs."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, 1, learning_rate, epochs)


@mistake("LinearModel")
class TrainsAnew(reference.LinearModel):
    """Each call of train starts with a new layer, so what was learned before is lost. The layer and its optimizer are
    made once, in __init__."""

    def train(self, x, y):
        rate = self.optimizer.param_groups[0]["lr"]
        self.model = nn.Linear(x.shape[1], y.shape[1], dtype=x.dtype)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        return super().train(x, y)


@mistake("LinearModel")
class LossesOfAllCalls(reference.LinearModel):
    """The list of losses is kept from call to call, so a second training lists those of the first again. Each call of
    train returns its own."""

    def train(self, x, y):
        self.losses = [*getattr(self, "losses", []), *super().train(x, y)]
        return self.losses


@mistake("LinearModel")
class PredictionsWithGraph(reference.LinearModel):
    """The predictions still carry a graph. predict is for using the model, not for training it: compute them under
    torch.no_grad(), or detach them."""

    def predict(self, x):
        return self.model(x)


@mistake("LinearModel")
class PredictionsAsList(reference.LinearModel):
    """The predictions are a list of lists. A tensor of shape (N, out_dim) is asked for."""

    def predict(self, x):
        return super().predict(x).tolist()


@mistake("LinearModel")
class FirstPredictionOnly(reference.LinearModel):
    """Only the first row is predicted. Each row of x gets its predictions."""

    def predict(self, x):
        return super().predict(x)[:1]


@mistake("LinearModel")
class PredictionsSqueezed(reference.LinearModel):
    """Dimensions of size 1 are squeezed away, so the predictions for one row, or of one target, lose a dimension. The
    shape is always (N, out_dim)."""

    def predict(self, x):
        return super().predict(x).squeeze()


@mistake("LinearModel")
class PredictionsThroughSigmoid(reference.LinearModel):
    """The predictions go through a sigmoid. That is for classification; here the layer's output is the prediction."""

    def predict(self, x):
        return torch.sigmoid(super().predict(x))


@mistake("LinearModel")
class FeaturesStandardised(reference.LinearModel):
    """train standardises the features first, and predict does not. They are used as they are: preparing data is a step
    of its own."""

    def train(self, x, y):
        return super().train((x - x.mean(0)) / (x.std(0, correction=0) + 1e-8), y)


# ---- normal_equation


@mistake("normal_equation")
def ones_first(x, y):
    """The column of ones comes first, so the biases are in the first row. It is the last column here."""
    return reference.normal_equation(x, y).roll(1, 0)


@mistake("normal_equation")
def ones_left_out(x, y):
    """There is no column of ones, so the weights have no bias: a row is missing."""
    return torch.linalg.pinv(x) @ y


@mistake("normal_equation")
def biases_of_zero(x, y):
    """The weights are fitted without the column of ones, and a row of zeros is put where the biases belong. The ones
    are part of the fit: they change the other weights too."""
    w = torch.linalg.pinv(x) @ y
    return torch.cat([w, w.new_zeros(1, y.shape[1])])


@mistake("normal_equation")
def inverse_of_the_product(x, y):
    """X^T X is inverted. Where columns depend on each other it has no inverse, and what comes out is an error or huge
    numbers; the pseudo-inverse works there too."""
    rows = with_ones(x)
    return torch.linalg.inv(rows.T @ rows) @ rows.T @ y


@mistake("normal_equation")
def product_solved(x, y):
    """The system X^T X w = X^T y is solved as if it had one solution. Where columns depend on each other it has many,
    and what comes out is an error or arbitrary; the smallest solution is asked for."""
    rows = with_ones(x)
    return torch.linalg.solve(rows.T @ rows, rows.T @ y)


@mistake("normal_equation")
def driver_for_full_rank(x, y):
    """lstsq is called with a driver that takes the columns to be independent. Where they are not, it gives no usable
    answer; "gelsd" does."""
    return torch.linalg.lstsq(with_ones(x), y, driver="gels").solution


@mistake("normal_equation")
def ridge(x, y):
    """A small multiple of the identity is added to X^T X, which makes it invertible and pulls the weights towards zero.
    The exact least-squares solution is asked for."""
    rows = with_ones(x)
    eye = torch.eye(rows.shape[1], dtype=x.dtype)
    return torch.linalg.solve(rows.T @ rows + 1e-6 * eye, rows.T @ y)


@mistake("normal_equation")
def biases_not_minimal(x, y):
    """The data are centred, the weights fitted, and the biases worked out from the means. That fits as well as any, but
    where columns depend on each other it is not the solution with the smallest sum of squares: the biases count in
    that sum."""
    w = torch.linalg.pinv(x - x.mean(0), rtol=1e-9) @ (y - y.mean(0))
    return torch.cat([w, (y.mean(0) - x.mean(0) @ w)[None]])


@mistake("normal_equation")
def weights_on_their_side(x, y):
    """The weights have the shape (out_dim, in_dim + 1). They should have the shape (in_dim + 1, out_dim), so that
    [x, 1] w are the predictions."""
    return reference.normal_equation(x, y).T


@mistake("normal_equation")
def flat_weights(x, y):
    """For a single target the weights lose a dimension. They have the shape (in_dim + 1, out_dim), also when out_dim
    is 1."""
    return reference.normal_equation(x, y).squeeze(1)


@mistake("normal_equation")
def weights_and_biases_apart(x, y):
    """Weights and biases are returned as two tensors. One is asked for, with the biases in its last row."""
    w = reference.normal_equation(x, y)
    return w[:-1], w[-1:]


@mistake("normal_equation")
def first_target_only(x, y):
    """Only the first target is fitted. Each column of y gets a column of weights."""
    return reference.normal_equation(x, y[:, :1])


@mistake("normal_equation")
def targets_averaged(x, y):
    """The targets are averaged before they are fitted. Each column of y gets a column of weights of its own."""
    return reference.normal_equation(x, y.mean(dim=1, keepdim=True).expand_as(y))


@mistake("normal_equation")
def predictions_returned(x, y):
    """The predictions of the best weights are returned. The weights themselves are asked for."""
    return with_ones(x) @ reference.normal_equation(x, y)


@mistake("normal_equation")
def without_the_inverse(x, y):
    """X^T y is returned. The normal equation has X^T X on its other side, so it has to be solved for w."""
    return with_ones(x).T @ y


@mistake("normal_equation")
def cut_off_from_the_graph(x, y):
    """The weights are cut off from the graph, by .detach(), .data, numpy or torch.no_grad(). backward() should reach x
    and y."""
    return reference.normal_equation(x, y).detach()


@mistake("normal_equation")
def features_cut_off(x, y):
    """The features are cut off from the graph. The weights depend on x as well as on y, and backward() should reach
    both."""
    return reference.normal_equation(x.detach(), y)


@mistake("normal_equation")
def targets_cut_off(x, y):
    """The targets are cut off from the graph. The weights depend on y as well as on x, and backward() should reach
    both."""
    return reference.normal_equation(x, y.detach())


@mistake("normal_equation")
def gradient_descent(x, y):
    """The weights are approached step by step, by gradient descent from zero. The exact solution is asked for, computed
    at once."""
    rows = with_ones(x)
    w = torch.zeros(rows.shape[1], y.shape[1], dtype=x.dtype)
    for _ in range(200):
        w = w - 0.05 * 2 / len(x) * rows.T @ (rows @ w - y)
    return w


@mistake("normal_equation")
def always_double(x, y):
    """Everything is turned into float64. The weights should have the dtype of x and y."""
    return reference.normal_equation(x.double(), y.double())


@mistake("normal_equation")
def always_float(x, y):
    """The weights are always float32. They should have the dtype of x and y: float64 has twice as many digits."""
    return reference.normal_equation(x.float(), y.float())


@mistake("normal_equation")
def centred_in_place(x, y):
    """The features are centred in place, so the caller's data are changed. Make a new tensor."""
    w = reference.normal_equation(x, y)
    x.data -= x.data.mean(0)
    return w


@mistake("normal_equation")
def targets_centred_in_place(x, y):
    """The targets are centred in place, so the caller's data are changed. Make a new tensor."""
    w = reference.normal_equation(x, y)
    y.data -= y.data.mean(0)
    return w


@mistake("normal_equation")
def plain_features_centred(x, y):
    """The features are centred in place where they take no gradient, so the caller's data are changed. Make a new
    tensor."""
    w = reference.normal_equation(x, y)
    if not x.requires_grad:
        x -= x.mean(0)
    return w


@mistake("normal_equation")
def cut_off_too_high(x, y):
    """The cut-off of the pseudo-inverse is too high: it drops features whose numbers are small next to those of
    another. Leave it at its default, where only what is zero but for rounding counts as zero."""
    return torch.linalg.pinv(with_ones(x), rtol=1e-6) @ y


@mistake("normal_equation")
def single_precision_inside(x, y):
    """The column of ones is float32, or the work is done in float32, so that half of the digits of float64 are lost."""
    return reference.normal_equation(x.float(), y.float()).to(x.dtype)
