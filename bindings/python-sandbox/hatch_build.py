"""Puts the sandbox into the wheel: the one that MEETGATE_SANDBOX names, else one that cargo builds here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from typing import Any, Dict

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "meetgate-sandbox" + (".exe" if sys.platform == "win32" else "")


class SandboxHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        program = os.environ.get("MEETGATE_SANDBOX") or self._build()
        build_data["force_include"][os.path.abspath(program)] = "meetgate_sandbox/" + NAME
        root = os.path.dirname(os.path.dirname(self.root))
        for licence in ("LICENSE-MIT", "LICENSE-APACHE"):
            build_data["force_include"][os.path.join(root, licence)] = "meetgate_sandbox/" + licence
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = "py3-none-" + os.environ.get("MEETGATE_WHEEL_PLATFORM", platform)
        build_data["pure_python"] = False

    def _build(self) -> str:
        root = os.path.dirname(os.path.dirname(self.root))
        cargo = os.environ.get("CARGO", "cargo")
        subprocess.run([cargo, "build", "--release", "--package", "meetgate-sandbox"], cwd=root, check=True)
        metadata = subprocess.run(
            [cargo, "metadata", "--no-deps", "--format-version=1"], cwd=root, check=True, stdout=subprocess.PIPE
        )
        return os.path.join(json.loads(metadata.stdout)["target_directory"], "release", NAME)
