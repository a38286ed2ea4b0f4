"""What to look at in a source, and why: modules and their members, attributes, names."""

from __future__ import annotations

from gradkit.messages import message

_FRAMES = message("it reaches into the code that calls it")
_WHILE_RUNNING = message("code that is made while it runs cannot be read")
_DISPATCHER = message("it changes how torch finds its operators")
_THREADS = message("what runs beside the graded call is harder to see")
_PROCESS = message("it acts on the process that runs it")
_GRAPH = message("it reaches into autograd's graph")
_UNPACKED = message("what it unpacks cannot be read here")
_RECOMPILED = message("it makes other code of what is written here")
# Dotted name of a module or member -> why to look at it.
PLACES = {
    "_thread": _THREADS,
    "asyncio": _THREADS,
    "atexit": _PROCESS,
    "base64": _UNPACKED,
    "builtins": message("it reaches Python's own functions by another way"),
    "cffi": message("it reaches past Python into memory"),
    "cloudpickle": _UNPACKED,
    "code": _WHILE_RUNNING,
    "codecs": _UNPACKED,
    "concurrent": _THREADS,
    "ctypes": message("it reaches past Python into memory"),
    "dill": _UNPACKED,
    "dis": _FRAMES,
    "faulthandler": _PROCESS,
    "gc": message("it reaches objects that were not handed to it"),
    "gradkit": message("it reaches for what grades it"),
    "importlib": message("it imports by a name that is made while it runs"),
    "inspect": _FRAMES,
    "linecache": _FRAMES,
    "marshal": _UNPACKED,
    "mmap": message("it reaches past Python into memory"),
    "multiprocessing": _THREADS,
    "os._exit": _PROCESS,
    "os.dup": _PROCESS,
    "os.dup2": _PROCESS,
    "os.fork": _PROCESS,
    "os.kill": _PROCESS,
    "os.write": _PROCESS,
    "pickle": _UNPACKED,
    "pkgutil": message("it imports by a name that is made while it runs"),
    "resource": _PROCESS,
    "runpy": _WHILE_RUNNING,
    "signal": _PROCESS,
    "socket": _PROCESS,
    "subprocess": _PROCESS,
    "sys._current_frames": _FRAMES,
    "sys._getframe": _FRAMES,
    "sys.meta_path": message("it changes how modules are found"),
    "sys.modules": message("it reaches modules by another way than an import"),
    "sys.path_hooks": message("it changes how modules are found"),
    "sys.setprofile": _FRAMES,
    "sys.settrace": _FRAMES,
    "threading": _THREADS,
    "torch.DispatchKey": _DISPATCHER,
    "torch.DispatchKeySet": _DISPATCHER,
    "torch.ao": message("it repeats torch's layers"),
    "torch.autograd.Variable": _GRAPH,
    "torch.autograd.graph": _GRAPH,
    "torch.compile": _RECOMPILED,
    "torch.compiler": _RECOMPILED,
    "torch.export": _RECOMPILED,
    "torch.fx": _RECOMPILED,
    "torch.hub": message("it fetches code from elsewhere"),
    "torch.jit": _RECOMPILED,
    "torch.library": _DISPATCHER,
    "torch.multiprocessing": _THREADS,
    "torch.onnx": _RECOMPILED,
    "torch.ops": message("it calls torch's operators by another way than their names"),
    "torch.overrides": _DISPATCHER,
    "torch.package": _UNPACKED,
    "torch.testing": message("it repeats torch's operators"),
    "torch.utils._python_dispatch": _DISPATCHER,
    "torch.utils.cpp_extension": message("it compiles code"),
    "types.CodeType": _WHILE_RUNNING,
    "types.FunctionType": _WHILE_RUNNING,
    "zlib": _UNPACKED,
}
# Attributes of any object.
ATTRIBUTES = {
    "__annotations__": message("annotations carry values past a reader"),
    "__bases__": message("it walks from a class to others"),
    "__builtins__": message("it reaches Python's own functions by another way"),
    "__closure__": message("it reaches into functions"),
    "__code__": message("it reaches into functions"),
    "__defaults__": message("it reaches into functions"),
    "__getattribute__": message("it looks names up by another way"),
    "__globals__": message("it reaches into functions"),
    "__kwdefaults__": message("it reaches into functions"),
    "__loader__": message("it changes how modules are found"),
    "__subclasses__": message("it walks from a class to others"),
    "__wrapped__": message("it reaches into functions"),
    "_execution_engine": _GRAPH,
    "_getframe": _FRAMES,
    "ag_frame": _FRAMES,
    "cr_frame": _FRAMES,
    "f_back": _FRAMES,
    "f_globals": _FRAMES,
    "f_locals": _FRAMES,
    "gi_frame": _FRAMES,
    "grad_fn": _GRAPH,
    "next_functions": _GRAPH,
    "run_backward": _GRAPH,
    "tb_frame": _FRAMES,
}
NAMES = {
    "__builtins__": message("it reaches Python's own functions by another way"),
    "__import__": message("it imports by a name that is made while it runs"),
    "__loader__": message("it changes how modules are found"),
    "breakpoint": _FRAMES,
    "eval": _WHILE_RUNNING,
    "exec": _WHILE_RUNNING,
    "globals": message("it looks names up by another way"),
}
# Names that a file may also define itself.
NAMES_UNLESS_OWN = {
    "compile": _WHILE_RUNNING,
    "locals": message("it looks names up by another way"),
    "vars": message("it looks names up by another way"),
}
METHODS = {
    "__torch_dispatch__": _DISPATCHER,
    "__torch_function__": _DISPATCHER,
}
