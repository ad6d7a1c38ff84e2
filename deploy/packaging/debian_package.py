"""The Debian package: program, unit, configuration, dashboards and rules.

Made by dpkg-deb, without debhelper. What it depends on is what the program loads and opens.
"""
import gzip
import hashlib
import os
import re
import tempfile
import textwrap

from . import DEBIAN_ARCHITECTURES, NAME, SUMMARY, libraries, output, read

DESCRIPTION = """\
Dify runs LLM workflows, and has no Prometheus endpoint. dify-exporter reads the workflow logs of many Dify apps and \
counts each finished run exactly once: by status, tokens, steps, duration, exceptions and failure reason. Prometheus \
scrapes the result.
The package has a hardened systemd unit, which is started once there is a key for it, and dashboards and rules below \
/usr/share/dify-exporter."""


def build(path, version, machine, program, opened, files, maintainer):
    """Writes the package. `files` are (path, bytes, mode) below /; the maintainer is a name and an address."""
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as root:
        os.chmod(root, 0o755)
        documents = f"usr/share/doc/{NAME}"
        for name, data, mode in [
                *files,
                (f"{documents}/copyright", read("deploy/packaging/debian/copyright").encode(), 0o644),
                (f"{documents}/changelog.gz", compressed(changelog(version, maintainer)), 0o644)]:
            write(f"{root}/{name}", data, mode)
        sums = "".join(f"{hashlib.md5(data).hexdigest()}  {name}\n" for name, data in sorted(contents(root)))
        size = sum(-(-len(data) // 1024) for _, data in contents(root))
        write(f"{root}/DEBIAN/md5sums", sums.encode(), 0o644)
        configuration = [name for name, _ in contents(root) if name.startswith("etc/")]
        write(f"{root}/DEBIAN/conffiles", "".join(f"/{name}\n" for name in sorted(configuration)).encode(), 0o644)
        write(f"{root}/DEBIAN/control", control(version, machine, program, opened, size, maintainer).encode(), 0o644)
        for script in ("postinst", "prerm", "postrm"):
            write(f"{root}/DEBIAN/{script}", read(f"deploy/packaging/debian/{script}").encode(), 0o755)
        output("env", f"SOURCE_DATE_EPOCH={version.moment}", "dpkg-deb", "--root-owner-group", "-Zxz",
               "--threads-max=1", "--build", root, path)


def write(path, data, mode):
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def contents(root):
    for place, folders, names in os.walk(root):
        if "DEBIAN" in folders:
            folders.remove("DEBIAN")
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                yield os.path.relpath(path, root), file.read()


def compressed(text):
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def control(version, machine, program, opened, size, maintainer):
    loaded = libraries.loaded(program)
    depends = [each.debian for each in [*loaded, *opened] if each.is_needed and each.debian != "libc6"]
    depends.append(f"libc6 (>= {libraries.needed_glibc(program)})")
    recommends = ["ca-certificates"] + [each.debian for each in opened if not each.is_needed]
    paragraphs = [textwrap.fill(line, 78, initial_indent=" ", subsequent_indent=" ") for line in DESCRIPTION.splitlines()]
    return "\n".join([
        f"Package: {NAME}",
        f"Version: {version.text}",
        f"Architecture: {DEBIAN_ARCHITECTURES[machine]}",
        f"Maintainer: {maintainer}",
        f"Installed-Size: {size}",
        f"Depends: {', '.join(sorted(depends))}",
        f"Recommends: {', '.join(sorted(recommends))}",
        "Section: net",
        "Priority: optional",
        f"Description: {SUMMARY}",
        "\n .\n".join(paragraphs),
        ""])


def changelog(version, maintainer):
    """Debian's changelog: this version alone, with what the project's own says of it."""
    said = section(read(".github/CHANGELOG.md"), version)
    date = output("date", "--utc", "--rfc-email", f"--date=@{version.moment}", ).strip()
    lines = [textwrap.fill(line, 78, initial_indent="  * ", subsequent_indent="    ") for line in said]
    return f"{NAME} ({version.text}) unstable; urgency=medium\n\n" + "\n".join(lines) + f"\n\n -- {maintainer}  {date}\n"


def section(text, version):
    """The entries of a version, or those of the unreleased one for a snapshot; one line each."""
    title = "Unreleased" if version.text != version.number else version.number
    found = re.search(rf"^## {re.escape(title)}\b[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    entries = re.sub(r"\n  +", " ", found[1] if found else "")
    entries = [re.sub(r"^- ", "", line) for line in entries.splitlines() if line.strip() and not line.startswith("#")]
    return entries or ["No change that an operator notices."]
