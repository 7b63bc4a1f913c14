"""Import modules of libraries when they are used first."""

import importlib.util
import sys


def load_when_used(name: str) -> None:
    """Let `from package import module` return at once, and load the module when an attribute of it is read first.

    Imports the package of the module. `import package.module` still loads it: Python reads an attribute of it. Has no effect if
    the module has been imported. Raises ModuleNotFoundError if there is no such module.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    package, _, own_name = name.rpartition(".")
    setattr(sys.modules[package], own_name, module)
