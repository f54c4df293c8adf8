"""Puts the shared library into the wheel: the one that MEETGATE_LIBRARY names, else one that cargo builds here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from typing import Any, Dict

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAMES = {"win": "meetgate.dll", "darwin": "libmeetgate.dylib", "macosx": "libmeetgate.dylib"}


def library_of(platform: str) -> str:
    """What the library is called on a platform, as Python or a wheel's name has it."""
    fitting = [name for start, name in NAMES.items() if platform.startswith(start)]
    return fitting[0] if fitting else "libmeetgate.so"


class LibraryHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        library = os.environ.get("MEETGATE_LIBRARY") or self._build()
        if not os.path.isfile(library):
            raise SystemExit("MEETGATE_LIBRARY: %s is no file" % library)
        own = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        platform = os.environ.get("MEETGATE_WHEEL_PLATFORM", own)
        name = library_of(platform)
        if version == "editable":
            # The package stays where it is, and so its library goes there.
            shutil.copy2(library, os.path.join(self.root, "src", "meetgate", name))
            return
        build_data["force_include"][os.path.abspath(library)] = "meetgate/" + name
        for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
            path = os.path.join(self.root, "..", "..", licence)
            if os.path.isfile(path):
                build_data["force_include"][os.path.abspath(path)] = "meetgate/" + licence
        # One wheel for every Python 3 of this platform: nothing in it is compiled against Python.
        build_data["tag"] = "py3-none-" + platform
        build_data["pure_python"] = False

    def _build(self) -> str:
        root = os.path.dirname(os.path.dirname(self.root))
        if not os.path.isfile(os.path.join(root, "Cargo.toml")):
            raise SystemExit(
                "the library's sources are not here: build from a checkout of meetgate, "
                "or set MEETGATE_LIBRARY to a libmeetgate that fits"
            )
        cargo = os.environ.get("CARGO", "cargo")
        # The shared library alone: only then does it get link-time optimisation.
        command = [cargo, "rustc", "--release", "--package", "meetgate", "--features", "full", "--lib"]
        command += ["--crate-type", "cdylib"]
        self.app.display_info(" ".join(command))
        subprocess.run(command, cwd=root, check=True)
        metadata = subprocess.run(
            [cargo, "metadata", "--no-deps", "--format-version=1"], cwd=root, check=True, stdout=subprocess.PIPE
        )
        target = json.loads(metadata.stdout)["target_directory"]
        return os.path.join(target, "release", library_of(sys.platform))
