"""Kubernetes: built by Kustomize, held to the schemas, and to each other"""
import glob
import os
import re
import shutil
import tempfile

import kubernetes_validate
import yaml

from . import KUBERNETES, PROMETHEUS, check, check_run, image_variables, read, tool

SCHEMA_VERSION = kubernetes_validate.latest_version()
# Kinds that the operator brings, which have no schema here: what each cannot be without.
OPERATOR_KINDS = {"ServiceMonitor": ["selector", "endpoints"], "PodMonitor": ["selector", "podMetricsEndpoints"],
                  "PrometheusRule": ["groups"]}


def check_all(program):
    for overlay in ("base", "sharded"):
        with tempfile.TemporaryDirectory(prefix="dify-exporter-") as folder:
            # As an operator would put it together.
            shutil.copytree(KUBERNETES, folder, dirs_exist_ok=True)
            os.mkdir(f"{folder}/own")
            with open(f"{folder}/own/kustomization.yaml", "w") as file:
                yaml.safe_dump({"resources": [f"../{overlay}"], "components": ["../monitoring"]}, file)
            monitored = built(f"{folder}/own", f"{overlay} with monitoring")
        documents = built(f"{KUBERNETES}/{overlay}", overlay)
        for document in documents:
            check_schema(overlay, document)
        check(f"{overlay}: needs nothing of the operator", not {each["kind"] for each in documents} & set(OPERATOR_KINDS))
        check(f"{overlay}: everything is in one namespace", one_namespace(monitored), str(monitored))
        check_pods(overlay, documents)
        check_monitor(overlay, monitored)
    check_rules(monitored)
    check_dashboards([document for document in monitored if is_dashboard(document)], "monitoring")


def built(folder, what):
    text = check_run(f"{what}: Kustomize builds it", tool("kubectl"), "kustomize", folder)
    return [document for document in yaml.safe_load_all(text) if document]


def only(documents, kind):
    """The one document of a kind."""
    found = [document for document in documents if document["kind"] == kind]
    assert len(found) == 1, f"{len(found)} of {kind}"
    return found[0]


def check_schema(overlay, document):
    what = f"{overlay}: {document['kind']} {document['metadata']['name']} is of the schema of {SCHEMA_VERSION}"
    try:
        kubernetes_validate.validate(document, SCHEMA_VERSION, strict=True)
        check(what, True)
    except kubernetes_validate.ValidationError as error:
        check(what, False, str(error))


def one_namespace(documents):
    name = only(documents, "Namespace")["metadata"]["name"]
    return all(each["kind"] == "Namespace" or each["metadata"].get("namespace") == name for each in documents)


def check_pods(overlay, documents):
    stateful_set = only(documents, "StatefulSet")
    replicas = stateful_set["spec"]["replicas"]
    pod = stateful_set["spec"]["template"]["spec"]
    container = pod["containers"][0]
    variables = {entry["name"]: entry.get("value") for entry in container["env"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    claims = {claim["metadata"]["name"]: claim["spec"] for claim in stateful_set["spec"].get("volumeClaimTemplates", [])}
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}

    check(f"{overlay}: as many shards as pods", variables["SHARDS"] == str(replicas), f"{variables} {replicas}")
    order = list(variables)
    references = {name: re.findall(r"\$\((\w+)\)", value or "") for name, value in variables.items()}
    check(f"{overlay}: variables come before their use",
          references["DIFY_EXPORTER_SHARD"] == ["POD_INDEX", "SHARDS"]
          and all(order.index(used) < order.index(name) for name, all_used in references.items() for used in all_used))
    check(f"{overlay}: every mount has a volume", set(mounts) == set(volumes) | set(claims), f"{mounts} {volumes}")

    named = {(document["kind"], document["metadata"]["name"]) for document in documents}
    wanted = {("ConfigMap", volumes["config"]["configMap"]["name"]), ("Secret", volumes["keys"]["secret"]["secretName"]),
              ("ServiceAccount", pod["serviceAccountName"]), ("Service", stateful_set["spec"]["serviceName"])}
    if "data" in volumes:
        wanted.add(("PersistentVolumeClaim", volumes["data"]["persistentVolumeClaim"]["claimName"]))
    check(f"{overlay}: what is referred to is there", wanted <= named, str(wanted - named))
    storage = claims["data"] if "data" in claims else only(documents, "PersistentVolumeClaim")["spec"]
    expected = "ReadWriteOnce" if replicas == 1 else "ReadWriteMany"
    check(f"{overlay}: the volume of {replicas} is {expected}", storage["accessModes"] == [expected], str(storage))

    labels = stateful_set["spec"]["template"]["metadata"]["labels"].items()
    selectors = [stateful_set["spec"]["selector"]["matchLabels"], only(documents, "Service")["spec"]["selector"],
                 only(documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]]
    if replicas > 1:
        selectors.append(only(documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"])
        selectors += [spread["labelSelector"]["matchLabels"] for spread in pod["topologySpreadConstraints"]]
    check(f"{overlay}: every selector finds the pods", all(each and each.items() <= labels for each in selectors))
    names = {port["name"]: port["containerPort"] for port in container["ports"]}
    used = [probe["httpGet"]["port"] for name, probe in container.items() if name.endswith("Probe")]
    used += [port["targetPort"] for port in only(documents, "Service")["spec"]["ports"]]
    used += [port["port"] for rule in only(documents, "NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]]
    listening = int(image_variables()["DIFY_EXPORTER_WEB_LISTEN_ADDRESS"].split(":")[1])
    check(f"{overlay}: probes, Service and NetworkPolicy mean the port of the image",
          len(used) == 5 and set(used) == {"metrics"} and names == {"metrics": listening}, f"{used} {names} {listening}")

    config = only(documents, "ConfigMap")["data"]
    folder, name = os.path.split(variables["DIFY_EXPORTER_CONFIG_FILE"])
    check(f"{overlay}: the configuration is mounted where it is looked for", folder == mounts["config"] and name in config)
    keys = re.findall(r'"api_key_file": "([^"]+)"', config[name])
    secret = only(documents, "Secret")["stringData"]
    check(f"{overlay}: every key of the configuration is in the Secret",
          keys and {f"{mounts['keys']}/{name}" for name in secret} == set(keys), f"{keys} {list(secret)}")
    check(f"{overlay}: numbers are kept on the volume", mounts["data"] == image_variables()["DIFY_EXPORTER_STORAGE_PATH"])
    security = container["securityContext"]
    check(f"{overlay}: pods are such as the namespace asks for", pod["securityContext"]["runAsNonRoot"]
          and pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
          and security["capabilities"]["drop"] == ["ALL"] and security["allowPrivilegeEscalation"] is False
          and only(documents, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted")
    check(f"{overlay}: pods write nowhere else and have no token", security["readOnlyRootFilesystem"] is True
          and pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False)


def check_operator_kind(document):
    kind = document["kind"]
    missing = [field for field in OPERATOR_KINDS[kind] if not document["spec"].get(field)]
    check(f"monitoring: {kind} {document['metadata']['name']} has what the operator asks for",
          document["apiVersion"] == "monitoring.coreos.com/v1" and not missing, str(missing))


def check_monitor(overlay, documents):
    monitor = only(documents, "ServiceMonitor")
    check_operator_kind(monitor)
    service = only(documents, "Service")
    labels = service["metadata"]["labels"]
    check(f"{overlay}: the ServiceMonitor finds the Service",
          monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
          and {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]}
          <= {port["name"] for port in service["spec"]["ports"]})
    job = yaml.safe_load(read(f"{PROMETHEUS}/prometheus.yml"))["scrape_configs"][0]["job_name"]
    check(f"{overlay}: the job is the one that the rules know", labels[monitor["spec"]["jobLabel"]] == job)


def check_rules(documents):
    documents = [document for document in documents if document["kind"] == "PrometheusRule"]
    for document in documents:
        check_operator_kind(document)
    given = {name: yaml.safe_load(read(f"{PROMETHEUS}/{name}"))["groups"] for name in rule_files()}
    found = {f"{each['metadata']['name'].removeprefix('dify-exporter-')}.rules.yml": each["spec"]["groups"]
             for each in documents}
    check("monitoring: these are all rules of deploy/prometheus", found == given)


def rule_files():
    return yaml.safe_load(read(f"{PROMETHEUS}/prometheus.yml"))["rule_files"]


def is_dashboard(document):
    """Whether the sidecar of Grafana would load it."""
    return document["kind"] == "ConfigMap" and document["metadata"].get("labels", {}).get("grafana_dashboard") == "1"


def check_dashboards(documents, what):
    found = {name: text for document in documents for name, text in document["data"].items()}
    check(f"{what}: the dashboards' ConfigMaps have the bytes of dashboards/",
          found == {os.path.basename(path): read(path) for path in glob.glob("dashboards/*.json")}, str(list(found)))
    # As `kubectl apply` notes an object in an annotation of at most 256 KiB.
    check(f"{what}: each can be applied", all(len(text) < 200_000 for text in found.values()))
