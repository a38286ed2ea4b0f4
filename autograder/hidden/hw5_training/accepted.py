"""Right answers to hw5 that look unlike the solution."""

import functools
import warnings

import numpy as np
import torch

from gradkit.bank import accepted


def timed(function):
    """Print how often the function was called, and warn."""
    calls = 0

    @functools.wraps(function)
    def wrapper(*arguments, **options):
        nonlocal calls
        calls += 1
        print(f"training number {calls} begins")
        warnings.warn("this is slow", UserWarning, stacklevel=2)
        return function(*arguments, **options)

    return wrapper


class Trainer:
    """One training under way."""

    def __init__(self, model, loss_function, optimizer):
        self.model, self.loss_function, self.optimizer = model, loss_function, optimizer
        self.history = []

    def epoch(self, x, y):
        """One epoch; returns its loss."""
        self.optimizer.zero_grad(set_to_none=False)
        loss = self.loss_function(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.history.append(float(loss))
        return self.history[-1]


@accepted("train", form="crlf")
def helper_class(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """A helper class; gradients are cleared first and set to zero instead of None; CRLF line ends."""
    trainer = Trainer(model.train(), loss_function, optimizer)
    for epoch in range(epochs):
        loss = trainer.epoch(x, y)
        if not epoch % report_every:
            print("epoch:", str(epoch) + ",", "loss is:", loss)
    return trainer.history


@accepted("train", form="tabs")
@timed
def model_clears_gradients(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """model.zero_grad, train mode set in every epoch, a decorator that prints and warns, tabs."""
    losses, epoch = [], 0
    while epoch < epochs:
        model.train(mode=True)
        model.zero_grad()
        loss = loss_function(model.forward(x), y)
        loss.backward()
        losses.append(loss.detach().cpu().item())
        optimizer.step()
        if epoch in range(0, epochs, report_every):
            print("epoch: {}, loss is: {:e}".format(epoch, losses[epoch]))
        epoch += 1
    return losses


@accepted("train", form="bom")
def closure(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """The step with a closure, losses collected in a NumPy array, a byte order mark."""
    model.train()
    losses = np.empty(epochs)
    for epoch in range(epochs):

        def closure():
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            return loss

        losses[epoch] = optimizer.step(closure).item()
        if epoch % report_every == 0:
            print(f"still running\nepoch: {epoch}, loss is: {losses[epoch]}")
    return losses.tolist()


@accepted("train")
def gradients_handed_over(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """torch.autograd.grad, with the gradients assigned by hand."""
    model.train()
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    losses = []
    for epoch in range(epochs):
        y_hat = model(x)
        loss = loss_function(y_hat, y)
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
        losses += [loss.item()]
        if (epoch / report_every).is_integer():
            print(f"epoch: {epoch}, loss is: {losses[-1]:.3f} (and so on)")
    return losses


@accepted("train")
def more_is_reported(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Prints gradients (einsum) and moving averages (unfold), and chooses a format with torch.where."""
    model.train()
    losses = []
    for epoch in range(epochs):
        loss = loss_function(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        gradients = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
        print("squared slope:", torch.einsum("i,i->", gradients, gradients).item())
        optimizer.step()
        losses += [loss.item()]
        if epoch >= 2:
            print("mean of three:", torch.tensor(losses).unfold(0, 3, 1).mean(dim=1)[-1])
        digits = torch.where(loss.detach() > 1, 1, 6).item()
        if epoch % report_every == 0:
            print(f"epoch: {epoch} , loss is: {losses[-1]:.{digits}f}", flush=True)
    return losses


@accepted("train")
def mode_given_back(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Losses written in place into a tensor, and the model's mode restored."""
    mode = model.training
    losses = torch.zeros(epochs, dtype=torch.float64)
    try:
        for epoch in range(epochs):
            model.train()
            loss = loss_function(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.detach()
            if epoch % report_every == 0:
                print(f"epoch: {epoch}, loss is: {losses[epoch].item():g}")
    finally:
        model.train(mode)
    return losses.tolist()


@accepted("train")
def as_in_the_tutorials(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """PyTorch's tutorials: set the mode in each epoch, clear last as well as first, padded figures in the line."""
    loss_values = []
    optimizer.zero_grad()
    for t in range(epochs):
        model.train()
        pred = model(x)
        loss = loss_function(pred, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if t % report_every == 0:
            print(f"epoch: {t}, loss is: {loss:>12.4f}  [{t:>5d}/{epochs:>5d}]")
        loss_values.append(loss.detach().numpy().item())
    print("Done!")
    return loss_values


@accepted("train")
def 训练(model, x, y, loss_function, optimizer, epochs, report_every=500):
    """Identifiers in Chinese, and additional prints."""
    model.train()
    损失表 = []
    for 轮 in range(epochs):
        预测 = model(x)
        损失 = loss_function(预测, y)
        optimizer.zero_grad()
        损失.backward()
        optimizer.step()
        损失表.append(损失.item())
        print("第", 轮, "轮")
        if 轮 % report_every == 0:
            print(f"epoch: {轮}, loss is: {损失表[-1]:.4f}")
    return 损失表


# ---- sgd_step


@accepted("sgd_step")
def by_sub(parameters, lr):
    """sub_ with alpha, decorated."""

    @torch.no_grad()
    def change(parameter):
        parameter.sub_(parameter.grad, alpha=lr)

    for parameter in filter(lambda p: p.grad is not None, parameters):
        change(parameter)


@accepted("sgd_step", form="bom")
def by_data(parameters, lr):
    """In place on .data, with a print; a BOM."""
    for p in parameters:
        if p.grad is None:
            print("no gradient")
            continue
        p.data.add_(p.grad, alpha=-lr)


@accepted("sgd_step", form="crlf")
def by_copy(parameters, lr):
    """copy_ of a new value; CRLF."""
    parameters = list(parameters)
    with torch.no_grad():
        values = [p if p.grad is None else p - lr * p.grad for p in parameters]
        for p, value in zip(parameters, values):
            p.copy_(value)


@accepted("sgd_step", form="tabs")
def 梯度下降(parameters, lr):
    """Identifiers in Chinese, lerp-like arithmetic through detach; tabs."""
    for 参数 in parameters:
        梯度 = 参数.grad
        if 梯度 is not None:
            参数.detach().sub_(lr * 梯度)


@accepted("sgd_step")
@torch.no_grad()
def by_index(parameters, lr):
    """An index into a list, a decorator, and the rate as a tensor."""
    listed, rate = list(parameters), torch.tensor(lr, dtype=torch.float64)
    for i in range(len(listed)):
        if listed[i].grad is not None:
            listed[i][...] = listed[i] - (rate * listed[i].grad).to(listed[i].dtype)


# ---- Adam


@accepted("Adam")
class WithState:
    """A dictionary per parameter, filled at its first step."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.group = [p for p in parameters]
        self.state = {}
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p in self.group:
            if p.grad is not None:
                s = self.state.setdefault(p, {"m": torch.zeros_like(p), "v": torch.zeros_like(p)})
                s["m"] = self.b1 * s["m"] + (1 - self.b1) * p.grad
                s["v"] = self.b2 * s["v"] + (1 - self.b2) * p.grad.square()
                m_hat, v_hat = s["m"] / (1 - self.b1**self.t), s["v"] / (1 - self.b2**self.t)
                p.addcdiv_(m_hat, v_hat.sqrt() + self.eps, value=-self.lr)

    def zero_grad(self):
        for p in self.group:
            if p.grad is not None:
                p.grad.zero_()


@accepted("Adam", form="crlf")
class AsTorchDoes:
    """The corrections folded into the step size, as in torch; CRLF."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = tuple(parameters)
        self.lr, self.betas, self.eps, self.t = lr, betas, eps, 0
        self.exp_avg = [p.detach().clone().zero_() for p in self.params]
        self.exp_avg_sq = [p.detach().clone().zero_() for p in self.params]

    def step(self):
        self.t = self.t + 1
        beta1, beta2 = self.betas
        c1, c2 = 1 - beta1**self.t, 1 - beta2**self.t
        for p, m, v in zip(self.params, self.exp_avg, self.exp_avg_sq):
            if p.grad is None:
                continue
            m.lerp_(p.grad, 1 - beta1)
            v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            p.data.addcdiv_(m, (v.sqrt() / np.sqrt(c2)).add_(self.eps), value=-self.lr / c1)

    def zero_grad(self):
        for p in self.params:
            p.grad = None


@accepted("Adam", form="tabs")
class 自适应:
    """A step object per parameter; identifiers in Chinese; tabs."""

    class 单个:
        def __init__(self, 参数):
            self.参数, self.m, self.v = 参数, 0.0, 0.0

        def 走一步(self, t, lr, betas, eps):
            g = self.参数.grad
            if g is None:
                return
            self.m = betas[0] * self.m + (1 - betas[0]) * g
            self.v = betas[1] * self.v + (1 - betas[1]) * g * g
            with torch.no_grad():
                self.参数 -= lr * (self.m / (1 - betas[0] ** t)) / ((self.v / (1 - betas[1] ** t)) ** 0.5 + eps)

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.全部 = [self.单个(参数) for 参数 in parameters]
        self.数 = (lr, betas, eps)
        self.t = 0

    def step(self):
        self.t += 1
        for 一个 in self.全部:
            一个.走一步(self.t, *self.数)

    def zero_grad(self):
        for 一个 in self.全部:
            一个.参数.grad = None


@accepted("Adam")
class RunningPowers:
    """The powers of the betas kept as running products; prints and warns."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.ps, self.lr, self.eps = list(parameters), lr, eps
        self.b1, self.b2 = betas
        self.p1 = self.p2 = 1.0
        self.memory = [(torch.zeros(p.shape, dtype=p.dtype), torch.zeros(p.shape, dtype=p.dtype)) for p in self.ps]
        print(len(self.ps), "parameters")

    def step(self):
        self.p1, self.p2 = self.p1 * self.b1, self.p2 * self.b2
        warnings.warn("step", UserWarning, stacklevel=2)
        with torch.no_grad():
            for p, (m, v) in zip(self.ps, self.memory):
                if p.grad is None:
                    continue
                m *= self.b1
                m += p.grad * (1 - self.b1)
                v *= self.b2
                v += p.grad.pow(2) * (1 - self.b2)
                p -= self.lr * (m / (1 - self.p1)) / (torch.sqrt(v / (1 - self.p2)) + self.eps)

    def zero_grad(self):
        for p in self.ps:
            p.grad = None


@accepted("Adam")
class PowersInFloat32:
    """The powers of the betas are float32 tensors: b1 ** torch.tensor(t), as in d2l's from-scratch chapters."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params, self.hyper = list(parameters), {"lr": lr, "betas": betas, "eps": eps}
        self.states = [(torch.zeros_like(p.data), torch.zeros_like(p.data)) for p in self.params]
        self.t = torch.tensor(0)

    def step(self):
        self.t += 1
        beta1, beta2 = self.hyper["betas"]
        for p, (v, s) in zip(self.params, self.states):
            if p.grad is None:
                continue
            with torch.no_grad():
                v[:] = beta1 * v + (1 - beta1) * p.grad
                s[:] = beta2 * s + (1 - beta2) * torch.square(p.grad)
                v_bias_corr = v / (1 - beta1**self.t)
                s_bias_corr = s / (1 - beta2**self.t)
                p[:] -= self.hyper["lr"] * v_bias_corr / (torch.sqrt(s_bias_corr) + self.hyper["eps"])

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad = torch.zeros_like(p.grad)


@accepted("Adam")
class StateByIndex:
    """A dictionary by parameter index, as torch's defaultdict, and a t per parameter."""

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.param_groups = [{"params": list(parameters), "lr": lr, "betas": betas, "eps": eps}]
        self.state = {}

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            (beta1, beta2), lr, eps = group["betas"], group["lr"], group["eps"]
            for i, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                if i not in self.state:
                    self.state[i] = {"step": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                state = self.state[i]
                state["step"] += 1
                state["m"] = torch.lerp(p.grad, state["m"], beta1)
                state["v"] = beta2 * state["v"] + (1 - beta2) * p.grad * p.grad
                rate = lr * np.sqrt(1 - beta2 ** state["step"]) / (1 - beta1 ** state["step"])
                small = eps * np.sqrt(1 - beta2 ** state["step"])
                p.add_(-rate * state["m"] / (state["v"].sqrt() + small))

    def zero_grad(self, set_to_none=True):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if set_to_none else torch.zeros_like(p)


# ---- LogisticRegression


@accepted("LogisticRegression")
class ByFlatten(torch.nn.Module):
    """Flatten, and the functional sigmoid."""

    def __init__(self, in_dim):
        super().__init__()
        self.linear = torch.nn.Linear(in_dim, 1)

    def forward(self, x):
        return torch.nn.functional.sigmoid(self.linear(x).flatten())


@accepted("LogisticRegression", form="bom")
class WithModule(torch.nn.Module):
    """nn.Sigmoid and an index; a BOM."""

    def __init__(self, in_dim):
        super().__init__()
        self.squash = torch.nn.Sigmoid()
        self.linear = torch.nn.Linear(in_features=in_dim, out_features=1, bias=True)

    def forward(self, x):
        return self.squash(self.linear(x)[:, 0])


@accepted("LogisticRegression", form="crlf")
class ByHand(torch.nn.Module):
    """The formula with the layer's weights, with a print; CRLF."""

    def __init__(self, in_dim):
        super().__init__()
        self.linear = torch.nn.Linear(in_dim, 1)

    def forward(self, x):
        print("rows:", len(x))
        score = x @ self.linear.weight.T + self.linear.bias
        return (1 / (1 + torch.exp(-score))).reshape(-1)


@accepted("LogisticRegression", form="tabs")
class 逻辑回归(torch.nn.Module):
    """mv and view, identifiers in Chinese; tabs."""

    def __init__(self, in_dim):
        super().__init__()
        self.linear = torch.nn.Linear(in_dim, 1)

    def forward(self, x):
        分数 = torch.mv(x, self.linear.weight.view(-1)) + self.linear.bias
        return 分数.sigmoid()


# ---- minibatches


@accepted("minibatches")
def with_a_range(x, y, batch_size, generator):
    """A range of starts and slices of the permutation."""
    order = torch.randperm(x.shape[0], generator=generator)
    for start in range(0, x.shape[0], batch_size):
        rows = order[start : start + batch_size]
        yield x[rows], y[rows]


@accepted("minibatches", form="crlf")
def with_a_loader(x, y, batch_size, generator):
    """torch's own DataLoader; CRLF."""
    data = torch.utils.data.TensorDataset(x, y)
    return torch.utils.data.DataLoader(data, batch_size, shuffle=True, generator=generator)


@accepted("minibatches")
def by_sorting(x, y, batch_size, generator):
    """A permutation by sorting random numbers; a list; a print."""
    order = torch.rand(len(x), generator=generator).argsort()
    print("shuffled")
    return list(zip(x[order].split(batch_size), y[order].split(batch_size)))


@accepted("minibatches", form="tabs")
def 小批量(x, y, batch_size, generator):
    """index_select and slicing without numpy's array_split; identifiers in Chinese; tabs."""
    顺序 = torch.randperm(len(y), generator=generator)
    while len(顺序):
        这批, 顺序 = 顺序[:batch_size], 顺序[batch_size:]
        yield [x.index_select(0, 这批), y.index_select(0, 这批)]


@accepted("minibatches")
def as_in_d2l(features, labels, batch_size, generator):
    """d2l's data_iter: a shuffled list of indices, and tensors made from its slices."""
    num_examples = len(features)
    indices = torch.randperm(num_examples, generator=generator).tolist()
    for i in range(0, num_examples, batch_size):
        batch_indices = torch.tensor(indices[i : min(i + batch_size, num_examples)])
        yield features[batch_indices], labels[batch_indices]


# ---- train_minibatch


@accepted("train_minibatch")
def with_running_sums(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Sums of losses and rows; gradients cleared after the step and before the first."""
    model.train()
    optimizer.zero_grad()
    means = []
    for _ in range(epochs):
        total = rows = 0
        order = torch.randperm(len(x), generator=generator)
        for part in torch.split(order, batch_size):
            loss = loss_function(model(x[part]), y[part])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total, rows = total + float(loss) * len(part), rows + len(part)
        means.append(total / rows)
    return means


@accepted("train_minibatch", form="crlf")
def with_loader(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """torch's own DataLoader; CRLF."""
    data = torch.utils.data.TensorDataset(x, y)
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, shuffle=True, generator=generator)
    losses = []
    for epoch in range(epochs):
        model.train()
        seen = 0.0
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = loss_function(model(inputs), targets)
            loss.backward()
            optimizer.step()
            seen += loss.item() * inputs.size(0)
        print("epoch", epoch, "done")
        losses.append(seen / len(data))
    return losses


@accepted("train_minibatch", form="bom")
def with_average(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """numpy's weighted mean; a BOM."""

    def epoch():
        losses, sizes = [], []
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x), batch_size):
            part = order[start : start + batch_size]
            loss = loss_function(model(x[part]), y[part])
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach().item())
            sizes.append(len(part))
        return float(np.average(losses, weights=sizes))

    model.train()
    return [epoch() for _ in range(epochs)]


@accepted("train_minibatch", form="tabs")
def 分批训练(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """Identifiers in Chinese; tabs."""
    model.train(True)
    损失 = []
    for _ in range(epochs):
        顺序 = torch.randperm(len(x), generator=generator)
        总和 = 0.0
        for 行 in 顺序.split(batch_size):
            optimizer.zero_grad()
            这批 = loss_function(model(x[行]), y[行])
            这批.backward()
            optimizer.step()
            总和 += 这批.item() * len(行) / len(x)
        损失.append(总和)
    return 损失


@accepted("train_minibatch")
def as_in_a_meter(model, x, y, loss_function, optimizer, epochs, batch_size, generator):
    """An average meter with sum and count, and the student's own minibatches."""
    history = [[0.0, 0] for _ in range(epochs)]
    for meter in history:
        model.train()
        for xb, yb in minibatches(x, y, batch_size, generator):
            model.zero_grad()
            loss = loss_function(model(xb), yb)
            loss.backward()
            optimizer.step()
            meter[0] += loss.item() * xb.shape[0]
            meter[1] += xb.shape[0]
    return [total / count for total, count in history]


# ---- accuracy


@accepted("accuracy")
def by_rounding(model, x, y):
    """round, and a mean over rows as floats."""
    before = model.training
    model.eval()
    with torch.no_grad():
        answers = model(x).round()
    model.train(before)
    return (answers == y.to(answers.dtype)).float().mean().item()


@accepted("accuracy", form="crlf")
def by_counting(model, x, y):
    """A loop that counts, and inference mode; CRLF."""
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            found = model(x)
        right = 0
        for probability, answer in zip(found.tolist(), y.tolist()):
            right += int((probability >= 0.5) == bool(answer))
        return right / len(found)
    finally:
        model.train(was_training)


@accepted("accuracy", form="bom")
def by_numpy(model, x, y):
    """numpy for the comparison; a BOM."""
    mode = model.training
    model.train(False)
    with torch.no_grad():
        p = model(x).numpy()
    model.train(mode)
    return float(np.mean((p > 0.5) == y.numpy().astype(bool)))


@accepted("accuracy", form="tabs")
def 准确率(model, x, y):
    """Distances below a half; identifiers in Chinese; tabs."""
    原来 = model.training
    model.eval()
    with torch.no_grad():
        距离 = (model(x) - y.double()).abs()
    if 原来:
        model.train()
    return (距离 < 0.5).sum().item() / 距离.numel()


@accepted("accuracy")
def one_row_after_the_other(model, x, y):
    """Row by row; the modes of all layers are saved in a list and restored one by one."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(len(y)):
            right += (model(x[i : i + 1]) > 0.5).item() == bool(y[i])
    for part, mode in modes:
        part.training = mode
    return right / len(y)


# ---- checkpoints


@accepted("save_model")
def save_cloned(model, path):
    """Clones of the values, with a print."""
    print("saving")
    torch.save({name: value.detach().clone() for name, value in model.state_dict().items()}, path)


@accepted("save_model", form="crlf")
def save_by_keywords(model, path):
    """Keyword arguments; CRLF."""
    state = model.state_dict()
    torch.save(obj=state, f=path)


@accepted("load_model", form="tabs")
def 读取(model, path):
    """weights_only is True by default; returns the model; identifiers in Chinese; tabs."""
    状态 = torch.load(path, map_location="cpu")
    model.load_state_dict(状态)
    return model


@accepted("load_model")
def load_and_evaluate(model, path):
    """Strict by keyword, and evaluation mode afterwards, as in the tutorials."""
    model.load_state_dict(torch.load(path, map_location=torch.device("cpu"), weights_only=True), strict=True)
    model.eval()


@accepted("load_model")
def load_by_copying(model, path):
    """Values copied one by one."""
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(state[name])
