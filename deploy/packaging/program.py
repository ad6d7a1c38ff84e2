"""Builds the program as it is released: static, stripped, and with no trace of the folder that it was built in."""
import os
import platform
import shutil
import stat

from . import DEBIAN_ARCHITECTURES, NAME, ROOT, Refusal, output

# The folder that stands in the program where the folder of the sources would.
SOURCES = f"/usr/src/{NAME}"


def architecture():
    """That of this machine: a Swift toolchain has the runtime of its own architecture only."""
    machine = platform.machine()
    if machine not in DEBIAN_ARCHITECTURES:
        raise Refusal(f"releases are made for {' and '.join(DEBIAN_ARCHITECTURES)}, and this machine is {machine}")
    return machine


def check_out(revision, folder):
    """The sources of a commit, and nothing else, in a folder that is not there yet."""
    output("git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, folder)
    output("git", "checkout", "--quiet", "--detach", revision, cwd=folder)


def build(revision, folder, target):
    """Builds what `check_out` laid out; writes the program to `target`, and gives the linker's map."""
    link_map = os.path.join(folder, ".build", "link.map")
    output("swift", "build", "--configuration", "release", "--static-swift-stdlib", "--product", NAME,
           "-Xcc", f"-DDIFY_EXPORTER_REVISION={revision[:8]}",
           "-Xcc", f"-ffile-prefix-map={folder}={SOURCES}",
           "-Xswiftc", "-file-prefix-map", "-Xswiftc", f"{folder}={SOURCES}",
           # The compiler keeps a hash of each file's code, with the folder in it, in the program; and so it does with debug
           # information, of which the linker's build id is made.
           "-Xswiftc", "-Xfrontend", "-Xswiftc", "-disable-incremental-llvm-codegen", "-Xswiftc", "-gnone",
           "-Xlinker", f"--build-id=0x{revision}",
           "-Xlinker", "-z", "-Xlinker", "now", "-Xlinker", f"-Map={link_map}", cwd=folder)
    built = output("swift", "build", "--configuration", "release", "--show-bin-path", cwd=folder).strip()
    shutil.copy(os.path.join(built, NAME), target)
    output("strip", "--strip-all", "--remove-section=.comment", target)
    os.chmod(target, stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    with open(link_map, errors="replace") as file:
        return file.read()
