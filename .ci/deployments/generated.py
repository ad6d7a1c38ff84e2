"""Generated files: as their sources make them, and the bundle of rules"""
import tempfile

import yaml

from . import PROMETHEUS, check, check_run, read, run
from .kubernetes import rule_files

OPTIONS = {"prefix": "Acme", "runbooks": "https://wiki.acme.example/dify/", "job": "dify/metrics"}
LABELS = {"team": "ai", "severity": "page", "note": "it's: \"quoted\" #1"}
REFUSED = [["--prefix=1st"], ["--label=team"], ["--label=a b=c"], ["--runbooks=wiki"], ["--job=a\"b"],
           ["--metadata-label=release=a"], ["--kind=rule"], ["--nonsense"]]


def check_all():
    check_run("deploy/generate would write nothing anew", "deploy/generate", "--check")
    source = [group for name in rule_files() for group in yaml.safe_load(read(f"{PROMETHEUS}/{name}"))["groups"]]
    check("deploy/rules alone gives the rules as they are", bundle("plain") == source)
    labels = [f"--label={name}={value}" for name, value in LABELS.items()]
    given = bundle("with all options", *[f"--{name}={value}" for name, value in OPTIONS.items()], *labels)
    check("with a prefix, labels, an address and a job they differ in nothing else",
          given == [group | {"rules": [adapted(rule) for rule in group["rules"]]} for group in source])
    text = check_run("deploy/rules --kind=PrometheusRule", "deploy/rules", "--kind=PrometheusRule",
                     "--metadata-label=release=prometheus")
    document = yaml.safe_load(text)
    check("it has the rules and the label", document["spec"]["groups"] == source and document["kind"] == "PrometheusRule"
          and document["metadata"]["labels"]["release"] == "prometheus")
    for arguments in REFUSED:
        result = run("deploy/rules", *arguments)
        check(f"deploy/rules {' '.join(arguments)} is refused", result.returncode == 2 and "error:" in result.stderr,
              result.stderr)


def bundle(what, *arguments):
    text = check_run(f"deploy/rules, {what}", "deploy/rules", *arguments)
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(text)
        file.flush()
        check_run(f"promtool check rules, {what}", "promtool", "check", "rules", file.name)
    return yaml.safe_load(text)["groups"]


def adapted(rule):
    rule = rule | {"expr": rule["expr"].replace('job="dify-exporter"', f'job="{OPTIONS["job"]}"')}
    if "alert" not in rule:
        return rule
    page = rule["annotations"]["runbook_url"].rsplit("/", 1)[1]
    return rule | {"alert": OPTIONS["prefix"] + rule["alert"], "labels": rule["labels"] | LABELS,
                   "annotations": rule["annotations"] | {"runbook_url": OPTIONS["runbooks"] + page}}
