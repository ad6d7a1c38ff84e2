"""Makes the files of a release; `deploy/release` is the command."""
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = "dify-exporter"
SUMMARY = "Prometheus metrics for Dify workflows"
# What `uname -m` says, and what Debian says for it.
DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class Refusal(Exception):
    """Why there is no release, and what to do about it."""


def output(*command, cwd=ROOT):
    """What a program printed; a Refusal with its last lines if it failed."""
    try:
        result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        raise Refusal(f"{command[0]} is not installed") from None
    if result.returncode:
        said = (result.stdout + result.stderr).strip().splitlines()[-15:]
        raise Refusal("\n".join([f"{' '.join(command[:3])} failed with status {result.returncode}:", *said]))
    return result.stdout


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()
