"""Mistakes that students make in `checkpoints`, each with what they should read."""

import pathlib

import torch

from gradkit.bank import mistake


@mistake("save_model")
def whole_model_saved(model, path):
    """The whole model object is saved. Save the state dict: it can be loaded with weights_only=True."""
    torch.save(model, path)


@mistake("save_model")
def state_wrapped(model, path):
    """The state dict is wrapped in another dict. Save the state dict itself."""
    torch.save({"state": model.state_dict()}, path)


@mistake("save_model")
def parameters_in_a_list(model, path):
    """The parameters are saved as a list, without their names. model.state_dict() has the names, and the buffers as
    well."""
    torch.save(list(model.parameters()), path)


@mistake("save_model")
def nothing_saved(model, path):
    """Nothing is written to the file. Use torch.save."""
    model.state_dict()


@mistake("save_model")
def first_parameter_saved(model, path):
    """Only a part of the state is saved. Save the whole state dict."""
    name, value = next(iter(model.state_dict().items()))
    torch.save({name: value}, path)


@mistake("save_model")
def zeros_saved(model, path):
    """The state is changed before it is saved. Save it unchanged."""
    torch.save({name: torch.zeros_like(value) for name, value in model.state_dict().items()}, path)


@mistake("save_model")
def buffers_left_out(model, path):
    """Only the parameters are saved. A state dict also has the buffers, such as the running statistics of batch
    norm."""
    torch.save({name: value.detach() for name, value in model.named_parameters()}, path)


@mistake("save_model")
def saved_as_float32(model, path):
    """The tensors are converted to float32 before they are saved. Keep their dtypes."""
    state = model.state_dict()
    torch.save({name: value.float() if value.is_floating_point() else value for name, value in state.items()}, path)


@mistake("save_model")
def converted_for_saving(model, path):
    """The model itself is converted to float32, and stays converted. Leave it unchanged."""
    torch.save(model.float().state_dict(), path)


@mistake("save_model")
def left_in_evaluation_mode(model, path):
    """The model is put into evaluation mode and stays there. Saving does not depend on the mode: leave it unchanged."""
    model.eval()
    torch.save(model.state_dict(), path)


@mistake("save_model")
def dtype_beside_the_state(model, path):
    """The file contains more than the state dict. Save the state dict alone."""
    torch.save({**model.state_dict(), "epoch": torch.tensor(0)}, path)


@mistake("save_model")
def file_name_only(model, path):
    """The file is opened by its name, which fails for a file object. torch.save accepts both: pass it on."""
    with pathlib.Path(path).open("wb") as file:
        torch.save(model.state_dict(), file)


@mistake("load_model")
def file_name_read_only(model, path):
    """The file is opened by its name, which fails for a file object. torch.load accepts both: pass it on."""
    with pathlib.Path(path).open("rb") as file:
        model.load_state_dict(torch.load(file, weights_only=True))


@mistake("load_model")
def parameters_alone_loaded(model, path):
    """Only the parameters are loaded. The buffers, such as the running statistics of batch norm, are part of the
    state."""
    state = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(state[name])


@mistake("load_model")
def parameters_assigned(model, path):
    """The model gets new tensors, so an optimizer that holds the old ones no longer updates the model. Load the state
    in place."""
    model.load_state_dict(torch.load(path, weights_only=True), assign=True)


@mistake("load_model")
def refusal_renamed(model, path):
    """A rejected file raises a different error from torch.load's. Do not catch that error."""
    try:
        state = torch.load(path, weights_only=True)
    except Exception as error:
        message = "the file cannot be trusted"
        raise RuntimeError(message) from error
    model.load_state_dict(state)


@mistake("load_model")
def everything_trusted(model, path):
    """torch.load trusts the file (weights_only=False), so an untrusted file can run code. Use weights_only=True."""
    model.load_state_dict(torch.load(path, weights_only=False))


@mistake("load_model")
def nothing_taken_over(model, path):
    """The file is read, but not into the model: rebinding the name model does not modify the caller's model. Use
    model.load_state_dict."""
    model = torch.load(path, weights_only=True)  # noqa: F841


@mistake("load_model")
def nothing_read(model, path):
    """Nothing is read from the file."""


@mistake("load_model")
def refusal_swallowed(model, path):
    """The error for a rejected file is swallowed, as if the file had been loaded. Do not catch the error."""
    import pickle
    from contextlib import suppress

    with suppress(pickle.UnpicklingError):
        model.load_state_dict(torch.load(path, weights_only=True))
