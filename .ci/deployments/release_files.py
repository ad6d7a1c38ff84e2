"""The files of a release: made, refused, and each what it says it is"""
import glob
import hashlib
import json
import os
import re
import sys
import tarfile
import tempfile
import time

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from . import check, check_run, read, run, tool

sys.path.insert(0, "deploy")
from packaging import Refusal, archive, libraries, version

# Tags of a commit, the version in its source, and what is said to that; None where all agree.
TAGS = [
    (["v1.2.3"], "1.2.3", None),
    ([], "1.2.3", "has no tags"),
    (["v1.2.3", "v1.2.4"], "1.2.3", "has 2 tags"),
    (["v1.2"], "1.2.3", "is no version"),
    (["v1.2.4"], "1.2.3", "the tag is v1.2.4"),
    (["v1.2.2"], "1.2.2", "has no section '## 1.2.2'"),
]
# The newest versions of symbols that the program may ask for: those of Debian 12 and Ubuntu 22.04.
OLDEST = {"GLIBC": (2, 35), "GLIBCXX": (3, 4, 30)}
CHANGELOG = "# Changelog\n\n## Unreleased\n\n## 1.2.3\n\n- First.\n"


def check_refusals():
    print("Refusals: what is no release", flush=True)
    for tags, number, message in TAGS:
        what = f"tags {tags} and version {number}: {message or 'a release'}"
        check(what, refused(lambda: version.check(tags, number, CHANGELOG), message))
    check("a library that nobody described is refused",
          refused(lambda: libraries.known(libraries.OPENED, ["libnew.so.1"], "is opened"), "libnew.so.1 is opened"))
    link_map = "\nMemory map\n\n .text 0x00000010 0x20 {}(a.o)\n .text 0x00000030 0x0 /lib/libnone.a(b.o)\n"
    check("a part that nobody described is refused",
          refused(lambda: libraries.linked(link_map.format("/lib/libnew.a"), "/src"), "/lib/libnew.a is linked"))
    known = libraries.linked(link_map.format("/lib/libswiftCore.a"), "/src")
    check("a part is known by its file, and counts if it gave bytes", [part.name for part in known] == ["swift-standard-library"])
    check("another linker's map is refused", refused(lambda: libraries.linked("", "/src"), "no 'Memory map'"))
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as folder:
        files = [("a/b", b"1", 0o644), ("c", b"2", 0o755)]
        archive.tar_gz(f"{folder}/1", "top", files, 1_700_000_000)
        archive.tar_gz(f"{folder}/2", "top", files[::-1], 1_700_000_000)
        check("an archive does not depend on the order of its files", content(f"{folder}/1") == content(f"{folder}/2"))
        result = run("deploy/release", "--snapshot", folder)
        check("a folder that is there is refused", result.returncode == 1 and "is there already" in result.stderr, result.stderr)


def refused(attempt, message):
    """Whether an attempt is refused with a text; without a text, whether it is not."""
    try:
        attempt()
        return message is None
    except Refusal as refusal:
        return message is not None and message in str(refusal)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def made(folder):
    began = time.monotonic()
    result = run("deploy/release", "--snapshot", folder, seconds=3600)
    if not check(f"deploy/release --snapshot, in {time.monotonic() - began:.0f} s", result.returncode == 0, result.stderr):
        raise SystemExit(1)
    check("two builds came to the same bits", "the same bits" in result.stdout, result.stdout)
    return folder


def only(folder, pattern):
    found = glob.glob(f"{folder}/{pattern}")
    assert len(found) == 1, f"{len(found)} of {pattern}"
    return found[0]


def check_files(folder):
    print("Files: each is what it says it is", flush=True)
    check_run("the checksums are right", "sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)
    listed = {line.split()[1] for line in read(f"{folder}/SHA256SUMS").splitlines()}
    check("every file has one", listed | {"SHA256SUMS"} == set(os.listdir(folder)))
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as scratch:
        with tarfile.open(only(folder, "*-linux-*.tar.gz")) as archived:
            members = archived.getmembers()
            archived.extractall(scratch, filter="data")
        check("the tarball is all root's, of one moment, in one folder and in order",
              all((member.uname, member.gname, member.uid, member.gid) == ("root", "root", 0, 0) for member in members)
              and len({member.mtime for member in members}) == 1 and len({member.name.split("/")[0] for member in members}) == 1)
        check_program(only(scratch, "*/dify-exporter"))
        check_bill(folder, only(scratch, "*/dify-exporter"))
        check("the tarball has the same bill of materials",
              content(only(scratch, "*/sbom.cdx.json")) == content(only(folder, "*.cdx.json")))
    check_run("Helm takes the chart", tool("helm"), "lint", "--strict", only(folder, "*-chart-*.tgz"))
    package = only(folder, "*.deb")
    depends = run("dpkg-deb", "--field", package, "Depends").stdout
    check("the package asks for the C library that the program asks for", "libc6 (>= 2.35)" in depends, depends)
    said = check_run("lintian has no warning", "lintian", "--allow-root", "--fail-on=error,warning", package)
    check("... and says nothing", not said, said)


def check_program(path):
    size = os.path.getsize(path)
    check(f"the program has {size >> 20} MiB, of at most 24", size < 24 << 20)
    check("it is stripped", ".symtab" not in run("readelf", "--sections", "--wide", path).stdout)
    text = content(path)
    own = [place for place in (os.getcwd(), tempfile.gettempdir() + "/dify-exporter") if place.encode() in text]
    check("no folder that it was built in is in it", not own, str(own))
    asked = re.findall(r"\((GLIBC(?:XX)?)_([\d.]+)\)", run("objdump", "--dynamic-syms", path).stdout)
    newest = {name: max((tuple(map(int, number.split("."))) for each, number in asked if each == name), default=())
              for name in OLDEST}
    check(f"it runs with glibc 2.35 and the libstdc++ of GCC 12, as README says: {newest}",
          asked and all(newest[name] <= OLDEST[name] for name in OLDEST))
    shown = check_run("it starts", path, "--version")
    commit = re.search(r"git\d+\.([0-9a-f]{8})", path)
    check("it names its commit", not commit or f"(revision {commit[1]}," in shown, shown)


def check_bill(folder, program):
    text = read(only(folder, "*.cdx.json"))
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    check("the bill of materials is valid CycloneDX 1.6", error is None, str(error))
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"libary"'))
    check("... which a mistake in it is not", wrong is not None)
    document = json.loads(text)
    own = document["metadata"]["component"]
    check("it is of this program", own["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(content(program)).hexdigest()}])
    uses = {}
    for component in document["components"]:
        facts = {each["name"].split(":")[1]: each["value"] for each in component["properties"]}
        uses.setdefault(facts["use"], {})[component["name"]] = facts["files"].split()
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "--dynamic", "--wide", program).stdout))
    check("it has all that the loader brings", needed == {name for names in uses["loaded at start"].values() for name in names})
    check("it has what is linked in", {"swift-standard-library", "swift-concurrency", "swift-corelibs-libdispatch"}
          <= set(uses["linked in"]), str(uses))
    check(f"it has what is opened at run time: {', '.join(sorted(uses['opened at run time']))}",
          {"libcurl", "zlib", "OpenSSL", "libxcrypt"} == set(uses["opened at run time"]), str(uses))
    text = content(program)
    check("what it names stands in the program, or is short enough for an instruction", all(
        name.encode() in text or len(name) <= 15 for names in uses["opened at run time"].values() for name in names))
