"""What the checks of deploy/ share."""
import os
import re
import subprocess
import sys

import harness

KUBERNETES = "deploy/kubernetes"
CHART = "deploy/helm/dify-exporter"
COMPOSE = "deploy/compose"
PROMETHEUS = "deploy/prometheus"
DOCKERFILE = "deploy/docker/Dockerfile"
UNIT = "deploy/systemd/dify-exporter.service"
UNIT_CONFIG = "deploy/systemd/config.json"

done = 0


def check(what, is_right, message=""):
    """One line for one fact."""
    global done
    done += 1
    harness.expect(is_right, f"{what}: {message}")
    if is_right:
        print(f"  {what}", flush=True)
    return is_right


def finish():
    harness.finish(done)


def run(*command, seconds=120, **settings):
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds, **settings)


def tool(name):
    """A program of the Python that runs this."""
    return os.path.join(os.path.dirname(sys.executable), name)


def check_run(what, *command, **settings):
    """Gives what the command printed, if it went well."""
    result = run(*command, **settings)
    check(what, result.returncode == 0, (result.stdout + result.stderr)[-1000:])
    return result.stdout


def read(path):
    with open(path) as file:
        return file.read()


def wait_logged(what, attempt, log, seconds=60):
    """As `wait_for`, but what waited in vain shows the end of a log."""
    try:
        return harness.wait_for(what, attempt, seconds)
    except SystemExit:
        print(read(log)[-3000:], flush=True)
        raise


def image_variables():
    """What the image sets of the program's variables."""
    return dict(re.findall(r"(?<!-D)\b(DIFY_EXPORTER_\w+)=(\S+)", read(DOCKERFILE)))
