"""Mistakes that students make in `Adam`, each with what they should read."""

import reference
import torch

from gradkit.bank import mistake


class Own(reference.Adam):
    """The reference, with the formulas in parts that can go wrong one by one."""

    def first(self, m, g):
        m.mul_(self.betas[0]).add_((1 - self.betas[0]) * g)

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * g**2)

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1**self.steps), v / (1 - b2**self.steps)

    def change(self, m, v):
        return self.lr * m / (v.sqrt() + self.eps)

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
                if w.grad is not None:
                    self.first(m, w.grad)
                    self.second(v, w.grad)
                    w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class NotCorrected(Own):
    """m and v are not bias-corrected. Both start at 0 and are too small at first: divide by 1 - b^t."""

    def corrected(self, m, v):
        return m, v


@mistake("Adam")
class OnlyTheFirstCorrected(Own):
    """Only m is bias-corrected. v starts at 0 as well: divide it by 1 - b2^t."""

    def corrected(self, m, v):
        return m / (1 - self.betas[0] ** self.steps), v


@mistake("Adam")
class OnlyTheSecondCorrected(Own):
    """Only v is bias-corrected. m starts at 0 as well: divide it by 1 - b1^t."""

    def corrected(self, m, v):
        return m, v / (1 - self.betas[1] ** self.steps)


@mistake("Adam")
class CorrectedAsInTheFirstStep(Own):
    """The bias correction is the same in all steps. It is 1 - b^t, where t counts the steps."""

    def corrected(self, m, v):
        return m / (1 - self.betas[0]), v / (1 - self.betas[1])


@mistake("Adam")
class OneStepAhead(Own):
    """t is one too large: the first step has t = 1."""

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1 ** (self.steps + 1)), v / (1 - b2 ** (self.steps + 1))


@mistake("Adam")
class CountsParameters(Own):
    """t increases with each parameter. Increase it once per step, for all parameters."""

    def corrected(self, m, v):
        self.count = getattr(self, "count", 0) + 1
        b1, b2 = self.betas
        return m / (1 - b1**self.count), v / (1 - b2**self.count)


@mistake("Adam")
class EpsUnderTheRoot(Own):
    """eps is under the square root. It is added after the root: sqrt(v_hat) + eps."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps).sqrt()


@mistake("Adam")
class EpsForgotten(Own):
    """eps is missing in the divisor: sqrt(v_hat) + eps."""

    def change(self, m, v):
        return self.lr * m / v.sqrt().clamp(min=1e-300)


@mistake("Adam")
class EpsBeforeTheCorrection(Own):
    """eps is added before v is bias-corrected. The divisor is sqrt(v_hat) + eps, with the corrected v."""

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1**self.steps), (v.sqrt() + self.eps) / (1 - b2**self.steps) ** 0.5

    def change(self, m, v):
        return self.lr * m / v


@mistake("Adam")
class RootForgotten(Own):
    """The step is divided by v_hat itself. Divide by its square root."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps)


@mistake("Adam")
class SquareForgotten(Own):
    """v averages the magnitudes of the gradients. It should average their squares."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * g.abs())


@mistake("Adam")
class NotWeighed(Own):
    """The gradient is added to m with weight 1. Its weight is 1 - b1, which makes m an average."""

    def first(self, m, g):
        m.mul_(self.betas[0]).add_(g)


@mistake("Adam")
class BetasSwapped(Own):
    """b1 and b2 are swapped. b1 belongs to m and b2 to v."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas[::-1], eps)


@mistake("Adam")
class WithoutMomentum(Own):
    """The step uses the gradient itself in place of m, the moving average of the gradients."""

    def first(self, m, g):
        m.copy_(g * (1 - self.betas[0] ** self.steps))


@mistake("Adam")
class OneMemoryForAll(Own):
    """v is one number for a whole parameter. Each element has its own."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * (g**2).mean())


@mistake("Adam")
class DefaultsOfSgd(Own):
    """The default learning rate is 0.01. It is 0.001."""

    def __init__(self, parameters, lr=1e-2, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class GeneratorKept(Own):
    """The generator of parameters is stored. It can be iterated over only once, so later steps change nothing: make a
    list."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__([], lr, betas, eps)
        self.parameters = iter(list(parameters))
        self.m, self.v = {}, {}

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for number, w in enumerate(self.parameters):
                m, v = torch.zeros_like(w), torch.zeros_like(w)
                if w.grad is not None:
                    self.m[number] = self.v[number] = m
                    self.first(m, w.grad)
                    self.second(v, w.grad)
                    w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class ParametersReplaced(Own):
    """parameter.data is replaced by a new tensor, so the parameter's storage changes. Update the existing tensor in
    place."""

    def step(self):
        self.steps += 1
        for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if w.grad is not None:
                self.first(m, w.grad)
                self.second(v, w.grad)
                w.data = w.data - self.change(*self.corrected(m, v))


@mistake("Adam")
class NoneNotLookedFor(Own):
    """A parameter without a gradient makes the step fail. Skip a parameter whose .grad is None."""

    def step(self):
        for w in self.parameters:
            w.grad * 1.0
        super().step()


@mistake("Adam")
class NothingForgotten(Own):
    """zero_grad does nothing. Afterwards each .grad must be None or zeros."""

    def zero_grad(self):
        pass


@mistake("Adam")
class MemoryForgotten(Own):
    """zero_grad also resets m and v. It clears the gradients only; m and v are kept from step to step."""

    def zero_grad(self):
        super().zero_grad()
        for memory in (*self.m, *self.v):
            memory.zero_()


@mistake("Adam")
class ClearingBreaksOnNone(Own):
    """zero_grad fails if a .grad is already None. Afterwards each .grad must be None or zeros, whatever it was
    before."""

    def zero_grad(self):
        for w in self.parameters:
            w.grad.zero_()


@mistake("Adam")
class StateByShape(Own):
    """Parameters of equal shape share their m and v. Each parameter has its own."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        shared = {w.shape: (m, v) for w, m, v in zip(self.parameters, self.m, self.v, strict=True)}
        self.m, self.v = ([shared[w.shape][which] for w in self.parameters] for which in (0, 1))


@mistake("Adam")
class StepsOfAllAdams(Own):
    """The steps of all optimizers are counted together, in the class. Each Adam object counts its own."""

    made = 0

    def step(self):
        self.steps = Own.made = getattr(Own, "made", 0) + 1
        self.steps -= 1
        super().step()


@mistake("Adam")
class ListUsedUp(Own):
    """The parameters are removed from the caller's list, which is empty afterwards. Copy the list."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        if isinstance(parameters, list):
            parameters.clear()


@mistake("Adam")
class GradientsClearedInTheStep(Own):
    """The step sets the gradients to zero. Clearing them is the job of zero_grad; leave them unchanged."""

    def step(self):
        super().step()
        for w in self.parameters:
            if w.grad is not None:
                w.grad.zero_()


@mistake("Adam")
class NoneTakenForZeros(Own):
    """A gradient of None is treated as zeros, so a parameter that had gradients before keeps moving with its momentum.
    Skip it."""

    def step(self):
        missing = [w for w in self.parameters if w.grad is None]
        for w in missing:
            w.grad = torch.zeros_like(w)
        super().step()
        for w in missing:
            w.grad = None


@mistake("Adam")
class StopsAtNone(Own):
    """The step ends at the first parameter without a gradient. Skip only that parameter and update the others."""

    def step(self):
        self.steps += 1
        with torch.no_grad():
            for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
                if w.grad is None:
                    return
                self.first(m, w.grad)
                self.second(v, w.grad)
                w -= self.change(*self.corrected(m, v))


@mistake("Adam")
class WithWeightDecay(Own):
    """A fraction of the parameter itself is added to its gradient (weight decay). Use the gradient unchanged."""

    def step(self):
        gradients = [w.grad for w in self.parameters]
        for w in self.parameters:
            w.grad = None if w.grad is None else w.grad + 0.01 * w.detach()
        super().step()
        for w, gradient in zip(self.parameters, gradients, strict=True):
            w.grad = gradient


@mistake("Adam")
class EpsOfAnotherSize(Own):
    """The default eps is 1e-6. It is 1e-8."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-6):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class BetasOfAnotherSize(Own):
    """The default b2 is 0.99. It is 0.999."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.99), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class InheritsFromTorch(torch.optim.Optimizer):
    """The class inherits from torch.optim.Optimizer. torch.optim is not allowed, not even as a base class."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.inner = Own(self.param_groups[0]["params"], lr, betas, eps)

    def step(self):
        self.inner.step()


@mistake("Adam")
class ReadyMadeAdam(Own):
    """The step is taken by torch.optim. In this question you write it yourself."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.inner = torch.optim.Adam(parameters, lr=lr, betas=betas, eps=eps)
        self.step, self.zero_grad = self.inner.step, self.inner.zero_grad
