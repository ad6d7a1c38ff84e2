"""systemd: the unit judged by systemd, and run by one

A systemd of its own runs as process 1 of a container on this machine's /usr, and starts the real unit with all of its
restrictions; the configuration is the example's, but for the address.
"""
import os
import re
import shutil
import tempfile

from harness import get, samples, scratch, start, wait_for

from . import UNIT, UNIT_CONFIG, check, check_run, read, run, wait_logged
from .machine import Machine

EXPORTER = "127.0.0.1:13547"
SIMULATOR = "127.0.0.1:13548"
EXPOSURE = 1.5


def check_all(program):
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as folder:
        unit = f"{folder}/{os.path.basename(UNIT)}"
        with open(unit, "w") as file:
            file.write(read(UNIT).replace("/usr/bin/dify-exporter", program))
        verdict = run("systemd-analyze", "verify", unit)
        check("systemd-analyze verify has nothing to say", verdict.returncode == 0 and not verdict.stderr, verdict.stderr)
        judged = check_run("systemd-analyze security judges it", "systemd-analyze", "security", "--offline=true",
                           "--no-pager", unit)
        level = float(re.search(r"exposure level for \S+ (\d+\.\d+)", judged)[1])
        check(f"exposure {level}, of at most {EXPOSURE}", level <= EXPOSURE)
    with scratch() as folder:
        start(program, "simulate", f"--listen={SIMULATOR}", "--apps=1", "--rate=20", "--history=10s",
              log=f"{folder}/simulate.log")
        wait_for("the simulator", lambda: get(f"http://{SIMULATOR}/health"))
        machine = booted(folder, program)
        try:
            try_unit(machine)
        finally:
            machine.power_off()


def booted(folder, program):
    """A machine whose only task is the unit, on this machine's /usr."""
    root, upper = f"{folder}/root", f"{folder}/upper"
    keys = f"{root}/etc/dify-exporter/keys"
    overrides = f"{root}/etc/systemd/system/{os.path.basename(UNIT)}.d"
    for place in (keys, overrides, f"{root}/usr", f"{upper}/bin"):
        os.makedirs(place)
    for name in ("bin", "sbin", "lib", "lib64"):
        os.symlink(f"usr/{name}", f"{root}/{name}")
    shutil.copy(program, f"{upper}/bin/dify-exporter")
    shutil.copy(UNIT, f"{root}/etc/systemd/system")
    write(f"{root}/etc/machine-id", "0123456789abcdef0123456789abcdef\n")   # without one, units are enabled at random
    write(f"{overrides}/address.conf", f"[Service]\nEnvironment=DIFY_EXPORTER_WEB_LISTEN_ADDRESS={EXPORTER}\n")
    config = re.sub(r'"base_url": "[^"]+"', f'"poll_interval": "1s", "base_url": "http://{SIMULATOR}/v1"', read(UNIT_CONFIG))
    write(f"{root}/etc/dify-exporter/config.json", config)
    write(f"{keys}/support-bot", "app-simulated-1\n", mode=0o600)
    return Machine(root, f"{folder}/machine.log", "--resolv-conf=off", f"--overlay=/usr:{upper}:/usr",
                   "/lib/systemd/systemd", f"--unit={os.path.basename(UNIT)}")


def write(path, text, mode=0o644):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


def finished():
    return sum(value for (name, _), value in samples(EXPORTER).items() if name == "dify_workflow_runs_total")


def loaded():
    return samples(EXPORTER)["dify_exporter_config_last_reload_success_timestamp_seconds", ""]


def try_unit(machine):
    seconds = wait_logged("finished runs under systemd", lambda: finished() > 0, machine.log, seconds=30)
    check(f"under systemd it counts runs, {seconds:.1f} s after the boot began", True)
    pid = machine.shown("dify-exporter", "MainPID")["MainPID"]
    status = dict(line.split(":\t", 1) for line in machine.run("cat", f"/proc/{pid}/status").stdout.splitlines())
    facts = [int(status["CapBnd"], 16), int(status["CapEff"], 16), status["NoNewPrivs"], status["Seccomp"]]
    check("it has no capability, and a filter of system calls", facts == [0, 0, "1", "2"], str(facts))
    user = int(status["Uid"].split()[0])
    check(f"it has a user of its own, {user}", 61184 <= user <= 65519)

    before = loaded()
    machine.run("systemctl", "reload", "dify-exporter")
    wait_for("the configuration to be loaded again", lambda: loaded() > before, seconds=10)
    check("systemctl reload loads the configuration again", machine.shown("dify-exporter", "MainPID")["MainPID"] == pid)

    count = finished()
    machine.run("systemctl", "restart", "dify-exporter")
    wait_for("it to be back", lambda: machine.shown("dify-exporter", "MainPID")["MainPID"] != pid and finished() > 0, seconds=15)
    check("its numbers outlive a restart", finished() >= count, f"{finished()} after {count}")
    machine.run("systemctl", "stop", "dify-exporter")
    ended = machine.shown("dify-exporter", "ActiveState", "Result", "ExecMainStatus")
    check("it stops when told", ended == {"ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}, str(ended))
    journal = machine.run("journalctl", "--unit=dify-exporter", "--output=json", "_COMM=dify-exporter").stdout
    said = re.findall(r'"MESSAGE":"((?:[^"\\]|\\.)*)"', journal)
    strange = [line for line in said if not line.startswith("ts=")]
    check(f"its {len(said)} lines in the journal are its own, and no complaint of the runtime",
          said and not strange, "\n".join(strange))

    write(f"{machine.root}/etc/dify-exporter/config.json", "{}")
    machine.run("systemctl", "start", "dify-exporter")
    wait_for("it to give up", lambda: machine.shown("dify-exporter", "ActiveState") == {"ActiveState": "failed"}, seconds=15)
    failed = machine.shown("dify-exporter", "ExecMainStatus", "NRestarts")
    check("a wrong configuration is not tried again and again", failed == {"ExecMainStatus": "2", "NRestarts": "0"}, str(failed))
