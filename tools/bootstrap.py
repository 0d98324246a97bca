"""Set the project up: Python packages in .venv, npm packages in node_modules. Every make target calls it first.

Only the standard library, and syntax that an old Python still reads, so that it can say what is missing. It does
nothing when the lock files are those of the last complete set-up, repairs a half-finished one, and waits when another
set-up of the same folder is running. Nothing outside the project's folder is written: the package caches lie in .cache.
"""

import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache")
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
MODULES = os.path.join(ROOT, "node_modules")
PYTHON_LOCK = os.path.join(ROOT, "requirements.lock")
NPM_INPUTS = [os.path.join(ROOT, name) for name in ("package.json", "package-lock.json", ".npmrc")]
LOG = os.path.join(CACHE, "setup.log")

PYTHON_VERSIONS = ((3, 11), (3, 12))  # those that every locked package has a ready-made file for
OLDEST_NODE = 20
NETWORK_TROUBLE = re.compile(
    r"ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH|ERR_SOCKET|network|proxy"
    r"|NewConnectionError|NameResolutionError|Failed to establish|Max retries|dns error|error sending request"
    r"|Connection (?:refused|reset|broken|aborted)|[Tt]imed out|No matching distribution",
    re.I,
)

# Lets plain `ape` and `python` in the environment find the compiler, anvil and the package, without make. With its data
# folder inside the project ape leaves nothing in the home folder, and two checkouts never meet.
ENVIRONMENT_HOOK = (
    "import os, sys; r=os.path.dirname(sys.prefix); sys.path.append(r); "
    'os.environ.setdefault("APE_DATA_FOLDER", r+"/.ape"); '
    'os.environ.setdefault("SOLCX_BINARY_PATH", r+"/tools"); '
    'os.environ["PATH"]=r+"/node_modules/.bin:"+os.environ.get("PATH","")\n'
)


class SetupError(Exception):
    """One line that says what is missing and how to get it."""


def main():
    try:
        if python_is_ready() and npm_is_ready():
            return 0
        with OneAtATime(os.path.join(CACHE, "setup.lock")):
            python = find_python()
            require_node()
            if not python_is_ready():
                install_python_packages(python)
            if not npm_is_ready():
                install_npm_packages()
            require_anvil()
    except SetupError as error:
        print("error: %s" % error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up interrupted; the next run completes it", file=sys.stderr)
        return 130
    return 0


# ------------------------------------------------------------------------------------------- what must be there


def find_python():
    """The first Python of a fitting version: the one that runs this, then python3.12, python3.11 on PATH."""
    wanted = " or ".join("%d.%d" % version for version in PYTHON_VERSIONS)
    candidates = [sys.executable] + ["python%d.%d" % version for version in reversed(PYTHON_VERSIONS)]
    probe = "import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])"
    without_venv = None
    for candidate in candidates:
        if probe_version(candidate, "import sys; print(sys.version_info[0], sys.version_info[1])") in PYTHON_VERSIONS:
            if probe_version(candidate, probe) in PYTHON_VERSIONS:
                return candidate
            without_venv = candidate
    if without_venv:
        raise SetupError(
            "%s lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv)" % without_venv
        )
    raise SetupError(
        "Python %s is needed, this is %s: install it (Debian, Ubuntu: apt install python3.12 python3.12-venv; "
        "macOS: brew install python@3.12)" % (wanted, platform.python_version())
    )


def probe_version(python, code):
    try:
        answer = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def require_node():
    advice = "install Node.js %d or newer with npm (https://nodejs.org, or nvm install %d)" % (OLDEST_NODE, OLDEST_NODE)
    if not shutil.which("node"):
        raise SetupError("node is not on PATH: %s" % advice)
    answer = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    version = re.match(r"v(\d+)\.", answer.stdout.decode())
    if not version:
        raise SetupError("node does not run (%s): %s" % (answer.stderr.decode().strip()[:100], advice))
    if int(version.group(1)) < OLDEST_NODE:
        raise SetupError(
            "Node %d or newer is needed, this is %s: %s" % (OLDEST_NODE, answer.stdout.decode().strip(), advice)
        )
    if not shutil.which("npm"):
        raise SetupError("npm is not on PATH: %s" % advice)


def require_anvil():
    bundled = os.path.join(MODULES, ".bin", "anvil")
    if not os.path.exists(bundled) and not shutil.which("anvil"):
        raise SetupError(
            "anvil comes along on Linux x86-64 only, this is %s %s: install Foundry (https://getfoundry.sh) so that "
            "anvil is on PATH" % (platform.system(), platform.machine())
        )


# ------------------------------------------------------------------------------------------------------- stamps


def stamp_of(*files):
    """The hash of the files that decide an installation, and of this one, which decides how it is made."""
    digest = hashlib.sha256(ENVIRONMENT_HOOK.encode())
    for file in files:
        with open(file, "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def read_stamp(folder):
    try:
        with open(os.path.join(folder, ".setup-stamp")) as handle:
            return handle.read()
    except OSError:
        return None


def write_stamp(folder, stamp):
    """Last of all, and at once: what has a stamp is complete."""
    file = os.path.join(folder, ".setup-stamp")
    with open(file + ".new", "w") as handle:
        handle.write(stamp)
    os.replace(file + ".new", file)


def python_is_ready():
    return read_stamp(VENV) == stamp_of(PYTHON_LOCK) and os.access(PYTHON, os.X_OK)


def npm_is_ready():
    return read_stamp(MODULES) == stamp_of(*NPM_INPUTS)


# ------------------------------------------------------------------------------------------------ installations


def install_python_packages(python):
    caches = {"PIP_CACHE_DIR": os.path.join(CACHE, "pip"), "UV_CACHE_DIR": os.path.join(CACHE, "uv")}
    settings = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "UV_NATIVE_TLS": "1",  # trust what the system trusts, as pip does
        "UV_NO_PROGRESS": "1",
        "VIRTUAL_ENV": VENV,
    }
    environment = dict(os.environ, **caches, **settings)
    environment.pop("PYTHONHOME", None)
    environment.pop("PYTHONPATH", None)

    complete_before = read_stamp(VENV) is not None and os.access(PYTHON, os.X_OK)
    forget_stamp(VENV)
    if not complete_before:
        shutil.rmtree(VENV, ignore_errors=True)
        run("making .venv", [python, "-m", "venv", VENV], environment)
    if not os.path.exists(os.path.join(VENV, "bin", "uv")):
        first = os.path.join(CACHE, "requirements-uv.lock")
        with open(first, "w") as handle:
            handle.write(locked_entry("uv"))
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "30"]
        run("installing uv", pip + ["--require-hashes", "-r", first], environment)
    packages = sum(1 for line in open(PYTHON_LOCK) if "==" in line and not line.startswith((" ", "#")))
    sync = [os.path.join(VENV, "bin", "uv"), "pip", "sync", "--quiet", "--require-hashes", PYTHON_LOCK]
    run("installing Python packages (up to %d)" % packages, sync, environment)

    answer = subprocess.check_output([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    with open(os.path.join(answer.decode().strip(), "project_env.pth"), "w") as handle:
        handle.write(ENVIRONMENT_HOOK)
    write_stamp(VENV, stamp_of(PYTHON_LOCK))


def locked_entry(name):
    """The lines of one package in requirements.lock: its version and its hashes."""
    with open(PYTHON_LOCK) as handle:
        text = handle.read()
    entry = re.search(r"^%s==.*?(?=^\S|\Z)" % re.escape(name), text, re.M | re.S)
    if not entry:
        raise SetupError("requirements.lock has no entry for %s: restore it (git checkout requirements.lock)" % name)
    return "".join(line + "\n" for line in entry.group(0).splitlines() if not line.strip().startswith("#"))


def install_npm_packages():
    forget_stamp(MODULES)
    with open(NPM_INPUTS[1]) as handle:
        packages = len(json.load(handle)["packages"]) - 1
    environment = dict(os.environ, npm_config_cache=os.path.join(CACHE, "npm"))
    command = ["npm", "ci", "--no-progress", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    run("installing npm packages (up to %d)" % packages, command, environment)
    write_stamp(MODULES, stamp_of(*NPM_INPUTS))


def forget_stamp(folder):
    try:
        os.remove(os.path.join(folder, ".setup-stamp"))
    except OSError:
        pass


# ---------------------------------------------------------------------------------------------------- machinery


def run(label, command, environment):
    """Run a command with its output in the log and a line of progress on the terminal."""
    with Progress(label):
        answer = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    output = answer.stdout.decode(errors="replace")
    with open(LOG, "a") as handle:
        handle.write("$ %s\n%s\n" % (" ".join(command), output))
    if answer.returncode == 0:
        return
    if NETWORK_TROUBLE.search(output):
        raise SetupError(
            "no network: %s failed because the package registry cannot be reached; connect (or set HTTPS_PROXY) "
            "and run make again, it goes on where it stopped (details: .cache/setup.log)" % label
        )
    last = [line for line in output.splitlines() if line.strip()][-1:] or ["no message"]
    raise SetupError(
        "%s failed with exit code %d: %s (details: .cache/setup.log)" % (label, answer.returncode, last[0].strip())
    )


class Progress:
    """`label ... 3 s` on a terminal, counting; elsewhere one line at the start and one at the end."""

    def __init__(self, label):
        self.label = "set-up: %s" % label
        self.done = threading.Event()
        self.counter = threading.Thread(target=self.count, daemon=True)

    def __enter__(self):
        self.start = time.time()
        self.terminal = sys.stderr.isatty()
        print(self.label + " ...", end="" if self.terminal else "\n", file=sys.stderr, flush=True)
        if self.terminal:
            self.counter.start()

    def __exit__(self, kind, error, trace):
        self.done.set()
        if self.terminal:
            self.counter.join()
        if kind is None:
            text = "%s: %.1f s" % (self.label, time.time() - self.start)
            print(("\r%s    " if self.terminal else "%s") % text, file=sys.stderr, flush=True)

    def count(self):
        while not self.done.wait(0.5):
            print("\r%s ... %d s" % (self.label, time.time() - self.start), end="", file=sys.stderr, flush=True)


class OneAtATime:
    """A lock that ends with the process that holds it."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        self.handle = open(self.file, "w")
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with Progress("waiting for another set-up of this folder"):
                fcntl.flock(self.handle, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.handle.close()


if __name__ == "__main__":
    sys.exit(main())
