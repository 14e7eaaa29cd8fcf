"""Owns the hooks that act when a module is imported: class identity with the reference VM.

Knows which modules matter and what happens to them; imports none of them itself.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from . import errors, relocatable

Action = Callable[[Any], None]


class _ActingLoader(importlib.abc.Loader):
    """Executes a module with its own loader, then acts on it."""

    def __init__(self, loader: Any, actions: List[Action]) -> None:
        self._loader = loader
        self._actions = actions

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        # From here on the module looks as if nobody had been here.
        module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        for action in self._actions:
            action(module)


class ImportHook(importlib.abc.MetaPathFinder):
    """Acts on modules right after they were imported."""

    def __init__(self) -> None:
        self._actions: Dict[str, List[Action]] = {}

    def on_import(self, name: str, action: Action) -> None:
        """Calls `action(module)` once the module is imported; at once if it is."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self._actions.setdefault(name, []).append(action)

    def find_spec(
        self, fullname: str, path: Optional[Sequence[Union[bytes, str]]], target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """The spec that the other finders have for one of our modules."""
        actions = self._actions.get(fullname)
        if actions is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: Optional[importlib.machinery.ModuleSpec] = find(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _ActingLoader(spec.loader, actions)
                return spec
        return None


#: The hook of this interpreter; `install` puts it in front of the finders.
hook = ImportHook()


def install() -> None:
    """Makes the reference VM's modules and the engine agree on their classes, now and later."""
    if hook in sys.meta_path:
        return
    sys.meta_path.insert(0, hook)
    hook.on_import(relocatable.MODULE, _give_relocatable)
    for name in errors.stand_in_modules():
        hook.on_import(name, errors.adopt)


def _give_relocatable(module: Any) -> None:
    module.RelocatableValue = relocatable.RelocatableValue
    module.MaybeRelocatable = relocatable.MaybeRelocatable
    module.MaybeRelocatableDict = Dict[relocatable.MaybeRelocatable, relocatable.MaybeRelocatable]
