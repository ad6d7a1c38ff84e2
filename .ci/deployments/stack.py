"""Compose, Prometheus, Alertmanager, Grafana"""
import json
import os
import re
import tempfile

import yaml

from . import COMPOSE, DOCKERFILE, PROMETHEUS, check, check_run, read, run, tool

SOURCES = "deploy/grafana/provisioning/datasources/prometheus.yml"


def check_all(program):
    services = composed("compose.yml")
    for name, service in services.items():
        check_service(name, service)
    check_alertmanager(services["alertmanager"])
    check_prometheus(services)
    check_grafana(services)
    check_likeness()
    own = composed("compose.yml", "own.yml")
    check("with own.yml only the exporter differs", {name for name in own if own[name] != services[name]} == {"exporter"})
    check_service("own exporter", own["exporter"])
    check_own_configuration(own["exporter"])


def composed(*names):
    """The services as Compose itself understands them."""
    flags = [flag for name in names for flag in ("-f", f"{COMPOSE}/{name}")]
    text = check_run(f"{' + '.join(names)}: Compose takes it", tool("docker-compose"), *flags, "config", "--format", "json")
    return json.loads(text)["services"]


def check_service(what, service):
    check(f"{what} is hardened", service["read_only"] and service["cap_drop"] == ["ALL"]
          and service["security_opt"] == ["no-new-privileges:true"] and not service.get("privileged"))
    check(f"{what} is pinned", re.search(r":v?\d+\.\d+\.\d+$", service["image"]), service["image"])
    check(f"{what} listens on this machine only",
          service["ports"] and all(port.get("host_ip") == "127.0.0.1" for port in service["ports"]), str(service["ports"]))
    check(f"{what} tells its health", "healthcheck" in service or "build" in service and "HEALTHCHECK" in read(DOCKERFILE))
    volumes = service["volumes"]
    check(f"{what} keeps its data", any(volume["type"] == "volume" for volume in volumes))
    # The folder of the keys is the operator's own.
    missing = [volume["source"] for volume in volumes if volume["type"] == "bind"
               and not os.path.exists(volume["source"]) and not volume["source"].endswith(f"{COMPOSE}/keys")]
    check(f"{what} finds its files", not missing, str(missing))
    check(f"{what} may not change them", all(volume.get("read_only") for volume in volumes if volume["type"] == "bind"))


def laid_out(service, root):
    """The files of a service where it sees them."""
    for volume in sorted(service["volumes"], key=lambda volume: volume["target"]):
        if volume["type"] == "bind":
            target = root + volume["target"]
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(volume["source"], target)


def flag(service, name):
    return next(value.split("=", 1)[1] for value in service["command"] if value.startswith(f"--{name}="))


def check_prometheus(services):
    service = services["prometheus"]
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as root:
        laid_out(service, root)
        path = root + flag(service, "config.file")
        said = check_run("promtool check config", "promtool", "check", "config", path)
        config = yaml.safe_load(read(path))
        rules = len(yaml.safe_load(read(f"{PROMETHEUS}/prometheus.yml"))["rule_files"])
        check("it finds all rules", f"SUCCESS: {rules} rule files found" in said, said)
    features = flag(service, "enable-feature").split(",")
    check("it keeps native histograms and exemplars", set(features) == {"native-histograms", "exemplar-storage"})
    targets = config["scrape_configs"][0]["static_configs"][0]["targets"]
    targets += config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    for target in targets:
        check(f"Prometheus reaches {target}", answers(services, target))


def answers(services, target):
    """Whether there is a service of this name, and it is known to listen on the port."""
    name, port = target.split(":")
    return name in services and int(port) in [published["target"] for published in services[name]["ports"]]


def check_alertmanager(service):
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as root:
        laid_out(service, root)
        path = root + flag(service, "config.file")
        check_run("amtool check-config", "amtool", "check-config", path)
        silent = run("amtool", "config", "routes", "test", f"--config.file={path}", "severity=critical").stdout.strip()
        receivers = {receiver["name"]: receiver for receiver in yaml.safe_load(read(path))["receivers"]}
        check("nobody is called before somebody is named", receivers.get(silent) == {"name": silent}, silent)


def check_grafana(services):
    service = services["grafana"]
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as root:
        laid_out(service, root)
        provisioning = f"{root}/etc/grafana/provisioning"
        provider = yaml.safe_load(read(f"{provisioning}/dashboards/dify.yml"))["providers"][0]
        dashboards = os.listdir(root + provider["options"]["path"])
        check("Grafana finds the dashboards", len(dashboards) >= 3, str(dashboards))
        home = service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
        check("it begins with one of them", os.path.isfile(root + home), home)
        source = yaml.safe_load(read(f"{provisioning}/datasources/prometheus.yml"))["datasources"][0]
        check(f"Grafana reaches {source['url']}", answers(services, source["url"].removeprefix("http://")))


def check_own_configuration(service):
    sources = {volume["target"]: volume["source"] for volume in service["volumes"]}
    config = sources.get(service["environment"]["DIFY_EXPORTER_CONFIG_FILE"])
    check("its configuration is mounted where it is looked for", config, str(sources))
    keys = re.findall(r'"api_key_file": "([^"]+)"', read(config))
    check("the keys of its configuration are looked for in deploy/compose/keys",
          keys and all(sources.get(os.path.dirname(key)) == os.path.abspath(f"{COMPOSE}/keys") for key in keys), str(keys))


def check_likeness():
    """What Compose has of its own differs from the examples in addresses only."""
    example = yaml.safe_load(read(f"{PROMETHEUS}/prometheus.yml"))
    own = yaml.safe_load(re.sub(r"\b(exporter|alertmanager):", "127.0.0.1:", read(f"{COMPOSE}/prometheus.yml")))
    differing = {key for key in example | own if example.get(key) != own.get(key)}
    check("prometheus.yml of Compose is the example with other addresses", differing == {"rule_files"}, str(differing))
    check_run("promtool check config of the example", "promtool", "check", "config", f"{PROMETHEUS}/prometheus.yml")
    example = yaml.safe_load(read(SOURCES))["datasources"][0]
    del example["jsonData"]["exemplarTraceIdDestinations"]
    own = yaml.safe_load(read(f"{COMPOSE}/datasource.yml"))["datasources"][0]
    own["url"] = own["url"].replace("prometheus:", "127.0.0.1:")
    check("the data source of Compose is the example with another address", own == example, f"{own} {example}")
