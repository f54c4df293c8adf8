#!/usr/bin/env python3
"""Everything that must hold for the Python package, from a clean checkout.

    python3 bindings/python/check.py

Builds the library, the sandbox and a library that can panic (unless MEETGATE_LIBRARY, MEETGATE_SANDBOX and
MEETGATE_LIBRARY_WITH_TEST_HOOKS name them), builds the wheels, installs them into a fresh environment, and runs the tests
there, with mypy, and with pyright where npm is. What could not be tried
stands on lines `SKIPPED: reason`. Exit code 0 only if all that was tried holds.

Everything it makes lies in `python-check` inside cargo's target folder.
"""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from typing import Dict, List, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
SANDBOX = os.path.join(os.path.dirname(HERE), "python-sandbox")
ROOT = os.path.dirname(os.path.dirname(HERE))
CARGO = os.environ.get("CARGO", "cargo")

Environment = Dict[str, str]


def step(title: str) -> None:
    print("== python: %s" % title, flush=True)


def run(command: List[str], environment: Optional[Environment] = None, folder: str = ROOT) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True)


def skipped(reason: str) -> None:
    print("SKIPPED: %s" % reason, flush=True)


def target_folder() -> str:
    output = subprocess.run(
        [CARGO, "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    return str(json.loads(output)["target_directory"])


def built(environment: Environment, variable: str, package: str, file: str, target: str) -> None:
    """The path in the variable is left as it is; else cargo makes what belongs there."""
    if not environment.get(variable):
        # As packages have it.
        features = ["--features", "full"] if package == "meetgate" else []
        run([CARGO, "build", "--quiet", "--package", package, *features])
        environment[variable] = os.path.join(target, "debug", file)


def library_with_test_hooks(work: str) -> str:
    """In a target folder of its own: a library that can panic must not lie where others look for the library."""
    target = os.path.join(work, "test-hooks")
    command = [CARGO, "build", "--quiet", "--package", "meetgate", "--lib", "--features", "full,test-hooks"]
    run(command + ["--config", "profile.dev.debug=0", "--target-dir", target])
    return os.path.join(target, "debug", "libmeetgate.so")


def python_of(folder: str) -> str:
    return os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")


def fresh_environment(folder: str) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    return python_of(folder)


def install(python: str, *what: str) -> None:
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what])


def build_wheels(work: str, environment: Environment) -> List[str]:
    step("building the wheels")
    folder = os.path.join(work, "wheel")
    shutil.rmtree(folder, ignore_errors=True)
    python = fresh_environment(os.path.join(work, "build-env"))
    install(python, "hatchling>=1.18")
    command = [python, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run(command + ["--no-build-isolation", "--wheel-dir", folder, HERE, SANDBOX], environment)
    wheels = sorted(glob.glob(os.path.join(folder, "*.whl")))
    assert len(wheels) == 2, wheels
    for wheel in wheels:
        print(os.path.basename(wheel))
        assert re.search(r"-py3-none-[a-z0-9_]+\.whl$", wheel), "the wheel's tag is not py3-none-<platform>"
    return wheels


def try_editable(work: str, environment: Environment) -> None:
    """In a copy: it puts the library beside the package."""
    step("installing it editable")
    copy = os.path.join(work, "editable")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(HERE, os.path.join(copy, "bindings", "python"), ignore=shutil.ignore_patterns("tests", "__pycache__"))
    python = python_of(os.path.join(work, "build-env"))
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-build-isolation", "--editable"]
    without = {name: value for name, value in environment.items() if name != "MEETGATE_LIBRARY"}
    refused = subprocess.run(
        command + [os.path.join(copy, "bindings", "python")], env=without, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    assert refused.returncode != 0 and "set MEETGATE_LIBRARY" in refused.stdout, refused.stdout
    run(command + [os.path.join(copy, "bindings", "python")], environment)
    program = "import meetgate; print(meetgate.library().how, meetgate.__file__)"
    shown = subprocess.run([python, "-c", program], cwd=work, env=without, check=True, stdout=subprocess.PIPE, universal_newlines=True)
    assert shown.stdout.startswith("beside the package " + copy), shown.stdout


def pyright(work: str) -> Optional[str]:
    npm = shutil.which("npm")
    if npm is None:
        skipped("pyright: npm is not installed")
        return None
    folder = os.path.join(work, "npm")
    os.makedirs(folder, exist_ok=True)
    program = os.path.join(folder, "node_modules", ".bin", "pyright")
    if not os.path.exists(program):
        made = subprocess.run([npm, "install", "--silent", "--no-fund", "--no-audit", "pyright@1.1"], cwd=folder)
        if made.returncode != 0:
            skipped("pyright: npm could not install it")
            return None
    return program


def test_installed(work: str, wheels: List[str], environment: Environment) -> None:
    step("testing it as installed")
    python = fresh_environment(os.path.join(work, "test-env"))
    # With what the extras ask for.
    install(python, *wheels, "rich>=13", "mypy", "pytest")
    # Not everywhere to be had; the test that needs it says that it is skipped.
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", "gevent"])
    # The installed package with the library that lies in it, and nothing of the checkout.
    for name in ("PYTHONPATH", "MEETGATE_LIBRARY"):
        environment.pop(name, None)
    program = "import meetgate, os; print(meetgate.library().how, 'in', os.path.dirname(meetgate.__file__))"
    shown = subprocess.run(
        [python, "-c", program], cwd=work, env=environment, check=True, stdout=subprocess.PIPE, universal_newlines=True
    ).stdout.strip()
    print(shown)
    assert shown.startswith("beside the package in ") and "site-packages" in shown, shown
    tests = os.path.join(HERE, "tests")
    command = [python, "-m", "unittest", "discover", "--verbose", "--start-directory", tests]
    with subprocess.Popen(
        command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        reasons = set()
        for line in process.stdout:
            print(line, end="", flush=True)
            reasons.update(re.findall(r"\.\.\. skipped ['\"](.*)['\"]$", line))
    for reason in sorted(reasons):
        skipped(reason)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)


def main() -> int:
    start = time.monotonic()
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONIOENCODING="utf-8")
    target = target_folder()
    work = os.path.join(target, "python-check")
    os.makedirs(work, exist_ok=True)
    try:
        step("building the library and the sandbox")
        name = {"win32": "meetgate.dll", "darwin": "libmeetgate.dylib"}.get(sys.platform, "libmeetgate.so")
        program = "meetgate-sandbox" + (".exe" if os.name == "nt" else "")
        built(environment, "MEETGATE_LIBRARY", "meetgate", name, target)
        built(environment, "MEETGATE_SANDBOX", "meetgate-sandbox", program, target)
        if not environment.get("MEETGATE_LIBRARY_WITH_TEST_HOOKS"):
            environment["MEETGATE_LIBRARY_WITH_TEST_HOOKS"] = library_with_test_hooks(work)
        wheels = build_wheels(work, environment)
        try_editable(work, environment)
        checker = pyright(work)
        if checker is not None:
            environment["MEETGATE_PYRIGHT"] = checker
        test_installed(work, wheels, environment)
    except (subprocess.CalledProcessError, AssertionError) as error:
        print("== python: FAILED: %s" % error)
        return 1
    print("== python: passed in %d s" % (time.monotonic() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
