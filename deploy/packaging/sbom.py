"""The software bill of materials, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/)."""
import datetime
import hashlib
import json
import re
import uuid

from . import NAME, SUMMARY, libraries


def document(version, machine, program, parts, opened, swift):
    """The text of the document.

    `program` is the path of the built program, `parts` and `opened` are what `libraries` gave, `swift` is the toolchain's
    version.
    """
    with open(program, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    components = [linked(part, files, swift) for part, files in parts.items()]
    system = [of_system(*each, "opened at run time") for each in opened.items()]
    system += [of_system(*each, "loaded at start") for each in libraries.loaded(program).items()]
    components += system
    components.sort(key=lambda each: each["bom-ref"])
    root = {
        "type": "application", "bom-ref": NAME, "name": NAME, "version": version.text, "description": SUMMARY,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "purl": f"pkg:generic/{NAME}@{version.text.replace('+', '%2B')}?arch={machine}",
        "properties": properties(revision=version.revision, architecture=machine),
    }
    made = datetime.datetime.fromtimestamp(version.moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # The same for the same program, so that two builds agree.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{NAME} {version.text} {version.revision} {digest}')}",
        "version": 1,
        "metadata": {"timestamp": made, "lifecycles": [{"phase": "build"}], "component": root},
        "components": components,
        "dependencies": [{"ref": NAME, "dependsOn": [each["bom-ref"] for each in components]}]
        + [{"ref": each["bom-ref"]} for each in components],
        # All that the linker took and the program names; what the system's libraries use is the system's matter.
        "compositions": [{"aggregate": "complete", "dependencies": [NAME]},
                         {"aggregate": "unknown", "dependencies": [each["bom-ref"] for each in system]}],
    }, indent=2, ensure_ascii=False) + "\n"


def linked(part, files, swift):
    own = {"version": swift, "purl": f"pkg:generic/{part.name}@{swift}"} if part.is_swift else {}
    return {
        "type": "library", "bom-ref": f"linked/{part.name}", "supplier": {"name": part.supplier}, "name": part.name,
        **own, "description": part.description, "scope": "required", "licenses": licences(part.licence),
        "properties": properties(use="linked in", files=" ".join(files)),
    }


def of_system(library, names, use):
    package = re.match(r"[\w.+-]+", library.debian)[0]
    return {
        "type": "library", "bom-ref": f"system/{library.name}", "supplier": {"name": library.supplier},
        "name": library.name, "description": library.purpose, "scope": "required" if library.is_needed else "optional",
        "licenses": licences(library.licence), "purl": f"pkg:deb/debian/{package}",
        "properties": properties(use=use, files=" ".join(names)),
    }


def licences(expression):
    """An SPDX identifier, or an expression of them."""
    return [{"expression": expression}] if " " in expression else [{"license": {"id": expression}}]


def properties(**values):
    return [{"name": f"{NAME}:{key}", "value": value} for key, value in values.items()]
