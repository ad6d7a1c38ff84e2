"""The manual page, made of what the program's own help says."""
import datetime
import re

from . import NAME, SUMMARY, output


def page(program, version):
    overview = output(program, "help")
    commands = re.findall(r"(?m)^  ([a-z][a-z ]*?)(?:  .*)?$", overview)
    day = datetime.datetime.fromtimestamp(version.moment, datetime.UTC).strftime("%Y-%m-%d")
    lines = [f'.TH {NAME.upper()} 1 "{day}" "{NAME} {version.number}" "User Commands"',
             ".SH NAME", f"{roff(NAME)} \\- {roff(SUMMARY)}",
             ".SH SYNOPSIS", f".B {roff(NAME)}", "[COMMAND] [FLAGS]",
             ".SH DESCRIPTION",
             "Reads the workflow logs of Dify apps, and counts each finished run exactly once, for Prometheus.",
             "Each flag has an environment variable; a flag beats its variable.",
             ".SH COMMANDS"]
    for name in commands:
        lines += command(output(program, "help", *name.split()))
    lines += [".SH EXIT STATUS", "0 when all is well, 1 when something failed, and 2 for a wrong flag or configuration.",
              ".SH FILES", ".TP", f".I /etc/{NAME}/config.json", "The configuration of the service.",
              ".TP", f".I /etc/{NAME}/keys", "A key for each app, one a file.",
              ".TP", f".I /usr/share/{NAME}", "Dashboards for Grafana, and rules for Prometheus."]
    return "\n".join(lines) + "\n"


def command(text):
    """A section of what `help COMMAND` says: its title, then flags with what stands indented below them."""
    title, *rest = text.strip().splitlines()
    name, summary = title.removeprefix(f"{NAME} ").split(": ", 1)
    lines = [f".SS {roff(name)}", roff(summary)]
    for line in rest:
        if flag := re.match(r"  (--\S+)$", line):
            lines += [".TP", f".B {roff(flag[1])}"]
        elif line.startswith("      "):
            lines += ([".br"] if line.strip().startswith("Environment: ") else []) + [roff(line.strip())]
        elif line.startswith("Usage: "):
            lines += [".P", f".B {roff(line.removeprefix('Usage: '))}"]
        elif line:
            lines += ([".P"] if not lines[-1].startswith("\\&") else []) + [f"\\&{roff(line)}"]
    return lines


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
