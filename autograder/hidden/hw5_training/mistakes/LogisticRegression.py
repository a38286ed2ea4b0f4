"""Mistakes that students make in `LogisticRegression`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


@mistake("LogisticRegression")
class WithoutSigmoid(reference.LogisticRegression):
    """There is no sigmoid, so the result is a score. A probability lies between 0 and 1."""

    def forward(self, x):
        return self.linear(x).squeeze(1)


@mistake("LogisticRegression")
class LabelsInEvaluation(reference.LogisticRegression):
    """In evaluation mode the result is rounded to 0 or 1. It is the probability in both modes."""

    def forward(self, x):
        y_hat = super().forward(x)
        return y_hat if self.training else y_hat.round()


@mistake("LogisticRegression")
class StartsSmall(reference.LogisticRegression):
    """The weights start from small random numbers of your own. They are those that torch gives the layer."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.normal_(self.linear.weight, std=0.01 * in_dim**-0.5)


@mistake("LogisticRegression")
class AsAColumn(reference.LogisticRegression):
    """The result has the shape (N, 1). Next to labels of shape (N,) that broadcasts to (N, N): it must be (N,)."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


@mistake("LogisticRegression")
class AllSqueezed(reference.LogisticRegression):
    """squeeze() without a dimension takes away every dimension of size 1, also that of a batch of one row."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x)).squeeze()


@mistake("LogisticRegression")
class SigmoidTwice(reference.LogisticRegression):
    """The sigmoid is taken twice. Once makes a probability of a score."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("LogisticRegression")
class SoftmaxOfOne(reference.LogisticRegression):
    """A softmax stands in place of the sigmoid. Over a single score it is always 1."""

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1).squeeze(1)


@mistake("LogisticRegression")
class SoftmaxOverRows(reference.LogisticRegression):
    """A softmax over the rows stands in place of the sigmoid. Rows have nothing to do with each other."""

    def forward(self, x):
        return torch.softmax(self.linear(x).squeeze(1), dim=0)


@mistake("LogisticRegression")
class TanhForSigmoid(reference.LogisticRegression):
    """tanh stands in place of the sigmoid. Its values lie between -1 and 1, and a probability between 0 and 1."""

    def forward(self, x):
        return torch.tanh(self.linear(x).squeeze(1))


@mistake("LogisticRegression")
class Rounded(reference.LogisticRegression):
    """The probabilities are rounded to 0 and 1. The loss needs them as they are."""

    def forward(self, x):
        return super().forward(x).round()


@mistake("LogisticRegression")
class ProbabilityOfNo(reference.LogisticRegression):
    """The result is the probability of a no. It is sigmoid(x w + b), without a minus."""

    def forward(self, x):
        return 1 - super().forward(x)


@mistake("LogisticRegression")
class NoBias(reference.LogisticRegression):
    """The layer has no bias."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.linear = torch.nn.Linear(in_dim, 1, bias=False)


@mistake("LogisticRegression")
class TwoOutputs(reference.LogisticRegression):
    """The layer has two outputs, one for each answer. One is enough: the other probability is what is left to 1."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.linear = torch.nn.Linear(in_dim, 2)

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1)[:, 1]


@mistake("LogisticRegression")
class StartsAtZero(reference.LogisticRegression):
    """The layer starts from zeros. It starts from the random numbers that nn.Linear gives it."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.zeros_(self.linear.bias)


@mistake("LogisticRegression")
class FlatAtZero(reference.LogisticRegression):
    """The sigmoid is put together from two halves with abs or sign, which have no slope at a score of exactly 0. The
    sigmoid has one there."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return 0.5 + score.sign() * (torch.sigmoid(score.abs()) - 0.5)


@mistake("LogisticRegression")
class NormalisedOverRows(reference.LogisticRegression):
    """The scores are normalised over the rows. Each row's probability depends on that row alone."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return torch.sigmoid(score - score.mean())


@mistake("LogisticRegression")
class ComputedInFloat32(reference.LogisticRegression):
    """The probabilities are float32, whatever the model is. They have the dtype of the model."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("LogisticRegression")
class CutFromTheGraph(reference.LogisticRegression):
    """The result is detached from the graph, so nothing can learn."""

    def forward(self, x):
        return super().forward(x).detach()
