"""A script as prometheus_client's guide has it: the families of a page of text, set once.

Usage: exporter.py PORT PAGE
"""
import math
import sys
import time

import prometheus_client
from prometheus_client.parser import text_string_to_metric_families

prometheus_client.REGISTRY.unregister(prometheus_client.PROCESS_COLLECTOR)
prometheus_client.REGISTRY.unregister(prometheus_client.PLATFORM_COLLECTOR)
prometheus_client.REGISTRY.unregister(prometheus_client.GC_COLLECTOR)


def of(metric, labels):
    return metric.labels(**labels) if labels else metric


def take(family):
    names = [name for name in family.samples[0].labels if name != "le"]
    if family.type == "histogram":
        bounds = sorted({float(sample.labels["le"]) for sample in family.samples if "le" in sample.labels})
        metric = prometheus_client.Histogram(family.name, family.documentation, names, buckets=bounds)
        before = 0
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                before = 0
                continue
            labels = dict(sample.labels)
            bound = float(labels.pop("le"))
            for _ in range(int(sample.value) - before):
                of(metric, labels).observe(bound if math.isfinite(bound) else 1e9)
            before = int(sample.value)
            of(metric, labels)
    elif family.type == "counter":
        metric = prometheus_client.Counter(family.name, family.documentation, names)
        for sample in family.samples:
            of(metric, sample.labels).inc(sample.value)
    else:
        metric = prometheus_client.Gauge(family.name, family.documentation, names)
        for sample in family.samples:
            of(metric, sample.labels).set(sample.value)


with open(sys.argv[2]) as page:
    for family in text_string_to_metric_families(page.read()):
        take(family)
prometheus_client.start_http_server(int(sys.argv[1]), "127.0.0.1")
while True:
    time.sleep(60)
