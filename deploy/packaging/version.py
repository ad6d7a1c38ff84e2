"""Which version a commit is: its tag says so, and source and changelog agree."""
import re

from . import Refusal, output, read

BUILD_INFO = "Sources/Exporter/Exposition/BuildInfo.swift"
CHANGELOG = ".github/CHANGELOG.md"


class Version:
    """What is released: `number` is the program's, `text` also tells snapshots apart."""

    def __init__(self, number, text, revision, moment):
        self.number, self.text, self.revision, self.moment = number, text, revision, moment


def of_source():
    return re.search(r'static let version = "([^"]+)"', read(BUILD_INFO))[1]


def of_head(snapshot):
    """The version of the commit that is checked out; `moment` is its time, in seconds since 1970."""
    if changed := output("git", "status", "--porcelain").strip():
        raise Refusal(f"a release is made of what is committed; commit these, or take them away:\n{changed}")
    revision, moment = output("git", "log", "-1", "--format=%H %ct").split()
    number = of_source()
    if snapshot:
        day = output("git", "log", "-1", "--format=%cd", "--date=format-local:%Y%m%d").strip()
        return Version(number, f"{number}+git{day}.{revision[:8]}", revision, int(moment))
    tags = output("git", "tag", "--points-at", "HEAD", "v*").split()
    check(tags, number, read(CHANGELOG))
    return Version(number, number, revision, int(moment))


def check(tags, number, changelog):
    """Refuses unless the one tag, the number in the source and the changelog agree."""
    if len(tags) != 1:
        raise Refusal(f"the commit has {len(tags) or 'no'} tags v*, and a release needs one: git tag -s v{number}; "
                      "or try with --snapshot")
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tags[0]):
        raise Refusal(f"the tag {tags[0]} is no version: vX.Y.Z is")
    if tags[0] != f"v{number}":
        raise Refusal(f"the tag is {tags[0]}, and {BUILD_INFO} says {number}: set the version there, and tag that commit")
    if not re.search(rf"^## {re.escape(number)}\b", changelog, re.M):
        raise Refusal(f"{CHANGELOG} has no section '## {number}': move what is unreleased below it")
