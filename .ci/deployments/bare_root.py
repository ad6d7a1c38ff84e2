"""From nothing to a scraped /metrics: by the Debian package under a systemd, and by the tarball

Both begin in a root that debootstrap made, with what the smallest Debian has; commands are timed.
"""
import os
import shutil
import time

import harness
from harness import get, start, wait_for

from . import check, check_run, run, wait_logged
from .machine import Machine
from .release_files import only

EXPORTER = "127.0.0.1:13439"
SIMULATOR = "127.0.0.1:13548"
KEY = "app-simulated-1"
# What brings packages may take this long, in seconds.
DOWNLOADS = 900


def check_all(program, folder, scratch):
    print(__doc__.splitlines()[0], flush=True)
    # In a namespace, so that no mount of its own outlives it.
    check_run("debootstrap makes a bare root", "unshare", "--mount", "--fork", "--kill-child", "debootstrap",
              "--variant=minbase", "bookworm", f"{scratch}/tarball", seconds=DOWNLOADS)
    shutil.copy("/etc/resolv.conf", f"{scratch}/tarball/etc/resolv.conf")
    check_run("... and a second", "cp", "--archive", f"{scratch}/tarball", f"{scratch}/package")
    start(program, "simulate", f"--listen={SIMULATOR}", "--apps=1", "--rate=20", "--history=10s",
          log=f"{scratch}/simulate.log")
    wait_for("the simulator", lambda: get(f"http://{SIMULATOR}/health"))
    try_tarball(f"{scratch}/tarball", only(folder, "*-linux-*.tar.gz"), f"{scratch}/tarball.log")
    try_package(f"{scratch}/package", only(folder, "*.deb"), f"{scratch}/machine.log")


class Steps:
    """Commands in a root, each with the time it takes."""

    def __init__(self, what, enter):
        self.what, self.enter, self.seconds = what, enter, 0.0

    def run(self, command):
        began = time.monotonic()
        result = self.enter("sh", "-c", command)
        self.note(command, time.monotonic() - began, result.returncode == 0, (result.stdout + result.stderr)[-1500:])

    def note(self, command, seconds, is_right=True, message=""):
        self.seconds += seconds
        check(f"{self.what}: {seconds:5.1f} s  {command}", is_right, message)


def has_runs():
    return "dify_workflow_runs_total{" in get(f"http://{EXPORTER}/metrics")


def entering(root, *variables):
    """A command line that runs what follows in a root, with /proc and these variables, as the same process."""
    return ["unshare", "--mount", "sh", "-c", 'mount -t proc proc "$0/proc" && exec chroot "$0" env -i "$@"', root,
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *variables]


def in_root(root):
    return lambda *command: run(*entering(root, "DEBIAN_FRONTEND=noninteractive"), *command, seconds=DOWNLOADS)


def try_tarball(root, tarball, log):
    steps = Steps("by the tarball", in_root(root))
    shutil.copy(tarball, f"{root}/srv")
    name = os.path.basename(tarball)
    steps.run("apt-get update -qq && apt-get install -y -qq --no-install-recommends libcurl4 ca-certificates")
    steps.run(f"cd /srv && tar -xzf {name}")
    program = f"/srv/{name.removesuffix('.tar.gz')}/dify-exporter"
    process = start(*entering(root, f"DIFY_API_KEY={KEY}", f"DIFY_API_BASE_URL=http://{SIMULATOR}/v1"), program,
                    "--storage.path=/srv/data", log=log)
    steps.note(f"DIFY_API_KEY=… DIFY_API_BASE_URL=… {program}; until /metrics has runs",
               wait_logged("finished runs by the tarball", has_runs, log, seconds=180))
    check(f"by the tarball: from nothing to /metrics with runs in {steps.seconds:.1f} s", True)
    code = harness.end(process)
    check("by the tarball: it leaves when told", code == 0, str(code))


def try_package(root, package, log):
    # What a machine has that is no container: a systemd. It is there before the clock starts.
    result = in_root(root)("sh", "-c", "apt-get update -qq && apt-get install -y -qq --no-install-recommends systemd")
    check("the bare root gets a systemd", result.returncode == 0, result.stderr[-1500:])
    shutil.copy(package, f"{root}/srv")
    machine = Machine(root, log, "--resolv-conf=off", "/lib/systemd/systemd")
    try:
        wait_logged("the machine to run", lambda: machine.run("systemctl", "is-system-running").stdout.strip()
                    in ("running", "degraded"), log)
        try_service(Steps("by the package", machine.run), machine, os.path.basename(package), log)
    finally:
        machine.power_off()


def try_service(steps, machine, package, log):
    enter = machine.run
    steps.run(f"DEBIAN_FRONTEND=noninteractive apt-get install -y -qq /srv/{package}")
    facts = machine.shown("dify-exporter", "LoadState", "ActiveState", "UnitFileState")
    check("by the package: the unit is there, and waits for a key",
          facts == {"LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "disabled"}, str(facts))
    modes = enter("stat", "--format=%a %U", "/etc/dify-exporter/keys", "/etc/dify-exporter/config.json").stdout.splitlines()
    check("by the package: only root looks at keys", modes == ["700 root", "644 root"], str(modes))
    steps.run(f"umask 077 && echo {KEY} > /etc/dify-exporter/keys/support-bot")
    steps.run(f"sed -i 's|https://api.dify.ai|http://{SIMULATOR}|' /etc/dify-exporter/config.json")
    steps.run("systemctl enable --now dify-exporter")
    steps.note("until /metrics has runs", wait_logged("finished runs by the package", has_runs, log, seconds=180))
    check(f"by the package: from nothing to /metrics with runs in {steps.seconds:.1f} s", True)

    pid = machine.shown("dify-exporter", "MainPID")["MainPID"]
    steps.run(f"DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --reinstall /srv/{package}")
    again = machine.shown("dify-exporter", "MainPID", "ActiveState")
    check("by the package: an upgrade goes on with the new program",
          again["ActiveState"] == "active" and again["MainPID"] not in ("0", pid), str(again))
    kept = enter("sh", "-c", f"cat /etc/dify-exporter/keys/support-bot; grep -c {SIMULATOR} /etc/dify-exporter/config.json")
    check("by the package: an upgrade leaves keys and configuration alone", kept.stdout.split() == [KEY, "1"], kept.stdout)

    steps.run("apt-get remove -y -qq dify-exporter")
    kept = enter("sh", "-c", "ls /etc/dify-exporter/keys/support-bot /var/lib/private/dify-exporter/*")
    check("by the package: removed, it leaves keys and numbers", kept.returncode == 0 and ".checkpoint" in kept.stdout,
          kept.stdout + kept.stderr)
    gone = machine.shown("dify-exporter", "ActiveState")
    check("by the package: removed, it runs no more", gone == {"ActiveState": "inactive"}, str(gone))
    steps.run("apt-get purge -y -qq dify-exporter")
    found = enter("sh", "-c", "find / -xdev -path /proc -prune -o -name '*dify-exporter*' -print | grep -v ^/srv/; true")
    check("by the package: purged, nothing is left", not found.stdout.strip(), found.stdout)
