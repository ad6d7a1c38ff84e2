"""Image: tried where nothing is but what it installs, as an engine would start it"""
import contextlib
import glob
import gzip
import http.server
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import urllib.request

import harness
from harness import get, scratch, start, wait_for

from . import DOCKERFILE, check, check_run, image_variables, read, run, tool, wait_logged

# What the base image has before the Dockerfile installs anything.
BASE_PACKAGES = ["base-files", "libc6", "libgcc-s1"]
EXPORTER = "127.0.0.1:13547"
SIMULATOR = "127.0.0.1:13548"
# A root that cannot be written, but for the volume; then no privileges, the image's user, and the program as process 1.
ENTER = """
root=$1 user=$2; shift 2
mount --bind "$root" "$root" && mount --bind "$root.data" "$root/data" && mount -o remount,bind,ro "$root" &&
mount -t proc proc "$root/proc" &&
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid \\
    chroot --userspec="$user" --groups= "$root" "$@"
"""


def check_all(program):
    check_run("hadolint has nothing to say", tool("hadolint"), DOCKERFILE)
    dockerfile = read(DOCKERFILE)
    packages = re.search(r"apt-get install -y --no-install-recommends ([^\\]+)", dockerfile)[1].split()
    with scratch() as folder:
        image = Image(f"{folder}/root", re.search(r"^USER (\S+)", dockerfile, re.M)[1])
        count = fill(image.root, BASE_PACKAGES + packages)
        shutil.copy(program, f"{image.root}/usr/bin/dify-exporter")
        subprocess.run(["strip", f"{image.root}/usr/bin/dify-exporter"], check=True)
        print(f"  an empty root with {', '.join(packages)}: {count} packages, {size(image.root)} MiB, of which "
              f"{size(f'{image.root}/usr/bin')} the program")
        version = image.run("--version")
        check("it starts there", version.stdout.startswith("dify-exporter "), version.stderr)
        try_demo(image, folder)
        try_serving(image, folder, program)
        try_https(image, folder)


def fill(root, packages):
    """Unpacks packages, with all that they depend on, where nothing is yet."""
    with tempfile.TemporaryDirectory(prefix="dify-exporter-") as folder:
        status = f"{folder}/status"
        open(status, "w").close()
        plan = run("apt-get", "-s", "install", "--no-install-recommends", "-o", f"Dir::State::status={status}", *packages)
        closure = re.findall(r"^Inst (\S+)", plan.stdout, re.M)
        check("apt-get knows what is needed", closure, plan.stderr)
        check_run("it can be had", "apt-get", "download", "-o", "APT::Sandbox::User=root", *closure, cwd=folder)
        os.makedirs(root)
        for package in glob.glob(f"{folder}/*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        return len(closure)


def size(folder):
    """In MiB."""
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names) >> 20


class Image:
    """A folder that stands for the image, and processes in it."""

    def __init__(self, root, user):
        self.root, self.user, self.data = root, user, f"{root}.data"
        os.makedirs(self.data, mode=0o700)
        os.chown(self.data, *[int(number) for number in user.split(":")])

    def command(self, arguments, variables):
        for name in ("proc", "data"):
            os.makedirs(f"{self.root}/{name}", exist_ok=True)
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | image_variables() | {
            "DIFY_EXPORTER_WEB_LISTEN_ADDRESS": EXPORTER} | variables
        return ["env", "-i", *[f"{name}={value}" for name, value in variables.items()], "unshare", "--mount", "--pid",
                "--fork", "--kill-child", "sh", "-c", ENTER, "sh", self.root, self.user, "/usr/bin/dify-exporter", *arguments]

    def run(self, *arguments, **variables):
        return run(*self.command(arguments, variables))

    def start(self, *arguments, log, **variables):
        return start(*self.command(arguments, variables), log=log)


def inside(process):
    """The id of the program, which `process` started in a namespace."""
    return int(read(f"/proc/{process.pid}/task/{process.pid}/children"))


def stop(process):
    """Stops it as an engine does, by a signal to process 1; gives its exit code."""
    os.kill(inside(process), signal.SIGTERM)
    harness.started.remove(process)
    return process.wait(timeout=10)


def has_runs():
    return "dify_workflow_runs_total{" in get(f"http://{EXPORTER}/metrics")


def try_demo(image, folder):
    process = image.start("demo", log=f"{folder}/demo.log")
    seconds = wait_logged("finished runs", has_runs, f"{folder}/demo.log")
    check(f"the demo shows runs there, after {seconds:.1f} s", True)
    status = dict(line.split(":\t", 1) for line in read(f"/proc/{inside(process)}/status").splitlines())
    facts = [status["NSpid"].split()[-1], ":".join([status["Uid"].split()[1], status["Gid"].split()[1]]),
             int(status["CapEff"], 16), status["NoNewPrivs"]]
    check(f"it is process 1 of user {image.user}, without privileges", facts == ["1", image.user, 0, "1"], str(facts))
    mounts = {line.split()[4]: line.split()[5].split(",") for line in read(f"/proc/{inside(process)}/mountinfo").splitlines()}
    check("it may write to /data only", "ro" in mounts["/"] and "rw" in mounts["/data"], str(mounts))
    request = urllib.request.Request(f"http://{EXPORTER}/metrics", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body, encoding = answer.read(), answer.headers["Content-Encoding"]
    check("it compresses there", encoding == "gzip" and gzip.decompress(body).startswith(b"# HELP"), str(encoding))
    health = image.run("healthcheck")
    check("healthcheck answers there", health.returncode == 0, health.stderr)
    code = stop(process)
    check("it leaves when the engine says so", code == 0, str(code))
    check("healthcheck notices", image.run("healthcheck").returncode == 1)


def try_serving(image, folder, program):
    start(program, "simulate", f"--listen={SIMULATOR}", "--apps=1", "--rate=20", "--history=10s", log=f"{folder}/simulate.log")
    wait_for("the simulator", lambda: get(f"http://{SIMULATOR}/health"))
    process = image.start("serve", log=f"{folder}/serve.log", DIFY_API_BASE_URL=f"http://{SIMULATOR}/v1",
                          DIFY_API_KEY="app-simulated-1")
    wait_logged("finished runs", has_runs, f"{folder}/serve.log")
    code = stop(process)
    kept = [name for name in os.listdir(image.data) if name.endswith(".checkpoint")]
    check("it keeps its numbers on the volume", code == 0 and len(kept) == 1, f"{code} {kept} {read(f'{folder}/serve.log')}")


class Refusal(http.server.BaseHTTPRequestHandler):
    """Knows no key, as Dify says it."""

    def do_GET(self):
        body = b'{"code": "unauthorized", "message": "Access token is invalid", "status": 401}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def tls_server(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusal) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever).start()
        yield f"https://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def try_https(image, folder):
    certificate, key = f"{folder}/server.pem", f"{folder}/server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                    certificate], check=True, capture_output=True)
    # Where ca-certificates puts what is trusted when it is installed, not only unpacked.
    trusted = f"{image.root}/etc/ssl/certs/ca-certificates.crt"
    with tls_server(certificate, key) as url:
        shutil.copy(sorted(glob.glob(f"{image.root}/usr/share/ca-certificates/mozilla/*.crt"))[0], trusted)
        stranger = image.run("check", DIFY_API_KEY="app-none", DIFY_API_BASE_URL=url)
        check("it refuses a certificate of nobody known there", "certificate" in stranger.stdout,
              stranger.stdout + stranger.stderr)
        shutil.copy(certificate, trusted)
        known = image.run("check", DIFY_API_KEY="app-none", DIFY_API_BASE_URL=url)
        check("it speaks HTTPS with whom ca-certificates trusts", known.returncode == 1 and "key" in known.stdout
              and "certificate" not in known.stdout, known.stdout + known.stderr)
