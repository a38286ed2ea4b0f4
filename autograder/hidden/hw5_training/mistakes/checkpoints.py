"""Mistakes that students make in `checkpoints`, each with what they should read."""

import pathlib

import torch

from gradkit.bank import mistake


@mistake("save_model")
def whole_model_saved(model, path):
    """The whole model is saved, class and all. The state dict is asked for: it can be loaded without trusting the
    file."""
    torch.save(model, path)


@mistake("save_model")
def state_wrapped(model, path):
    """The state dict is wrapped in another dict. The file holds the state dict itself."""
    torch.save({"state": model.state_dict()}, path)


@mistake("save_model")
def parameters_in_a_list(model, path):
    """The parameters are saved as a list, without their names. model.state_dict() has both, and the buffers, too."""
    torch.save(list(model.parameters()), path)


@mistake("save_model")
def nothing_saved(model, path):
    """Nothing is written into the file. torch.save does it."""
    model.state_dict()


@mistake("save_model")
def first_parameter_saved(model, path):
    """Only a part of the state is saved. The state dict has all of it."""
    name, value = next(iter(model.state_dict().items()))
    torch.save({name: value}, path)


@mistake("save_model")
def zeros_saved(model, path):
    """The state is changed before it is saved. It is saved as it is."""
    torch.save({name: torch.zeros_like(value) for name, value in model.state_dict().items()}, path)


@mistake("save_model")
def buffers_left_out(model, path):
    """Only the parameters are saved. A state dict has the buffers as well, such as the running means of batch norm."""
    torch.save({name: value.detach() for name, value in model.named_parameters()}, path)


@mistake("save_model")
def saved_as_float32(model, path):
    """The numbers are converted to float32 before they are saved. They are saved in the dtypes that they have."""
    state = model.state_dict()
    torch.save({name: value.float() if value.is_floating_point() else value for name, value in state.items()}, path)


@mistake("save_model")
def converted_for_saving(model, path):
    """The model itself is converted to float32, and stays so. It is only read, and saved as it is."""
    torch.save(model.float().state_dict(), path)


@mistake("save_model")
def left_in_evaluation_mode(model, path):
    """The model is put into evaluation mode and stays there. It is left unchanged: saving needs no mode."""
    model.eval()
    torch.save(model.state_dict(), path)


@mistake("save_model")
def dtype_beside_the_state(model, path):
    """The file holds more than the state dict. Its entries are the model's parameters and buffers, and nothing else."""
    torch.save({**model.state_dict(), "epoch": torch.tensor(0)}, path)


@mistake("save_model")
def file_name_only(model, path):
    """The file is opened by its name, so a file that is open already is refused. torch.save takes both: hand it on."""
    with pathlib.Path(path).open("wb") as file:
        torch.save(model.state_dict(), file)


@mistake("load_model")
def file_name_read_only(model, path):
    """The file is opened by its name, so a file that is open already is refused. torch.load takes both: hand it on."""
    with pathlib.Path(path).open("rb") as file:
        model.load_state_dict(torch.load(file, weights_only=True))


@mistake("load_model")
def parameters_alone_loaded(model, path):
    """Only the parameters are taken over. The buffers, such as the running means of batch norm, are part of the
    state."""
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(state[name])


@mistake("load_model")
def parameters_assigned(model, path):
    """The model gets new tensors, and whoever shares the old ones, such as an optimizer, goes on with those. The model
    is changed in place."""
    model.load_state_dict(torch.load(path, weights_only=True), assign=True)


@mistake("load_model")
def refusal_renamed(model, path):
    """A file that is refused raises another error than torch.load's. Let that one through as it is."""
    try:
        state = torch.load(path, weights_only=True)
    except Exception as error:
        message = "the file cannot be trusted"
        raise RuntimeError(message) from error
    model.load_state_dict(state)


@mistake("load_model")
def everything_trusted(model, path):
    """torch.load is told to trust the file (weights_only=False), so a stranger's file can run code. Allow weights
    only."""
    model.load_state_dict(torch.load(path, weights_only=False))


@mistake("load_model")
def nothing_taken_over(model, path):
    """The file is read, but the model does not take it over: to bind the name model to what was read changes no model.
    model.load_state_dict does it."""
    model = torch.load(path, weights_only=True)  # noqa: F841


@mistake("load_model")
def nothing_read(model, path):
    """Nothing is read from the file."""


@mistake("load_model")
def refusal_swallowed(model, path):
    """A file that is refused is passed over in silence, and everybody believes that it was loaded. Let the error
    through."""
    import pickle
    from contextlib import suppress

    with suppress(pickle.UnpicklingError):
        model.load_state_dict(torch.load(path, weights_only=True))
