"""Mistakes that students make in `Value`, each with what they should read."""

import math

import reference
import torch

from gradkit.bank import mistake


def of_own_class(name):
    """The reference's operation, but its result is of the class of its first argument, whose backward() then counts."""

    def operation(self, *arguments):
        result = getattr(reference.Value, name)(self, *arguments)
        result.__class__ = type(self)
        return result

    return operation


class Base(reference.Value):
    """The base of the wrong classes."""

    for name in ("__add__", "__mul__", "__pow__", "exp", "log", "tanh", "relu", "sigmoid"):
        locals()[name] = of_own_class(name)


def graph_of(result):
    """All Values that a result was made from, and itself."""
    nodes, seen = [result], {result}
    for node in nodes:
        for parent, _ in node.parents:
            if parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    return nodes


@mistake("Value")
class StartsWithOne(Base):
    """The gradient of a new Value is 1. It is 0.0 until backward() is called."""

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = 1.0


@mistake("Value")
class StartsWithNone(Base):
    """The gradient of a new Value is None. It is 0.0 until backward() is called."""

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.grad = None


@mistake("Value")
class SinglePrecision(Base):
    """Numbers are rounded to float32, which has about seven digits. Python's floats have about sixteen."""

    def __init__(self, data, parents=()):
        super().__init__(float(torch.tensor(float(data))), parents)

    def exp(self):
        return type(self)(math.exp(self.data), ((self, math.exp(self.data)),))


@mistake("Value")
class ExponentCutOff(Base):
    """The exponent is capped at 30. Up to 100, exp is far from overflow."""

    def exp(self):
        value = math.exp(min(self.data, 30.0))
        return reference.Value(value, ((self, value),))


@mistake("Value")
class SumInPlace(Base):
    """A sum overwrites its first operand. Each operation makes a new Value."""

    def __add__(self, other):
        result = super().__add__(other)
        self.data = result.data
        return result


@mistake("Value")
class WholeNumbersRefused(Base):
    """Only floats are accepted as plain numbers beside a Value. An int is a number as well."""

    def __add__(self, other):
        return super().__add__(other if isinstance(other, float) else reference.Value(other.data, ((other, 1.0),)))

    def __mul__(self, other):
        return super().__mul__(other if isinstance(other, float) else reference.Value(other.data, ((other, 1.0),)))


@mistake("Value")
class SecondSummandForgotten(Base):
    """In a sum only the first operand gets a gradient. The derivative is 1 for both."""

    def __add__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return type(self)(self.data + other.data, ((self, 1.0),))


@mistake("Value")
class MinusWithoutGradient(Base):
    """-a is computed from the plain number, so no gradient reaches a. d(-a)/da is -1."""

    def __neg__(self):
        return type(self)(-self.data)


@mistake("Value")
class SumsOnTheLeft(Base):
    """2 + a is computed from the plain numbers, so no gradient reaches a. It is a + 2."""

    def __radd__(self, other):
        return type(self)(other + self.data)


@mistake("Value")
class ProductsOnTheLeft(Base):
    """2 * a is computed from the plain numbers, so no gradient reaches a. It is a * 2."""

    def __rmul__(self, other):
        return type(self)(other * self.data)


@mistake("Value")
class PowerByLogarithm(Base):
    """The power is computed as e^(n ln a), which is undefined for a <= 0. Python's a**n works there."""

    def __pow__(self, exponent):
        value = math.exp(exponent * math.log(self.data))
        return reference.Value(value, ((self, exponent * value / self.data),))


@mistake("Value")
class PowerDividedByTheBase(Base):
    """The derivative of a power is computed as n a^n / a, which divides by zero at a = 0. It is n a^(n - 1)."""

    def __pow__(self, exponent):
        value = self.data**exponent
        return reference.Value(value, ((self, exponent * value / self.data),))


@mistake("Value")
class ChainBreaksAtFunctions(Base):
    """exp passes on its own derivative without the upstream gradient. The chain rule multiplies the two."""

    def exp(self):
        result = super().exp()
        result.forgets = True
        return result

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * (1.0 if hasattr(node, "forgets") else node.grad)


@mistake("Value")
class OnlyTheFirstAreReset(Base):
    """Only the gradients of the inputs are reset. Those of intermediate Values accumulate from call to call; reset them
    as well."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = node.grad if node.parents else 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class GradientsReplaced(Base):
    """If a Value is used several times, the last path overwrites the others. Their contributions add up: use +=, not
    =."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad = slope * node.grad


@mistake("Value")
class FunctionsReplaceGradients(Base):
    """Sums and products add to the gradient, but functions and powers overwrite it, so the contributions of some paths
    are lost. Add everywhere: use +=, not =."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad = slope * node.grad + (parent.grad if len(node.parents) > 1 else 0.0)


@mistake("Value")
class GradientsPileUp(Base):
    """A second call of backward() adds to the gradients of the first. Set them to zero before adding anything."""

    def backward(self):
        nodes = graph_of(self)
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.depth):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class PassedOnTooEarly(Base):
    """A Value passes its gradient on before all contributions have arrived: the Values are visited in the order in
    which they are found. Visit each only after all Values that were computed from it (reverse topological order)."""

    def backward(self):
        nodes = graph_of(self)
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in nodes:
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class Recursive(Base):
    """The graph is traversed by recursion, which Python stops after about 1,000 nested calls. Use a list of Values
    still to visit."""

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad += slope * node.grad


@mistake("Value")
class StartsWithItself(Base):
    """The gradient of the result starts as its data. The derivative of a number with respect to itself is 1."""

    def backward(self):
        super().backward()
        for node in graph_of(self):
            node.grad *= self.data


@mistake("Value")
class ResultWithoutGradient(Base):
    """The gradient of the result stays 0. The derivative of a number with respect to itself is 1."""

    def backward(self):
        super().backward()
        self.grad = 0.0


@mistake("Value")
class LeavesOnly(Base):
    """Only the inputs of the expression get a gradient. Intermediate Values get one as well."""

    def backward(self):
        super().backward()
        for node in graph_of(self):
            if node.parents and node is not self:
                node.grad = 0.0


@mistake("Value")
class OneFactorOnly(Base):
    """In a product only the first factor gets a gradient. The derivative with respect to each factor is the other
    one."""

    def __mul__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return type(self)(self.data * other.data, ((self, other.data),))


@mistake("Value")
class FactorsSwapped(Base):
    """In a product the derivative with respect to each factor is that factor itself. d(a b)/da is b."""

    def __mul__(self, other):
        other = other if isinstance(other, reference.Value) else type(self)(other)
        return type(self)(self.data * other.data, ((self, self.data), (other, other.data)))


@mistake("Value")
class SquaresCountOnce(Base):
    """In a * a the factor gets only one contribution. It is used twice, and both count: 2 a."""

    def __mul__(self, other):
        if other is self:
            return type(self)(self.data**2, ((self, self.data),))
        return super().__mul__(other)


@mistake("Value")
class PowerWithoutFactor(Base):
    """The derivative of a power is computed as a^(n - 1). The factor n is missing: n a^(n - 1)."""

    def __pow__(self, exponent):
        return reference.Value(self.data**exponent, ((self, self.data ** (exponent - 1)),))


@mistake("Value")
class PowerOfTheSameExponent(Base):
    """The derivative of a power is computed as n a^n. The exponent decreases by one: n a^(n - 1)."""

    def __pow__(self, exponent):
        return reference.Value(self.data**exponent, ((self, exponent * self.data**exponent),))


@mistake("Value")
class ExponentialWithSlopeOne(Base):
    """The derivative of the exponential is missing. It is e^a, its own value."""

    def exp(self):
        return reference.Value(math.exp(self.data), ((self, 1.0),))


@mistake("Value")
class DecimalLogarithm(Base):
    """The logarithm is to base 10. Use the natural logarithm: math.log."""

    def log(self):
        return super().log() * (1 / math.log(10))


@mistake("Value")
class SlopeOfTheLogarithm(Base):
    """The derivative of the logarithm is computed as the logarithm. It is 1 / a."""

    def log(self):
        value = super().log()
        return reference.Value(value.data, ((self, value.data),))


@mistake("Value")
class SlopeOfTanh(Base):
    """The derivative of tanh is computed as t (1 - t). That form is the sigmoid's; the derivative of tanh is 1 -
    t^2."""

    def tanh(self):
        t = math.tanh(self.data)
        return reference.Value(t, ((self, t * (1 - t)),))


@mistake("Value")
class TanhByTheFormula(Base):
    """tanh is computed from plain numbers, so its derivative is lost. Give the new Value its derivative."""

    def tanh(self):
        return reference.Value(math.tanh(self.data))


@mistake("Value")
class ReluWithSlopeOne(Base):
    """relu passes the gradient on for negative inputs. Its derivative there is 0."""

    def relu(self):
        return reference.Value(max(0.0, self.data), ((self, 1.0),))


@mistake("Value")
class ReluOfTheAbsoluteValue(Base):
    """relu returns the absolute value. For negative inputs it is 0."""

    def relu(self):
        return reference.Value(abs(self.data), ((self, math.copysign(1.0, self.data)),))


@mistake("Value")
class SlopeOfTheSigmoid(Base):
    """The derivative of the sigmoid is computed as 1 - s^2. That form is tanh's; the sigmoid's is s (1 - s)."""

    def sigmoid(self):
        s = 1 / (1 + math.exp(-self.data))
        return reference.Value(s, ((self, 1 - s * s),))


@mistake("Value")
class DifferenceAsSum(Base):
    """In a difference the second operand gets a gradient of the wrong sign. d(a - b)/db is -1."""

    def __sub__(self, other):
        other = other if isinstance(other, reference.Value) else reference.Value(other)
        return reference.Value(self.data - other.data, ((self, 1.0), (other, 1.0)))


@mistake("Value")
class QuotientOfNumbersOnly(Base):
    """In a quotient the divisor gets no gradient. d(a / b)/db is -a / b^2."""

    def __truediv__(self, other):
        number = other.data if isinstance(other, reference.Value) else other
        return self * (1 / number)


@mistake("Value")
class DifferencesOnTheLeft(Base):
    """2 - a is computed as a - 2. A number on the left calls __rsub__, which must flip the sign."""

    def __rsub__(self, other):
        return self - other


@mistake("Value")
class QuotientsOnTheLeft(Base):
    """2 / a is computed as a / 2. A number on the left calls __rtruediv__, which must take the reciprocal."""

    def __rtruediv__(self, other):
        return self / other
