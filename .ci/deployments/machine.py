"""A systemd of its own, as process 1 of a container on a folder"""
from harness import end, start, wait_for

from . import run


class Machine:
    """Booted when made; it shares the network of this machine, so that it reaches 127.0.0.1."""

    def __init__(self, root, log, *flags):
        self.root, self.log = root, log
        self.process = start("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "--timezone=off",
                             f"--directory={root}", *flags, log=log)
        wait_for("the container", self.children)

    def children(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            return file.read().split()

    def run(self, *command):
        """Gives what a command in the machine came to."""
        return run("nsenter", f"--target={self.children()[0]}", "--all", *command, seconds=900)

    def shown(self, unit, *properties):
        text = self.run("systemctl", "show", unit, *[f"--property={name}" for name in properties]).stdout
        return dict(line.split("=", 1) for line in text.splitlines())

    def power_off(self):
        """The machine shuts down as machines do, and its container ends."""
        self.run("systemctl", "poweroff", "--no-wall")
        try:
            self.process.wait(timeout=20)
        finally:
            end(self.process)
