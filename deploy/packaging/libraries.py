"""The C libraries and the parts of the Swift toolchain that a program uses, as the program itself tells."""
import os
import re
from dataclasses import dataclass

from . import Refusal, output


@dataclass(frozen=True)
class Library:
    """A C library of the system."""

    name: str
    sonames: tuple
    # As a dependency of a Debian package says it.
    debian: str
    licence: str
    supplier: str
    # What for, and what becomes of it where the library is missing.
    purpose: str
    is_needed: bool = True


# What the program opens while it runs.
OPENED = [
    Library("libcurl", ("libcurl.so.4", "libcurl-gnutls.so.4"), "libcurl4 | libcurl3-gnutls", "curl",
            "The curl project", "Requests to Dify; without it no command that asks Dify works."),
    Library("zlib", ("libz.so.1",), "zlib1g", "Zlib", "Jean-loup Gailly and Mark Adler",
            "Compresses answers; without it they are sent as they are.", is_needed=False),
    Library("OpenSSL", ("libssl.so.3", "libcrypto.so.3"), "libssl3", "Apache-2.0", "The OpenSSL project",
            "TLS of the endpoint; without it the endpoint has none.", is_needed=False),
    Library("libxcrypt", ("libcrypt.so.1", "libcrypt.so.2"), "libcrypt1", "LGPL-2.1-or-later", "The libxcrypt project",
            "Passwords of the endpoint; without it the endpoint has none.", is_needed=False),
]

# What the system's loader brings before the program begins.
LOADED = [
    Library("glibc", ("libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"), "libc6",
            "LGPL-2.1-or-later", "The GNU project", "The C library."),
    Library("libgcc", ("libgcc_s.so.1",), "libgcc-s1", "GPL-3.0-or-later WITH GCC-exception-3.1", "The GNU project",
            "Unwinds the stack."),
    Library("libstdc++", ("libstdc++.so.6",), "libstdc++6 (>= 12)", "GPL-3.0-or-later WITH GCC-exception-3.1",
            "The GNU project", "The C++ library, which the Swift runtime uses."),
]


@dataclass(frozen=True)
class Part:
    """What a program has linked in, of which files of the toolchain or the system."""

    name: str
    description: str
    licence: str
    supplier: str
    files: tuple
    # Whether the version is that of the Swift toolchain.
    is_swift: bool = True


SWIFT_LICENCE = "Apache-2.0 WITH Swift-exception"
SWIFT_PROJECT = "The Swift project"
PARTS = [
    Part("swift-standard-library", "The standard library and the runtime of Swift.", SWIFT_LICENCE, SWIFT_PROJECT,
         (r"libswift(Core|Glibc|SwiftOnoneSupport|_Builtin_float)\.a", r"swiftrt\.o")),
    Part("swift-concurrency", "Tasks and actors of Swift.", SWIFT_LICENCE, SWIFT_PROJECT,
         (r"libswift_Concurrency(Shims)?\.a",)),
    Part("swift-synchronization", "Atomics of Swift.", SWIFT_LICENCE, SWIFT_PROJECT, (r"libswiftSynchronization\.a",)),
    Part("swift-string-processing", "Regular expressions of Swift.", SWIFT_LICENCE, SWIFT_PROJECT,
         (r"libswift_(StringProcessing|RegexParser|RegexBuilder)\.a", r"libswiftRegexBuilder\.a")),
    Part("swift-corelibs-libdispatch", "Dispatch: queues, timers, signals.", SWIFT_LICENCE, SWIFT_PROJECT,
         (r"lib(swiftDispatch|dispatch|BlocksRuntime)\.a",)),
    Part("swift-foundation", "Foundation of Swift.", SWIFT_LICENCE, SWIFT_PROJECT,
         (r"lib(_)?(CF)?Foundation\w*\.a",)),
    Part("swift-foundation-icu", "ICU, as Foundation has it.", "Unicode-3.0", SWIFT_PROJECT,
         (r"lib_FoundationICU\.a",)),
    Part("compiler-rt", "Arithmetic and start-up code of the compiler.", "Apache-2.0 WITH LLVM-exception", "The LLVM project",
         (r"libclang_rt\.[\w-]+\.a", r"clang_rt\.crt(begin|end)\w*\.o")),
    Part("glibc-startup", "The start-up code of the C library.", "LGPL-2.1-or-later", "The GNU project",
         (r"S?crt1\.o", r"crt[in]\.o", r"libc_nonshared\.a", r"libpthread_nonshared\.a"), is_swift=False),
    Part("libgcc-startup", "Start-up and unwinding code of GCC.", "GPL-3.0-or-later WITH GCC-exception-3.1",
         "The GNU project", (r"crt(begin|end)S?T?\.o", r"libgcc(_eh)?\.a"), is_swift=False),
]


def loaded(program):
    """The libraries that the program's header asks the loader for, each with the names that stand there."""
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", output("readelf", "--dynamic", "--wide", program))
    return known(LOADED, needed, "is loaded")


def opened(sources):
    """The libraries that the sources below a folder name for dlopen, each with these names.

    They are read there and not in the program, where the compiler may keep a short text within an instruction.
    """
    names = set()
    for place, _, files in os.walk(sources):
        for name in files:
            if name.endswith((".c", ".h", ".swift")):
                with open(os.path.join(place, name)) as file:
                    names.update(re.findall(r'"(lib[\w+-]+\.so\.\d+)"', file.read()))
    return known(OPENED, names, "is opened")


def needed_glibc(program):
    """The version of the C library that the newest symbol asks for, such as 2.35."""
    asked = re.findall(r"\(GLIBC_([\d.]+)\)", output("objdump", "--dynamic-syms", program))
    return max(asked, key=lambda number: [int(part) for part in number.split(".")])


def known(libraries, names, what):
    """Those of a table that are named; each name has to be in the table."""
    in_table = {name for library in libraries for name in library.sonames}
    if strange := set(names) - in_table:
        raise Refusal(f"{', '.join(sorted(strange))} {what} by the program, and {__file__} does not know it: add it there")
    found = {library: [name for name in library.sonames if name in names] for library in libraries}
    return {library: its_names for library, its_names in found.items() if its_names}


def linked(link_map, sources):
    """The parts that the linker took into the program, each with the files it came from.

    `sources` is the folder of the program's own code, whose objects are not counted.
    """
    taken = {}
    for path in sorted(linked_files(link_map)):
        if path.startswith(sources) and not path.endswith(".a"):
            continue
        name = os.path.basename(path)
        part = next((part for part in PARTS if any(re.fullmatch(pattern, name) for pattern in part.files)), None)
        if part is None:
            raise Refusal(f"{path} is linked into the program, and {__file__} does not know it: add it there")
        taken.setdefault(part, []).append(name)
    return taken


def linked_files(link_map):
    """Archives and objects that gave a section of more than no bytes to the program, by the linker's map."""
    text = link_map.split("\nMemory map\n", 1)
    if len(text) != 2:
        raise Refusal("the linker's map has no 'Memory map': it is read as gold writes it")
    return {match[1] for match in re.finditer(r"0x[0-9a-f]+ +0x0*[1-9a-f][0-9a-f]* (/\S+?\.[ao])(?:\(.*\))?$", text[1], re.M)}
