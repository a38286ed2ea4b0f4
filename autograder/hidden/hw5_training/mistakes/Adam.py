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
    """m and v are not corrected. Both start at 0 and are too small at first: divide by 1 - b^t."""

    def corrected(self, m, v):
        return m, v


@mistake("Adam")
class OnlyTheFirstCorrected(Own):
    """Only m is corrected. v starts at 0, too, and is divided by 1 - b2^t."""

    def corrected(self, m, v):
        return m / (1 - self.betas[0] ** self.steps), v


@mistake("Adam")
class OnlyTheSecondCorrected(Own):
    """Only v is corrected. m starts at 0, too, and is divided by 1 - b1^t."""

    def corrected(self, m, v):
        return m, v / (1 - self.betas[1] ** self.steps)


@mistake("Adam")
class CorrectedAsInTheFirstStep(Own):
    """The correction is the same in all steps. It uses b^t, and t counts the steps."""

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
    """t grows with each parameter. It counts steps: once for all parameters."""

    def corrected(self, m, v):
        self.count = getattr(self, "count", 0) + 1
        b1, b2 = self.betas
        return m / (1 - b1**self.count), v / (1 - b2**self.count)


@mistake("Adam")
class EpsUnderTheRoot(Own):
    """eps stands under the root. It is added after the root is taken: sqrt(v_hat) + eps."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps).sqrt()


@mistake("Adam")
class EpsForgotten(Own):
    """There is no eps in the divisor."""

    def change(self, m, v):
        return self.lr * m / v.sqrt().clamp(min=1e-300)


@mistake("Adam")
class EpsBeforeTheCorrection(Own):
    """eps is added before v is corrected. It is sqrt(v_hat) + eps, with the corrected v."""

    def corrected(self, m, v):
        b1, b2 = self.betas
        return m / (1 - b1**self.steps), (v.sqrt() + self.eps) / (1 - b2**self.steps) ** 0.5

    def change(self, m, v):
        return self.lr * m / v


@mistake("Adam")
class RootForgotten(Own):
    """The step is divided by v_hat itself. It is divided by its square root."""

    def change(self, m, v):
        return self.lr * m / (v + self.eps)


@mistake("Adam")
class SquareForgotten(Own):
    """v collects the sizes of the gradients. It collects their squares."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * g.abs())


@mistake("Adam")
class NotWeighed(Own):
    """The gradient is added to m with its full weight. It is weighed with 1 - b1, so that m is a mean."""

    def first(self, m, g):
        m.mul_(self.betas[0]).add_(g)


@mistake("Adam")
class BetasSwapped(Own):
    """b1 and b2 have changed places. b1 belongs to m and b2 to v."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas[::-1], eps)


@mistake("Adam")
class WithoutMomentum(Own):
    """The gradient itself is used, not m. m remembers where earlier steps went."""

    def first(self, m, g):
        m.copy_(g * (1 - self.betas[0] ** self.steps))


@mistake("Adam")
class OneMemoryForAll(Own):
    """v is one number for a whole parameter. Each element has a size of its own."""

    def second(self, v, g):
        v.mul_(self.betas[1]).add_((1 - self.betas[1]) * (g**2).mean())


@mistake("Adam")
class DefaultsOfSgd(Own):
    """The default learning rate is 0.01. It is 0.001."""

    def __init__(self, parameters, lr=1e-2, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)


@mistake("Adam")
class GeneratorKept(Own):
    """The parameters are kept as they came. A generator can be walked through only once, so from the second time on
    nothing changes: make a list."""

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
    """parameter.data is replaced by a new tensor, so the storage is another one. Change what is there: in place."""

    def step(self):
        self.steps += 1
        for w, m, v in zip(self.parameters, self.m, self.v, strict=True):
            if w.grad is not None:
                self.first(m, w.grad)
                self.second(v, w.grad)
                w.data = w.data - self.change(*self.corrected(m, v))


@mistake("Adam")
class NoneNotLookedFor(Own):
    """A parameter without a gradient makes the step fail. One whose .grad is None is skipped."""

    def step(self):
        for w in self.parameters:
            w.grad * 1.0
        super().step()


@mistake("Adam")
class NothingForgotten(Own):
    """zero_grad does nothing. Afterwards each .grad is None or zeros."""

    def zero_grad(self):
        pass


@mistake("Adam")
class MemoryForgotten(Own):
    """zero_grad sets m and v to zero, too. It forgets the gradients only; m and v remember over the steps."""

    def zero_grad(self):
        super().zero_grad()
        for memory in (*self.m, *self.v):
            memory.zero_()


@mistake("Adam")
class ClearingBreaksOnNone(Own):
    """zero_grad fails where a .grad is None already. Afterwards each .grad is None or zeros, whatever it was before."""

    def zero_grad(self):
        for w in self.parameters:
            w.grad.zero_()


@mistake("Adam")
class StateByShape(Own):
    """Parameters of one shape share their m and v. Each parameter has an m and a v of its own."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        shared = {w.shape: (m, v) for w, m, v in zip(self.parameters, self.m, self.v, strict=True)}
        self.m, self.v = ([shared[w.shape][which] for w in self.parameters] for which in (0, 1))


@mistake("Adam")
class StepsOfAllAdams(Own):
    """The steps are counted for all optimizers together, in the class. Each Adam counts its own: in the object."""

    made = 0

    def step(self):
        self.steps = Own.made = getattr(Own, "made", 0) + 1
        self.steps -= 1
        super().step()


@mistake("Adam")
class ListUsedUp(Own):
    """The parameters are taken out of the list that was handed over, which is empty afterwards. A list of parameters
    stays as it is: copy it."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
        if isinstance(parameters, list):
            parameters.clear()


@mistake("Adam")
class GradientsClearedInTheStep(Own):
    """The step sets the gradients to zero. It only reads them; to clear them is the task of zero_grad."""

    def step(self):
        super().step()
        for w in self.parameters:
            if w.grad is not None:
                w.grad.zero_()


@mistake("Adam")
class NoneTakenForZeros(Own):
    """A gradient of None is taken for zeros, so a parameter that had gradients before goes on with its momentum. It is
    skipped: nothing of it changes."""

    def step(self):
        missing = [w for w in self.parameters if w.grad is None]
        for w in missing:
            w.grad = torch.zeros_like(w)
        super().step()
        for w in missing:
            w.grad = None


@mistake("Adam")
class StopsAtNone(Own):
    """The step ends at the first parameter without a gradient. Only that one is skipped; the others take their step."""

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
    """A share of the parameter itself is added to its gradient (weight decay). The gradient is used as it is."""

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
    """The class inherits from torch.optim.Optimizer, which keeps the parameters for it. torch.optim is not allowed, not
    even as a base class."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.inner = Own(self.param_groups[0]["params"], lr, betas, eps)

    def step(self):
        self.inner.step()


@mistake("Adam")
class ReadyMadeAdam(Own):
    """torch's own optimizer makes the step. That is what you write here."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.inner = torch.optim.Adam(parameters, lr=lr, betas=betas, eps=eps)
        self.step, self.zero_grad = self.inner.step, self.inner.zero_grad
