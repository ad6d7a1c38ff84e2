"""Helm: the chart, rendered with many values, refused with wrong ones"""
import contextlib
import glob
import json
import os
import re
import tempfile

import yaml

from . import CHART, check, check_run, read, run, tool
from .kubernetes import (OPERATOR_KINDS, check_dashboards, check_operator_kind, check_schema, is_dashboard, only,
                         rule_files)

KEYS = {"keys": {"create": {"support-bot": "app-1", "invoices": "app-2"}}}
# Values, each set for another kind of operator, by what it is called here.
GOOD = {
    "defaults": {},
    "keys in the values": KEYS,
    "apps of the configuration": {
        "keys": {"areApps": False, "existingSecret": "own-keys"},
        "config": {"base_url": "http://dify.internal/v1", "poll_interval": "10s", "apps": [
            {"name": "support-bot", "api_key_file": "/run/secrets/dify-exporter/support-bot"}]},
        "networkPolicy": {"ports": [5001]}},
    "three shards": KEYS | {"shards": 3, "persistence": {"storageClass": "nfs", "size": "2Gi"}},
    "three shards on a volume of one's own": KEYS | {"shards": 3, "persistence": {"existingClaim": "shared"}},
    "no volume": KEYS | {"persistence": {"enabled": False}, "podDisruptionBudget": {"enabled": False}},
    "TLS": KEYS | {"tls": {"secret": "web"}, "monitor": {"kind": "ServiceMonitor", "endpoint": {
        "tlsConfig": {"ca": {"secret": {"name": "web", "key": "ca.pem"}}, "serverName": "dify-exporter"}}}},
    "TLS and passwords": KEYS | {"tls": {"secret": "web", "probe": "tcp"}, "monitor": {
        "kind": "PodMonitor", "interval": "15s", "scrapeTimeout": "10s", "labels": {"release": "prometheus"},
        "endpoint": {"basicAuth": {"username": {"name": "web", "key": "user"}, "password": {"name": "web", "key": "word"}}}}},
    "the whole monitoring": KEYS | {
        "monitor": {"kind": "ServiceMonitor"},
        "rules": {"enabled": True, "labels": {"release": "prometheus"}, "alertPrefix": "Acme", "alertLabels": {"team": "ai"},
                  "runbooks": "https://wiki.acme.example/dify", "thresholds": {"failure_ratio": 0.05, "runs_minimum": 50},
                  "thresholdsByApp": {"support-bot": {"failure_ratio": 0.2}}},
        "dashboards": {"enabled": True, "annotations": {"grafana_folder": "Dify"}}},
    "rules and dashboards as they are": {"rules": {"enabled": True}, "dashboards": {"enabled": True}},
    "all that can be added": KEYS | {
        "image": {"repository": "registry.acme.example/dify-exporter", "digest": f"sha256:{'0' * 64}", "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "registry"}], "fullnameOverride": "dify-metrics", "priorityClassName": "monitoring",
        "extraArgs": ["--log.format=json", "--log.level=debug"],
        "extraEnv": [{"name": "https_proxy", "value": "http://proxy.acme.example:3128"}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/acme"}],
        "podAnnotations": {"acme.example/owner": "ai"}, "podLabels": {"team": "ai"}, "nodeSelector": {"pool": "small"},
        "tolerations": [{"key": "small", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}},
        "resources": {"requests": {"memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "serviceAccount": {"name": "own", "annotations": {"acme.example/role": "reader"}},
        "networkPolicy": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}},
    "as little as possible": KEYS | {
        "serviceAccount": {"create": False}, "networkPolicy": {"enabled": False}, "persistence": {"enabled": False},
        "existingConfigMap": "own-config"},
}
# Values that are wrong, and what the refusal has to say.
WRONG = {
    "a value that there is not": ({"shard": 3}, "Additional property shard is not allowed"),
    "a value that there is not, further in": ({"image": {"name": "x"}}, "image: Additional property name is not allowed"),
    "no shard": ({"shards": 0}, "shards: Must be greater than or equal to 1"),
    "shards as text": ({"shards": "3"}, "shards: Invalid type. Expected: integer, given: string"),
    "an unknown policy": ({"image": {"pullPolicy": "Sometimes"}}, 'image.pullPolicy must be one of the following: "Always"'),
    "an unknown monitor": ({"monitor": {"kind": "Service"}}, 'monitor.kind must be one of the following: "none", "ServiceMonitor"'),
    "an interval without a unit": ({"monitor": {"interval": "30"}}, "monitor.interval: Does not match pattern"),
    "a size in words": ({"persistence": {"size": "1 gigabyte"}}, "persistence.size: Does not match pattern"),
    "a probe that there is not": ({"tls": {"probe": "http"}}, 'tls.probe must be one of the following: "https", "tcp"'),
    "an address without a scheme": ({"rules": {"runbooks": "wiki/dify"}}, "rules.runbooks: Does not match pattern"),
    "a threshold as text": ({"rules": {"thresholds": {"runs_minimum": "many"}}}, "runs_minimum: Invalid type. Expected: number"),
    "a port beyond the last": ({"networkPolicy": {"ports": [70000]}}, "networkPolicy.ports.0: Must be less than or equal to 65535"),
    "a digest that is none": ({"image": {"digest": "sha256:123"}}, "image.digest: Does not match pattern"),
    "an argument that is no flag": ({"extraArgs": ["serve"]}, "extraArgs.0: Does not match pattern"),
    "an app without a name": ({"config": {"apps": [{"api_key_file": "/x"}]}}, "config.apps.0: name is required"),
    "an empty key": ({"keys": {"create": {"a": ""}}}, "keys.create.a: String length must be greater than or equal to 1"),
    "a key in the configuration": ({"config": {"apps": [{"name": "bot", "api_key": "app-secret"}]}}, "bot has a key in api_key"),
    "no app at all": ({"keys": {"areApps": False}}, "config.apps names no app"),
    "a threshold that there is not": ({"rules": {"enabled": True, "thresholds": {"runs": 1}}}, "there is no threshold runs"),
}


def check_all():
    for what, values in GOOD.items():
        with written(values) as path:
            check_run(f"{what}: helm lint --strict", tool("helm"), "lint", "--strict", f"--values={path}", CHART)
            check_rendered(what, values, rendered(what, path))
    for what, (values, message) in WRONG.items():
        with written(values) as path:
            result = run(tool("helm"), "template", "dify", CHART, f"--values={path}")
            check(f"{what} is refused: {message}", result.returncode != 0 and message in result.stderr, result.stderr)
            check(f"{what}: no key is shown", "app-secret" not in result.stderr)
    check_values_are_described()
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as folder:
        check_run("helm package", tool("helm"), "package", CHART, f"--destination={folder}")
        check("... makes one file", len(os.listdir(folder)) == 1, str(os.listdir(folder)))


@contextlib.contextmanager
def written(values):
    """The path of a file of values."""
    with tempfile.NamedTemporaryFile("w", prefix="dify-exporter-", suffix=".yaml") as file:
        yaml.safe_dump(values, file)
        file.flush()
        yield file.name


def rendered(what, path):
    text = check_run(f"{what}: helm template", tool("helm"), "template", "dify", CHART, "--namespace=metrics",
                     f"--values={path}")
    return [document for document in yaml.safe_load_all(text) if document]


def check_rendered(what, values, documents):
    for document in documents:
        if document["kind"] in OPERATOR_KINDS:
            check_operator_kind(document)
        else:
            check_schema(what, document)
    names = [(document["kind"], document["metadata"]["name"]) for document in documents]
    check(f"{what}: no two have one name", len(names) == len(set(names)), str(names))
    check_pods(what, values, documents, dict(names))
    check_configuration(what, documents)
    rules = [document for document in documents if document["kind"] == "PrometheusRule"]
    check(f"{what}: rules where they are wanted", bool(rules) == values.get("rules", {}).get("enabled", False))
    if rules:
        check_rules(what, values["rules"], rules)
    dashboards = [document for document in documents if is_dashboard(document)]
    if values.get("dashboards", {}).get("enabled"):
        check_dashboards(dashboards, what)
    else:
        check(f"{what}: no dashboards", not dashboards)


def check_pods(what, values, documents, names):
    stateful_set = only(documents, "StatefulSet")["spec"]
    pod, labels = stateful_set["template"]["spec"], stateful_set["template"]["metadata"]["labels"]
    container = pod["containers"][0]
    shards = values.get("shards", 1)
    variables = {entry["name"]: entry.get("value") for entry in container["env"]}
    check(f"{what}: as many shards as pods", stateful_set["replicas"] == shards and variables["SHARDS"] == str(shards))
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    claims = {claim["metadata"]["name"] for claim in stateful_set.get("volumeClaimTemplates", [])}
    mounted = [mount["name"] for mount in container["volumeMounts"]]
    check(f"{what}: every mount has one volume, and every volume a mount",
          sorted(mounted) == sorted([*volumes, *claims]), f"{mounted} {list(volumes)} {claims}")
    selectors = [document["spec"]["selector"] for document in documents
                 if document["kind"] in ("Service", "StatefulSet", "PodDisruptionBudget", "ServiceMonitor", "PodMonitor")]
    selectors += [document["spec"]["podSelector"] for document in documents if document["kind"] == "NetworkPolicy"]
    wanted = [selector.get("matchLabels", selector).items() for selector in selectors]
    check(f"{what}: every selector finds the pods", all(each and each <= labels.items() for each in wanted))

    own = values.get("keys", {}).get("existingSecret"), values.get("existingConfigMap")
    check(f"{what}: the Secret is the operator's own, or is there, or is asked for in the notes",
          volumes["keys"]["secret"]["secretName"] in (own[0], names.get("Secret"), "dify-dify-exporter-keys"))
    check(f"{what}: the ConfigMap is the operator's own, or is there",
          ("ConfigMap", volumes["config"]["configMap"]["name"]) in [
              ("ConfigMap", own[1]), *[(each["kind"], each["metadata"]["name"]) for each in documents]])
    persistence = values.get("persistence", {})
    place = ("emptyDir" if not persistence.get("enabled", True) else persistence.get("existingClaim")
             or ("dify-dify-exporter" if shards > 1 else "a claim of the pod's own"))
    found = volumes.get("data", {})
    found = "emptyDir" if "emptyDir" in found else found.get("persistentVolumeClaim", {}).get("claimName") or (
        "a claim of the pod's own" if "data" in claims else None)
    check(f"{what}: numbers are kept in {place}", found == place, str(found))
    test = next(each for each in documents if each["kind"] == "Pod")
    for name, spec in [("pods", pod), ("the test", test["spec"])]:
        security = spec["containers"][0]["securityContext"]
        check(f"{what}: {name} have no privileges", spec["securityContext"]["runAsNonRoot"] is True
              and spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
              and security["readOnlyRootFilesystem"] is True and security["allowPrivilegeEscalation"] is False
              and security["capabilities"]["drop"] == ["ALL"] and spec["automountServiceAccountToken"] is False)
    check(f"{what}: helm test runs it", test["metadata"]["annotations"]["helm.sh/hook"] == "test"
          and test["spec"]["containers"][0]["args"][0] == "healthcheck")
    for policy in [document for document in documents if document["kind"] == "NetworkPolicy"]:
        allowed = [source["podSelector"]["matchLabels"].items() for rule in policy["spec"]["ingress"]
                   for source in rule["from"] if "podSelector" in source]
        check(f"{what}: the test may come in", any(each <= test["metadata"]["labels"].items() for each in allowed))
        check(f"{what}: the test is none of the pods", not policy["spec"]["podSelector"]["matchLabels"].items()
              <= test["metadata"]["labels"].items())

    tls = values.get("tls", {})
    probe = container["livenessProbe"]
    kind = "tcpSocket" if tls.get("probe") == "tcp" else probe["httpGet"].get("scheme", "HTTP")
    check(f"{what}: probes speak {kind}", kind == ("tcpSocket" if tls.get("probe") == "tcp" else "HTTPS" if tls else "HTTP"))
    for monitor in [each for each in documents if each["kind"] in ("ServiceMonitor", "PodMonitor")]:
        endpoint = (monitor["spec"].get("endpoints") or monitor["spec"]["podMetricsEndpoints"])[0]
        check(f"{what}: so does the monitor", endpoint.get("scheme", "http") == ("https" if tls else "http"))
        check(f"{what}: the monitor has what is added", values["monitor"].get("endpoint", {}).items() <= endpoint.items())
        job = monitor["spec"]["jobLabel"]
        sources = [labels] if monitor["kind"] == "PodMonitor" else [only(documents, "Service")["metadata"]["labels"]]
        check(f"{what}: the job is dify-exporter", all(source[job] == "dify-exporter" for source in sources))


def check_configuration(what, documents):
    """The program itself reads the configuration; keys and folders are those of the pod, so they lie elsewhere here."""
    for document in documents:
        text = document.get("data", {}).get("config.json") if document["kind"] == "ConfigMap" else None
        if text is None:
            continue
        config = json.loads(text)
        check(f"{what}: the configuration names the folder of keys, or apps",
              (config.get("apps_dir") == "/run/secrets/dify-exporter") != bool(config.get("apps")), text)


def check_rules(what, settings, documents):
    groups = [group for document in documents for group in document["spec"]["groups"]]
    with written({"groups": groups}) as path:
        check_run(f"{what}: promtool check rules", "promtool", "check", "rules", path)
    source = [group for name in rule_files() for group in yaml.safe_load(read(f"deploy/prometheus/{name}"))["groups"]]
    if settings == {"enabled": True}:
        check(f"{what}: the rules are those of deploy/prometheus", groups == source)
        return
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    originals = [rule for group in source for rule in group["rules"] if "alert" in rule]
    check(f"{what}: every alert has the prefix",
          [rule["alert"] for rule in alerts] == [settings["alertPrefix"] + rule["alert"] for rule in originals])
    check(f"{what}: ... the labels", all(settings["alertLabels"].items() <= rule["labels"].items() for rule in alerts))
    check(f"{what}: ... its own labels", all(before["labels"].items() <= rule["labels"].items()
                                             for rule, before in zip(alerts, originals)))
    check(f"{what}: ... the address of its runbook",
          [rule["annotations"]["runbook_url"] for rule in alerts] == [
              f"{settings['runbooks']}/{os.path.basename(rule['annotations']['runbook_url'])}" for rule in originals])
    thresholds = {(rule["record"].removeprefix("dify:threshold:"), rule.get("labels", {}).get("app")): rule["expr"]
                  for group in groups for rule in group["rules"] if rule.get("record", "").startswith("dify:threshold:")}
    wanted = {(name, None): value for name, value in settings["thresholds"].items()} | {
        (name, app): value for app, own in settings["thresholdsByApp"].items() for name, value in own.items()}
    check(f"{what}: ... and thresholds are those of the values",
          all(thresholds.get(key) == f"vector({value})" for key, value in wanted.items()), str(thresholds))


def check_values_are_described():
    """Each value has its place in the schema, and each template uses values that there are."""
    values, schema = yaml.safe_load(read(f"{CHART}/values.yaml")), json.loads(read(f"{CHART}/values.schema.json"))
    check("values.yaml and its schema name the same", set(values) | {"global"} == set(schema["properties"]),
          str(set(values) ^ set(schema["properties"])))
    for name, value in values.items():
        inner = schema["properties"][name]
        if isinstance(value, dict) and inner.get("additionalProperties") is False:
            check(f"... below {name} too", set(value) <= set(inner["properties"]), str(set(value) ^ set(inner["properties"])))
    text = "".join(read(path) for path in glob.glob(f"{CHART}/templates/**/*", recursive=True) if os.path.isfile(path))
    used = set(re.findall(r"\.Values\.(\w+)", text))
    check("every value is used, and no other", used == set(values), str(used ^ set(values)))
