"""Common mistakes in hw1, each with the explanation that students read."""

import reference
import torch
from torch import nn

from gradkit.bank import mistake


def with_ones(x):
    """The features with a column of ones appended."""
    return torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)


@mistake("LinearRegression")
class BiasFirst(reference.LinearRegression):
    """The column of ones comes first. It must be the last column, so that the bias is the last row of w."""

    def forward(self, x):
        return torch.cat([torch.ones(len(x), 1, dtype=x.dtype), x], dim=1) @ self.w


@mistake("LinearRegression")
class BiasLeftOut(reference.LinearRegression):
    """The last row of w has no effect, so the model has no bias. Append a column of ones to x, which multiplies the
    last row of w."""

    def forward(self, x):
        return x @ self.w[:-1]


@mistake("LinearRegression")
class BiasSubtracted(reference.LinearRegression):
    """The bias is subtracted. It must be added: the appended column is made of ones."""

    def forward(self, x):
        return x @ self.w[:-1] - self.w[-1]


@mistake("LinearRegression")
class BiasOnce(reference.LinearRegression):
    """Only the first row gets the bias. Append a 1 to each row of x."""

    def forward(self, x):
        column = torch.zeros(len(x), 1, dtype=x.dtype)
        column[0] = 1
        return torch.cat([x, column], dim=1) @ self.w


@mistake("LinearRegression")
class AllOfWAdded(reference.LinearRegression):
    """All of w is added instead of only the bias; for a single row, broadcasting hides the error. The bias is one
    number, the last row of w."""

    def forward(self, x):
        return x @ self.w[:-1] + self.w


@mistake("LinearRegression")
class DividedByTheFeatures(reference.LinearRegression):
    """The prediction is divided by the number of features. Sum the products of weights and features; do not average
    them."""

    def forward(self, x):
        return (with_ones(x) * self.w.T).mean(dim=1, keepdim=True)


@mistake("LinearRegression")
class NotSummed(reference.LinearRegression):
    """Features and weights are multiplied element by element but not summed, so each row gives several numbers. A
    matrix product multiplies and sums."""

    def forward(self, x):
        return with_ones(x) * self.w.T


@mistake("LinearRegression")
class OnesOfTheFirstBatch(reference.LinearRegression):
    """The column of ones is created for the first batch and reused, so a batch of another size does not fit. Create it
    with as many rows as the current x."""

    ones = None

    def forward(self, x):
        if self.ones is None:
            self.ones = torch.ones(len(x), 1, dtype=x.dtype)
        return torch.cat([x, self.ones], dim=1) @ self.w


@mistake("LinearRegression")
class FlatPredictions(reference.LinearRegression):
    """The predictions have the shape (N,). They should have the shape (N, 1), one row for each row of x."""

    def forward(self, x):
        return super().forward(x).squeeze(1)


@mistake("LinearRegression")
class PredictionsOnTheirSide(reference.LinearRegression):
    """The predictions have the shape (1, N). They should have the shape (N, 1), one row for each example."""

    def forward(self, x):
        return super().forward(x).T


@mistake("LinearRegression")
class AveragedPredictions(reference.LinearRegression):
    """The predictions are averaged into one number. Each row of x needs its own prediction."""

    def forward(self, x):
        return super().forward(x).mean()


@mistake("LinearRegression")
class NothingReturned(reference.LinearRegression):
    """The predictions are computed but not returned. A function without a return statement returns None."""

    def forward(self, x):
        super().forward(x)


@mistake("LinearRegression")
class Logistic(reference.LinearRegression):
    """A sigmoid is applied at the end. That is logistic regression; linear regression predicts the number itself."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("LinearRegression")
class InputsStandardized(reference.LinearRegression):
    """The features are centred over the batch first. Use them unchanged; otherwise the prediction for one row depends
    on the others."""

    def forward(self, x):
        return super().forward(x - x.mean(0))


@mistake("LinearRegression")
class InputsScaled(reference.LinearRegression):
    """The features are standardized over the batch first, which gives NaN for a single row. Use them unchanged:
    preprocessing the data is a separate step."""

    def forward(self, x):
        return super().forward((x - x.mean(0)) / x.std(0))


@mistake("LinearRegression")
class WeightsDetached(reference.LinearRegression):
    """The predictions are computed from self.w.data or a detached w, so w gets no gradient and is never trained. Use
    self.w itself."""

    def forward(self, x):
        return with_ones(x) @ self.w.detach()


@mistake("LinearRegression")
class FeaturesDetached(reference.LinearRegression):
    """The features are detached from the graph (.detach(), .data or a new tensor). Then layers before this one get no
    gradient."""

    def forward(self, x):
        return super().forward(x.detach())


@mistake("LinearRegression")
class PredictionsDetached(reference.LinearRegression):
    """The predictions are detached from the graph (.detach(), .item() or torch.no_grad()). Without the graph, the model
    cannot be trained."""

    def forward(self, x):
        return super().forward(x).detach()


@mistake("LinearRegression")
class PlainNumbers(reference.LinearRegression):
    """The predictions are converted to Python numbers and put into a new tensor. It is not connected to the graph, so
    no gradient flows back, and it is float32 by default."""

    def forward(self, x):
        return torch.tensor([[row.item()] for row in super().forward(x)])


@mistake("LinearRegression")
class BiasDetached(reference.LinearRegression):
    """The bias is added as a plain number (.item() or .data). The predictions are right, but the last row of w gets no
    gradient, so the bias is never trained."""

    def forward(self, x):
        return x @ self.w[:-1] + self.w[-1].item()


@mistake("LinearRegression")
class OnesAppendedToX(reference.LinearRegression):
    """The ones are appended to the caller's own x, which then has an extra column. Create a new tensor."""

    def forward(self, x):
        x.data = with_ones(x.data)
        return x @ self.w


@mistake("LinearRegression")
class OnesWrittenIntoX(reference.LinearRegression):
    """The ones are written into the last column of x, in place, which overwrites the caller's features. Append a new
    column."""

    def forward(self, x):
        y_hat = super().forward(x)
        x.data[:, -1] = 1
        return y_hat


@mistake("LinearRegression")
class AlwaysDouble(reference.LinearRegression):
    """Everything is converted to float64. The predictions should have the dtype of x and w."""

    def forward(self, x):
        return with_ones(x.double()) @ self.w.double()


@mistake("LinearRegression")
class AlwaysFloat(reference.LinearRegression):
    """The predictions are always float32. They should have the dtype of x and w; converting float64 to float32 loses
    precision."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("LinearRegression")
class StartsAtZero(reference.LinearRegression):
    """w is initialized with zeros. Draw its values from a standard normal distribution."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w = nn.Parameter(torch.zeros(in_dim + 1, 1))


@mistake("LinearRegression")
class StartsAtOne(reference.LinearRegression):
    """w is initialized with ones. Draw its values from a standard normal distribution; the ones are for the column
    appended to x."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w = nn.Parameter(torch.ones(in_dim + 1, 1))


@mistake("LinearRegression")
class BiasStartsAtZero(reference.LinearRegression):
    """The bias is initialized with zero. Draw all of w from a standard normal distribution, including its last row."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        with torch.no_grad():
            self.w[-1] = 0


@mistake("LinearRegression")
class UniformNumbers(reference.LinearRegression):
    """The values in w are uniform between 0 and 1. torch.rand is uniform; torch.randn is standard normal."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(torch.rand(in_dim + 1, 1))


@mistake("LinearRegression")
class UniformAroundZero(reference.LinearRegression):
    """The values in w are uniform between -1 and 1. Their mean is 0, but a standard normal distribution has standard
    deviation 1 and no bounds."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(2 * torch.rand(in_dim + 1, 1) - 1)


@mistake("LinearRegression")
class ScaledByTheFeatures(reference.LinearRegression):
    """The values in w are scaled by the number of features (Xavier or He initialization). Here they are drawn from a
    standard normal distribution, with standard deviation 1 for any in_dim."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(nn.init.xavier_normal_(torch.empty(in_dim + 1, 1)))


@mistake("LinearRegression")
class SmallNumbers(reference.LinearRegression):
    """The values in w are scaled down. Draw them from a standard normal distribution, with standard deviation 1."""

    def __init__(self, in_dim):
        nn.Module.__init__(self)
        self.w = nn.Parameter(0.01 * torch.randn(in_dim + 1, 1))


@mistake("LinearRegression")
class FixedSeed(reference.LinearRegression):
    """Every model has the same initial values, because a seed is set inside. Each new model should draw new values."""

    def __init__(self, in_dim):
        torch.manual_seed(0)
        super().__init__(in_dim)


@mistake("LinearRegression")
class DrawnAgain(reference.LinearRegression):
    """w is redrawn in every forward pass, so all training is lost. Draw it once, in __init__."""

    def forward(self, x):
        self.w = nn.Parameter(torch.randn(x.shape[1] + 1, 1, dtype=x.dtype))
        return super().forward(x)


@mistake("LinearRegression")
class NoRowForTheBias(nn.Module):
    """w has a row for each feature but none for the bias. The column of ones counts as one more feature: the shape is
    (in_dim + 1, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim, 1))

    def forward(self, x):
        return x @ self.w


@mistake("LinearRegression")
class SecondBias(reference.LinearRegression):
    """There is a second bias besides the last row of w. Both have the same effect; w should be the only parameter."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.b = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return super().forward(x) + self.b


@mistake("LinearRegression")
class BiasOfItsOwn(nn.Module):
    """The bias is a separate parameter. Here it is the last row of w, which is the only parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim, 1))
        self.b = nn.Parameter(torch.randn(1))

    def forward(self, x):
        return x @ self.w + self.b


@mistake("LinearRegression")
class LyingDown(nn.Module):
    """w has the shape (1, in_dim + 1). It should be a column, (in_dim + 1, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(1, in_dim + 1))

    def forward(self, x):
        return with_ones(x) @ self.w.T


@mistake("LinearRegression")
class FlatWeights(nn.Module):
    """w is a vector of in_dim + 1 numbers. It should be a matrix with one column, (in_dim + 1, 1), so that the
    predictions have the shape (N, 1)."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = nn.Parameter(torch.randn(in_dim + 1))

    def forward(self, x):
        return with_ones(x) @ self.w[:, None]


@mistake("LinearRegression")
class PlainTensor(nn.Module):
    """w is a plain tensor, which model.parameters() does not list, so no optimizer would update it. Wrap it in
    nn.Parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = torch.randn(in_dim + 1, 1)

    def forward(self, x):
        return with_ones(x) @ self.w


@mistake("LinearRegression")
class NotRegistered(nn.Module):
    """w requires a gradient, but model.parameters() does not list it, so no optimizer would update it. Wrap it in
    nn.Parameter."""

    def __init__(self, in_dim):
        super().__init__()
        self.w = torch.randn(in_dim + 1, 1, requires_grad=True)

    def forward(self, x):
        return with_ones(x) @ self.w


@mistake("LinearRegression")
class NotLearnable(reference.LinearRegression):
    """w does not require a gradient, so it is never trained. An nn.Parameter requires one by default."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.w.requires_grad_(False)


@mistake("LinearRegression")
class ReadyMade(reference.LinearRegression):
    """F.linear does the work. Write the matrix product yourself in this question."""

    def forward(self, x):
        return nn.functional.linear(x, self.w[:-1].T, self.w[-1])


@mistake("LinearRegression")
class OnesByDivision(reference.LinearRegression):
    """The column of ones is a feature divided by itself, which is NaN where the feature is 0. Use torch.ones."""

    def forward(self, x):
        return torch.cat([x, x[:, :1] / x[:, :1]], dim=1) @ self.w


@mistake("LinearRegression")
class PlainInputsChanged(reference.LinearRegression):
    """Where x requires no gradient, the ones are written into x itself, which overwrites the caller's features. Append
    a new column instead."""

    def forward(self, x):
        y_hat = super().forward(x)
        if not x.requires_grad:
            x[:, -1] = 1
        return y_hat


# ---- LinearModel


@mistake("LinearRegression")
class NoBiasInEvaluation(reference.LinearRegression):
    """In evaluation mode the bias is missing. The predictions must be the same in both modes."""

    def forward(self, x):
        return super().forward(x) if self.training else x @ self.w[:-1]


@mistake("LinearModel")
class StopsWhenFlat(reference.LinearModel):
    """Training stops as soon as the loss stops changing. It must run for all epochs, with one loss for each."""

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
    """Training stops as soon as the loss is small enough. It must run for all epochs, with one loss for each."""

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
    """Training stops as soon as the loss rises. It must run for all epochs, with one loss for each."""

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
    """Training stops as soon as the loss gets very large. It must run for all epochs, with one loss for each."""

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
    """The learning rate is lowered after some epochs (a scheduler). It should stay constant."""

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
    """The layer's weights and biases are set to zero. Keep PyTorch's default initialization."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.zeros_(self.model.weight)
        nn.init.zeros_(self.model.bias)


@mistake("LinearModel")
class ModelBiasStartsAtZero(reference.LinearModel):
    """The layer's biases are set to zero. Keep PyTorch's default initialization."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.zeros_(self.model.bias)


@mistake("LinearModel")
class ModelStartsNormal(reference.LinearModel):
    """The weights and biases are redrawn from a normal distribution. Keep PyTorch's default initialization."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        nn.init.normal_(self.model.weight)
        nn.init.normal_(self.model.bias)


@mistake("LinearModel")
class ModelWithFixedSeed(reference.LinearModel):
    """A seed is set inside, so every model has the same initial values. Each new model should draw new values."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        torch.manual_seed(0)
        super().__init__(in_dim, out_dim, learning_rate, epochs)


@mistake("LinearModel")
class OptimizerOfAnotherModel(reference.LinearModel):
    """The attribute optimizer holds the parameters of another layer, and train creates its own optimizer. It should
    hold the parameters of model."""

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
    """The attribute loss_function sums the squares, and train divides by hand. nn.MSELoss() already takes the mean."""

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
    """The squares are summed over the targets and averaged only over the rows. nn.MSELoss() takes the mean over all
    elements."""

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
    """train centers the features in place, which modifies the caller's data. Leave them unchanged."""

    def train(self, x, y):
        losses = super().train(x, y)
        x -= x.mean(0)
        return losses


@mistake("LinearModel")
class FeaturesScaledToPredict(reference.LinearModel):
    """predict scales the features in place, which modifies the caller's data. Leave them unchanged."""

    def predict(self, x):
        y_hat = super().predict(x)
        x /= 2
        return y_hat


@mistake("LinearModel")
class TargetsCentredInPlace(reference.LinearModel):
    """train centers the targets in place, which modifies the caller's data. Leave them unchanged."""

    def train(self, x, y):
        losses = super().train(x, y)
        y -= y.mean(0)
        return losses


@mistake("LinearModel")
class PredictionsOfTheFirstModel(reference.LinearModel):
    """The predictions use the weights from the first call of predict. They should use the current model."""

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
    """The loss is computed after the update. Each epoch's loss is the one before its update."""

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
    """The gradients are never zeroed. backward() adds to the existing gradients, so each update uses the sum over all
    epochs so far."""

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
    """The gradients are zeroed once, before the loop. backward() adds to the existing gradients, so zero them in every
    epoch."""

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
    """Each row gets its own update. Here an epoch is one update, with the mean loss of all rows (full batch)."""

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
    """The rows are split into minibatches, each with its own update. Here an epoch is one update, with the mean loss of
    all rows (full batch)."""

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
    """The losses are tensors. They should be Python floats: a tensor keeps the graph of its epoch in memory."""

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
    """Only the last loss is returned. Return a list with one loss for each epoch."""

    def train(self, x, y):
        return super().train(x, y)[-1]


@mistake("LinearModel")
class LossesNotReturned(reference.LinearModel):
    """The model is trained, but the list of losses is not returned. A method without a return statement returns
    None."""

    def train(self, x, y):
        super().train(x, y)


@mistake("LinearModel")
class OneEpochTooMany(reference.LinearModel):
    """There is one epoch too many: a loop from 0 up to and including epochs runs epochs + 1 times."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs + 1)


@mistake("LinearModel")
class EpochsIgnored(reference.LinearModel):
    """The number of epochs is hard-coded. Use the argument epochs."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, 100)


@mistake("LinearModel")
class LearningRateIgnored(reference.LinearModel):
    """The learning rate is always 0.01. Use the argument learning_rate; 0.01 is only its default."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, 0.01, epochs)


@mistake("LinearModel")
class DefaultRateTooSmall(reference.LinearModel):
    """The default learning rate is 0.001, as in torch.optim.Adam. Here it is 0.01."""

    def __init__(self, in_dim, out_dim, learning_rate=0.001, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)


@mistake("LinearModel")
class TrainedByAdam(reference.LinearModel):
    """The optimizer is Adam. Use plain gradient descent, torch.optim.SGD."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=learning_rate)


@mistake("LinearModel")
class WithMomentum(reference.LinearModel):
    """The optimizer has momentum, so each step also depends on the steps before it. Use SGD with its default
    settings."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate, momentum=0.9)


@mistake("LinearModel")
class WithWeightDecay(reference.LinearModel):
    """The optimizer also shrinks the weights (weight_decay). Use SGD with its default settings."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=learning_rate, weight_decay=0.01)


@mistake("LinearModel")
class SumOfSquares(reference.LinearModel):
    """The squared errors are summed, not averaged. nn.MSELoss() takes the mean over all elements by default."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.loss_function = nn.MSELoss(reduction="sum")


@mistake("LinearModel")
class AbsoluteErrors(reference.LinearModel):
    """The loss is the mean absolute error (nn.L1Loss). Use the mean squared error, nn.MSELoss."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, out_dim, learning_rate, epochs)
        self.loss_function = nn.L1Loss()


@mistake("LinearModel")
class LayerWithoutBias(reference.LinearModel):
    """The layer has no bias. nn.Linear has one by default, one for each target."""

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
    """The layer always has one output, and broadcasting compares it with every target. It should have out_dim
    outputs."""

    def __init__(self, in_dim, out_dim, learning_rate=0.01, epochs=10_000):
        super().__init__(in_dim, 1, learning_rate, epochs)


@mistake("LinearModel")
class TrainsAnew(reference.LinearModel):
    """Each call of train starts with a new layer, so earlier training is lost. Create the layer and its optimizer once,
    in __init__."""

    def train(self, x, y):
        rate = self.optimizer.param_groups[0]["lr"]
        self.model = nn.Linear(x.shape[1], y.shape[1], dtype=x.dtype)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)
        return super().train(x, y)


@mistake("LinearModel")
class LossesOfAllCalls(reference.LinearModel):
    """The list of losses is kept between calls, so a second call also returns the losses of the first. Each call of
    train should return only its own."""

    def train(self, x, y):
        self.losses = [*getattr(self, "losses", []), *super().train(x, y)]
        return self.losses


@mistake("LinearModel")
class PredictionsWithGraph(reference.LinearModel):
    """The predictions still have a graph. predict is for using the model, not for training it: compute them under
    torch.no_grad(), or detach them."""

    def predict(self, x):
        return self.model(x)


@mistake("LinearModel")
class PredictionsAsList(reference.LinearModel):
    """The predictions are a list of lists. Return a tensor of shape (N, out_dim)."""

    def predict(self, x):
        return super().predict(x).tolist()


@mistake("LinearModel")
class FirstPredictionOnly(reference.LinearModel):
    """Only the first row is predicted. Predict every row of x."""

    def predict(self, x):
        return super().predict(x)[:1]


@mistake("LinearModel")
class PredictionsSqueezed(reference.LinearModel):
    """Dimensions of size 1 are squeezed, so the predictions for one row or one target lose a dimension. The shape is
    always (N, out_dim)."""

    def predict(self, x):
        return super().predict(x).squeeze()


@mistake("LinearModel")
class PredictionsThroughSigmoid(reference.LinearModel):
    """The predictions go through a sigmoid. That is for classification; in regression, the layer's output is the
    prediction."""

    def predict(self, x):
        return torch.sigmoid(super().predict(x))


@mistake("LinearModel")
class FeaturesStandardized(reference.LinearModel):
    """train standardizes the features first, and predict does not. Use them unchanged: preprocessing the data is a
    separate step."""

    def train(self, x, y):
        return super().train((x - x.mean(0)) / (x.std(0, correction=0) + 1e-8), y)


# ---- normal_equation


@mistake("normal_equation")
def ones_first(x, y):
    """The column of ones comes first, so the biases are in the first row. It must be the last column."""
    return reference.normal_equation(x, y).roll(1, 0)


@mistake("normal_equation")
def ones_left_out(x, y):
    """There is no column of ones, so the result lacks the row of biases."""
    return torch.linalg.pinv(x) @ y


@mistake("normal_equation")
def biases_of_zero(x, y):
    """The weights are fitted without the column of ones, and a row of zeros is used for the biases. The ones are part
    of the fit: they also change the other weights."""
    w = torch.linalg.pinv(x) @ y
    return torch.cat([w, w.new_zeros(1, y.shape[1])])


@mistake("normal_equation")
def inverse_of_the_product(x, y):
    """X^T X is inverted. If columns are linearly dependent, it has no inverse, and the result is an error or huge
    numbers; the pseudo-inverse works in both cases."""
    rows = with_ones(x)
    return torch.linalg.inv(rows.T @ rows) @ rows.T @ y


@mistake("normal_equation")
def product_solved(x, y):
    """The system X^T X w = X^T y is solved as if it had a unique solution. If columns are linearly dependent, it has
    many, and the result is an error or arbitrary; return the minimum-norm solution."""
    rows = with_ones(x)
    return torch.linalg.solve(rows.T @ rows, rows.T @ y)


@mistake("normal_equation")
def driver_for_full_rank(x, y):
    """lstsq is called with a driver that assumes linearly independent columns. If they are dependent, its result is
    unusable; "gelsd" handles them."""
    return torch.linalg.lstsq(with_ones(x), y, driver="gels").solution


@mistake("normal_equation")
def ridge(x, y):
    """A small multiple of the identity is added to X^T X (ridge regression), which makes it invertible but shrinks the
    weights. Return the exact least-squares solution."""
    rows = with_ones(x)
    eye = torch.eye(rows.shape[1], dtype=x.dtype)
    return torch.linalg.solve(rows.T @ rows + 1e-6 * eye, rows.T @ y)


@mistake("normal_equation")
def biases_not_minimal(x, y):
    """The data are centred, the weights fitted, and the biases computed from the means. The fit is optimal, but if
    columns are linearly dependent, it is not the minimum-norm solution: the biases count in the norm."""
    w = torch.linalg.pinv(x - x.mean(0), rtol=1e-9) @ (y - y.mean(0))
    return torch.cat([w, (y.mean(0) - x.mean(0) @ w)[None]])


@mistake("normal_equation")
def weights_on_their_side(x, y):
    """The weights have the shape (out_dim, in_dim + 1). They should have the shape (in_dim + 1, out_dim), so that [x,
    1] w gives the predictions."""
    return reference.normal_equation(x, y).T


@mistake("normal_equation")
def flat_weights(x, y):
    """For a single target the weights lose a dimension. They have the shape (in_dim + 1, out_dim), even if out_dim is
    1."""
    return reference.normal_equation(x, y).squeeze(1)


@mistake("normal_equation")
def weights_and_biases_apart(x, y):
    """Weights and biases are returned as two tensors. Return one tensor, with the biases in its last row."""
    w = reference.normal_equation(x, y)
    return w[:-1], w[-1:]


@mistake("normal_equation")
def first_target_only(x, y):
    """Only the first target is fitted. Each column of y needs its own column of weights."""
    return reference.normal_equation(x, y[:, :1])


@mistake("normal_equation")
def targets_averaged(x, y):
    """The targets are averaged before the fit. Each column of y needs its own column of weights."""
    return reference.normal_equation(x, y.mean(dim=1, keepdim=True).expand_as(y))


@mistake("normal_equation")
def predictions_returned(x, y):
    """The predictions of the best weights are returned. Return the weights themselves."""
    return with_ones(x) @ reference.normal_equation(x, y)


@mistake("normal_equation")
def without_the_inverse(x, y):
    """X^T y is returned. The other side of the normal equation is X^T X w, so it must be solved for w."""
    return with_ones(x).T @ y


@mistake("normal_equation")
def cut_off_from_the_graph(x, y):
    """The weights are detached from the graph (.detach(), .data, NumPy or torch.no_grad()). backward() should reach x
    and y."""
    return reference.normal_equation(x, y).detach()


@mistake("normal_equation")
def features_cut_off(x, y):
    """The features are detached from the graph. The weights depend on both x and y, so backward() should reach both."""
    return reference.normal_equation(x.detach(), y)


@mistake("normal_equation")
def targets_cut_off(x, y):
    """The targets are detached from the graph. The weights depend on both x and y, so backward() should reach both."""
    return reference.normal_equation(x, y.detach())


@mistake("normal_equation")
def gradient_descent(x, y):
    """The weights are approximated by gradient descent from zero. Compute the exact solution in closed form."""
    rows = with_ones(x)
    w = torch.zeros(rows.shape[1], y.shape[1], dtype=x.dtype)
    for _ in range(200):
        w = w - 0.05 * 2 / len(x) * rows.T @ (rows @ w - y)
    return w


@mistake("normal_equation")
def always_double(x, y):
    """Everything is converted to float64. The weights should have the dtype of x and y."""
    return reference.normal_equation(x.double(), y.double())


@mistake("normal_equation")
def always_float(x, y):
    """The weights are always float32. They should have the dtype of x and y; converting float64 to float32 loses
    precision."""
    return reference.normal_equation(x.float(), y.float())


@mistake("normal_equation")
def centred_in_place(x, y):
    """The features are centred in place, which modifies the caller's data. Create a new tensor."""
    w = reference.normal_equation(x, y)
    x.data -= x.data.mean(0)
    return w


@mistake("normal_equation")
def targets_centred_in_place(x, y):
    """The targets are centred in place, which modifies the caller's data. Create a new tensor."""
    w = reference.normal_equation(x, y)
    y.data -= y.data.mean(0)
    return w


@mistake("normal_equation")
def plain_features_centred(x, y):
    """Features that require no gradient are centred in place, which modifies the caller's data. Create a new tensor."""
    w = reference.normal_equation(x, y)
    if not x.requires_grad:
        x -= x.mean(0)
    return w


@mistake("normal_equation")
def cut_off_too_high(x, y):
    """The tolerance of the pseudo-inverse is too high: it drops features that are small compared with others. Keep its
    default, which treats only rounding errors as zero."""
    return torch.linalg.pinv(with_ones(x), rtol=1e-6) @ y


@mistake("normal_equation")
def single_precision_inside(x, y):
    """The column of ones or the computation is float32, which loses half of the digits of float64."""
    return reference.normal_equation(x.float(), y.float()).to(x.dtype)
