"""Mistakes that students make in `LogisticRegression`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


@mistake("LogisticRegression")
class WithoutSigmoid(reference.LogisticRegression):
    """The sigmoid is missing, so the result is a logit. A probability is between 0 and 1."""

    def forward(self, x):
        return self.linear(x).squeeze(1)


@mistake("LogisticRegression")
class LabelsInEvaluation(reference.LogisticRegression):
    """In evaluation mode the result is rounded to 0 or 1. Return the probability in both modes."""

    def forward(self, x):
        y_hat = super().forward(x)
        return y_hat if self.training else y_hat.round()


@mistake("LogisticRegression")
class StartsSmall(reference.LogisticRegression):
    """The weights are initialized with small random numbers. Keep the default initialization of nn.Linear."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.normal_(self.linear.weight, std=0.01 * in_dim**-0.5)


@mistake("LogisticRegression")
class AsAColumn(reference.LogisticRegression):
    """The result has the shape (N, 1). With labels of shape (N,) it broadcasts to (N, N): return the shape (N,)."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


@mistake("LogisticRegression")
class AllSqueezed(reference.LogisticRegression):
    """squeeze() without a dimension removes every dimension of size 1, including the batch dimension of a single row.
    Use squeeze(1)."""

    def forward(self, x):
        return torch.sigmoid(self.linear(x)).squeeze()


@mistake("LogisticRegression")
class SigmoidTwice(reference.LogisticRegression):
    """The sigmoid is applied twice. Apply it once."""

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


@mistake("LogisticRegression")
class SoftmaxOfOne(reference.LogisticRegression):
    """Softmax is used in place of the sigmoid. Over a single logit it is always 1."""

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1).squeeze(1)


@mistake("LogisticRegression")
class SoftmaxOverRows(reference.LogisticRegression):
    """A softmax over the rows is used in place of the sigmoid. Each row's probability depends on that row alone."""

    def forward(self, x):
        return torch.softmax(self.linear(x).squeeze(1), dim=0)


@mistake("LogisticRegression")
class TanhForSigmoid(reference.LogisticRegression):
    """tanh is used in place of the sigmoid. Its values are between -1 and 1; a probability is between 0 and 1."""

    def forward(self, x):
        return torch.tanh(self.linear(x).squeeze(1))


@mistake("LogisticRegression")
class Rounded(reference.LogisticRegression):
    """The probabilities are rounded to 0 and 1. The loss needs them unrounded."""

    def forward(self, x):
        return super().forward(x).round()


@mistake("LogisticRegression")
class ProbabilityOfNo(reference.LogisticRegression):
    """The result is the probability of class 0. Return that of class 1, sigmoid(x w + b), without a minus."""

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
    """The layer has two outputs, one per class. One is enough: the two probabilities sum to 1."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        self.linear = torch.nn.Linear(in_dim, 2)

    def forward(self, x):
        return torch.softmax(self.linear(x), dim=1)[:, 1]


@mistake("LogisticRegression")
class StartsAtZero(reference.LogisticRegression):
    """The layer is initialized with zeros. Keep the default initialization of nn.Linear."""

    def __init__(self, in_dim):
        super().__init__(in_dim)
        torch.nn.init.zeros_(self.linear.weight)
        torch.nn.init.zeros_(self.linear.bias)


@mistake("LogisticRegression")
class FlatAtZero(reference.LogisticRegression):
    """The sigmoid is composed of two halves with abs or sign, whose gradient is 0 at a logit of exactly 0. The
    sigmoid's is not."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return 0.5 + score.sign() * (torch.sigmoid(score.abs()) - 0.5)


@mistake("LogisticRegression")
class NormalizedOverRows(reference.LogisticRegression):
    """The logits are normalized over the rows. Each row's probability depends on that row alone."""

    def forward(self, x):
        score = self.linear(x).squeeze(1)
        return torch.sigmoid(score - score.mean())


@mistake("LogisticRegression")
class ComputedInFloat32(reference.LogisticRegression):
    """The probabilities are always float32. They should have the dtype of the model."""

    def forward(self, x):
        return super().forward(x).float()


@mistake("LogisticRegression")
class CutFromTheGraph(reference.LogisticRegression):
    """The result is detached from the graph, so the model cannot be trained."""

    def forward(self, x):
        return super().forward(x).detach()
