"""What the checks of the real program share: processes, pages, and the comparison with the truth."""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

STATUSES = ["succeeded", "failed", "stopped", "partial-succeeded"]

started = []
failures = []


def expect(is_right, message):
    """Notes a failure, and goes on."""
    if not is_right:
        failures.append(message)
        print("  WRONG:", message, flush=True)


def start(*command, log, before=None):
    """Starts a program whose output goes to the end of a file; `before` runs in it first."""
    with open(log, "a") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, preexec_fn=before)
    started.append(process)
    return process


def end(process, seconds=10):
    """Sends SIGTERM and waits; gives the code that the process ended with."""
    if process in started:
        started.remove(process)
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


@contextlib.contextmanager
def scratch():
    """A folder that goes away in the end, and with it all that was started."""
    folder = tempfile.mkdtemp(prefix="dify-exporter-")
    try:
        yield folder
    finally:
        for process in list(started):
            code = end(process)
            expect(code == 0, f"{os.path.basename(process.args[0])} ended with {code} after SIGTERM")
        shutil.rmtree(folder)


def finish(done):
    """Ends the script with a line that says how it went."""
    print(f"{max(0, done - len(failures))} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def get(url, timeout=30):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def post(url):
    with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=30) as answer:
        return answer.read().decode()


def wait_value(what, attempt, seconds=60):
    """Repeats `attempt` until it gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if value := attempt():
                return value
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.2)
    gone = [f"{os.path.basename(process.args[0])} has ended with {process.poll()}"
            for process in started if process.poll() is not None]
    raise SystemExit("; ".join([f"waited {seconds} s in vain for {what}", *gone]))


def wait_for(what, attempt, seconds=60):
    """Gives how many seconds it took until `attempt` was true."""
    began = time.monotonic()
    wait_value(what, attempt, seconds)
    return time.monotonic() - began


def write_config(path, simulator, count, **settings):
    """A configuration for the apps that `simulate --rate` has, as many as `count`."""
    apps = [{"name": f"app-{number}", "api_key": f"app-simulated-{number}"} for number in range(1, count + 1)]
    with open(path, "w") as file:
        json.dump({"base_url": f"http://{simulator}/v1", "request_timeout": "2s", "requests_per_second": 30,
                   "requests_in_flight": 4, "apps": apps} | settings, file)


def parsed(page):
    """The samples of a page, by name and labels."""
    values = {}
    for line in page.splitlines():
        match = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
        if match and not line.startswith("#"):
            values[match[1], match[2] or ""] = float(match[3])
    return values


def samples(exporter):
    return parsed(get(f"http://{exporter}/metrics"))


def truth(simulator):
    return json.loads(get(f"http://{simulator}/simulator/truth"))


def differences(exporter, simulator):
    """A sentence for each number of an exporter that is not the truth."""
    return compared(samples(exporter), truth(simulator))


def compared(values, facts_of_apps):
    """A sentence for each of the values that is not the truth."""
    wrong = []

    def compare(name, labels, expected):
        found = values.get((name, labels))
        if found is None or abs(found - expected) > 1e-9 * max(1, abs(expected)):
            wrong.append(f"{name}{{{labels}}} is {found}, and the truth {expected}")

    for app, facts in facts_of_apps.items():
        compare("dify_workflow_consecutive_failures", f'app="{app}"', facts["consecutive_failures"])
        if facts["unfinished"]:
            wrong.append(f"{app} still has unfinished runs")
        for status in STATUSES:
            labels = f'app="{app}",status="{status}"'
            compare("dify_workflow_runs_total", labels, facts["runs"].get(status, 0))
            compare("dify_workflow_tokens_total", labels, facts["tokens"].get(status, 0))
            compare("dify_workflow_steps_total", labels, facts["steps"].get(status, 0))
            # A status that no run has had has no histogram.
            if facts["runs"].get(status, 0) or ("dify_workflow_run_duration_seconds_count", labels) in values:
                compare("dify_workflow_run_duration_seconds_count", labels, facts["runs"].get(status, 0))
                compare("dify_workflow_run_duration_seconds_sum", labels, facts["elapsed_seconds"].get(status, 0))
        compare("dify_workflow_exceptions_total", f'app="{app}"', facts["exceptions"])
        compare("dify_workflow_runs_with_exceptions_total", f'app="{app}"', facts["runs_with_exceptions"])
    return wrong


def finished_runs(exporter):
    return sum(value for (name, _), value in samples(exporter).items() if name == "dify_workflow_runs_total")


def true_runs(simulator):
    return sum(sum(facts["runs"].values()) for facts in truth(simulator).values())


class StepWatch:
    """Looks whether a counter of runs ever falls, over restarts too."""

    COUNTERS = re.compile(r"dify_workflow_\w+_(total|bucket|count|sum)$")

    def __init__(self):
        self.highest = {}
        # What the latest page had.
        self.latest = {}
        self.scrapes = 0
        self.steps_back = 0

    def look(self, exporter):
        """False where nobody answered."""
        try:
            page = get(f"http://{exporter}/metrics", timeout=2)
        except (OSError, http.client.HTTPException):
            return False
        self.scrapes += 1
        self.latest = parsed(page)
        for key, value in self.latest.items():
            if not self.COUNTERS.match(key[0]):
                continue
            if value < self.highest.get(key, 0):
                self.steps_back += 1
                expect(False, f"{key[0]}{{{key[1]}}} fell from {self.highest[key]} to {value}")
            self.highest[key] = value
        return True


def free_port():
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(pid, field):
    """Kilobytes of a field of /proc/PID/status, such as VmHWM, VmRSS or RssAnon; None once the process has ended."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith(field + ":")), None)
    except OSError:
        return None


def processor_seconds(pid):
    """User and system time of a process so far; None once it has ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(pid):
    """How many descriptors a process has open; None once it has ended."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return None
