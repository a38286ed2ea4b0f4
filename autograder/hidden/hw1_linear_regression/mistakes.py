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
