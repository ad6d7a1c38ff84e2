"""Flags, variables, ports, versions: what stands in several places

All that deploy/ asks of the program is what the program's own help tells.
"""
import glob
import os
import re
import shlex

import yaml

from . import CHART, COMPOSE, DOCKERFILE, KUBERNETES, UNIT, check, read, run


def check_all(program):
    serve = run(program, "help", "serve").stdout
    variables = set(re.findall(r"Environment: (\w+)", serve))
    check("`help serve` tells variables", len(variables) > 5, serve)
    for path in files():
        used = set(re.findall(r"(?<!-D)\bDIFY_EXPORTER_[A-Z_]+\b", read(path)))
        if used:
            check(f"{path}: its variables are the program's", used <= variables, str(used - variables))
    for path, command in commands().items():
        name, *flags = command
        known = set(re.findall(r"^  (--[\w.-]+)=", run(program, "help", name).stdout, re.M))
        given = {flag.split("=")[0] for flag in flags}
        check(f"{path}: `{' '.join(command)}` is a command of the program", known and given <= known, str(given - known))

    port = re.search(r"default\s+127\.0\.0\.1:(\d+)", serve)[1]
    for path in files():
        found = set(re.findall(r"\b13\d{3}\b", read(path)))
        if found:
            check(f"{path}: port {port}", found == {port}, str(found))
    version = re.search(r"\d+\.\d+\.\d+", run(program, "--version").stdout)[0]
    for path in (DOCKERFILE, f"{COMPOSE}/compose.yml", f"{KUBERNETES}/base/kustomization.yaml", f"{CHART}/Chart.yaml"):
        check(f"{path}: version {version}", version in read(path))


def files():
    return sorted(path for path in glob.glob("deploy/**", recursive=True)
                  if os.path.isfile(path) and re.search(r"(Dockerfile|\.ya?ml|\.service)$", path) and "/tests/" not in path)


def commands():
    """The command lines of the program, by the file that they stand in."""
    compose = {name: yaml.safe_load(read(f"{COMPOSE}/{name}"))["services"]["exporter"]["command"]
               for name in ("compose.yml", "own.yml")}
    manifests = yaml.safe_load_all(read(f"{KUBERNETES}/base/manifests.yaml"))
    pod = next(each for each in manifests if each["kind"] == "StatefulSet")["spec"]["template"]["spec"]
    dockerfile = read(DOCKERFILE)
    test = f"{CHART}/templates/tests/healthy.yaml"
    return {f"{COMPOSE}/{name}": command for name, command in compose.items()} | {
        f"{KUBERNETES}/base/manifests.yaml": pod["containers"][0]["args"],
        test: re.findall(r"^        - (healthcheck|--[\w.-]+)", read(test), re.M),
        f"{DOCKERFILE} CMD": yaml.safe_load(re.search(r"^CMD (.*)", dockerfile, re.M)[1]),
        f"{DOCKERFILE} HEALTHCHECK": yaml.safe_load(re.search(r"HEALTHCHECK .* CMD (.*)", dockerfile)[1])[1:],
        UNIT: shlex.split(re.search(r"^ExecStart=(.*)", read(UNIT), re.M)[1])[1:],
    }
