"""Makes the virtual environment: `python3 requirements/install.py DIRECTORY REQUIREMENTS`.

Standard library only, and nothing is written outside DIRECTORY. Debian and Ubuntu keep `ensurepip`
in a package of its own, so that a fresh machine has `venv` without pip. Ways to a first pip:

1. `ensurepip`, where Python has it;
2. a pip that is already on the machine, pointed at the environment;
3. Debian's `python3-pip-whl`, downloaded by apt as an ordinary user and unpacked in DIRECTORY.

The first pip only installs the locked one (`pip.txt`), and that installs REQUIREMENTS. Every file
is checked against its hash, and only wheels are taken, so that no compiler is needed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)
PIP_LOCK = Path(__file__).with_name("pip.txt")
WHEEL_PACKAGE = "python3-pip-whl"
SCRATCH = "bootstrap"
TOO_OLD = """\
Python {oldest} or newer is needed, but {python} is {found}.
Name another one: make setup PYTHON=/path/to/python{oldest}"""
NO_PIP = """\
{python} has neither ensurepip nor pip, and apt could not download one.
Run this once, then `make setup` again:

    sudo apt-get update && sudo apt-get install -y python3-venv"""


def main(directory: Path, requirements: Path) -> None:
    refuse_old_python()
    python = directory.resolve() / "bin" / "python"
    pip = [str(python), "-m", "pip"]
    install(pip if has_pip(python) else first_pip(directory.resolve(), python), PIP_LOCK)
    shutil.rmtree(directory / SCRATCH, ignore_errors=True)
    install(pip, requirements)


def refuse_old_python() -> None:
    if sys.version_info < OLDEST:
        found, oldest = (".".join(map(str, numbers)) for numbers in (sys.version_info[:3], OLDEST))
        sys.exit(TOO_OLD.format(oldest=oldest, python=sys.executable, found=found))


def has_pip(python: Path) -> bool:
    """Whether the environment is there, made by this version of Python, and has its pip."""
    version = tuple(sys.version_info[:2])
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] != {version})"
    return python.exists() and succeeds([str(python), "-c", probe], quiet=True)


def first_pip(directory: Path, python: Path) -> list[str]:
    """Makes the environment anew; answers the command line of a pip that can install into it."""
    venv.EnvBuilder(clear=True, symlinks=True).create(directory)
    if has_ensurepip() and succeeds([str(python), "-m", "ensurepip"]):
        return [str(python), "-m", "pip"]
    machine_pip = [sys.executable, "-m", "pip", "--python", str(python)]
    if succeeds([*machine_pip, "--version"], quiet=True):
        return machine_pip
    wheel = debian_wheel(directory / SCRATCH)
    if wheel is None:
        sys.exit(NO_PIP.format(python=sys.executable))
    return [str(python), str(wheel / "pip")]


def has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def has_apt() -> bool:
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def debian_wheel(scratch: Path) -> Path | None:
    """The wheel of Debian's pip, or None where there is no apt or it reaches no archive."""
    if not has_apt():
        return None
    print(f"Python has no ensurepip: downloading {WHEEL_PACKAGE} by apt", flush=True)
    (scratch / "lists").mkdir(parents=True)
    if not apt_download(scratch):
        return None
    package = next(scratch.glob(f"{WHEEL_PACKAGE}_*.deb"))
    if not succeeds(["dpkg-deb", "-x", str(package), str(scratch)]):
        return None
    return next(scratch.glob("usr/share/python-wheels/pip-*.whl"), None)


def apt_download(scratch: Path) -> bool:
    """By the package lists that the machine has, or else by new ones in `scratch`: no root."""
    sandbox = "APT::Sandbox::User=root"  # apt's own user may not enter the checkout
    apt = ["apt-get", "-qq", "-o", sandbox, "-o", f"Dir::Cache={scratch}"]
    fresh = [*apt, "-o", f"Dir::State::Lists={scratch / 'lists'}"]
    if succeeds([*apt, "download", WHEEL_PACKAGE], cwd=scratch, quiet=True):
        return True
    return succeeds([*fresh, "update"]) and succeeds([*fresh, "download", WHEEL_PACKAGE], scratch)


def install(pip: list[str], requirements: Path) -> None:
    options = ["--disable-pip-version-check", "--no-deps", "--require-hashes"]
    if not succeeds([*pip, "install", *options, "-r", str(requirements)]):
        sys.exit(f"pip could not install {requirements}: its own message stands above.")


def succeeds(command: list[str], cwd: Path | None = None, *, quiet: bool = False) -> bool:
    """Runs the command; a machine's `user` or `require-virtualenv` setting of pip is set aside."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run(
        command, cwd=cwd, env=environment, check=False, stdout=output, stderr=output
    )
    return done.returncode == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
