"""A Dify in Python that answers well unless it is told how not to: each answer, header and byte can be exchanged."""
import copy
import datetime
import email.utils
import json
import random
import socket
import struct
import threading
import time
import urllib.parse
import uuid

VERSION = "1.15.0"


def row(second, status="succeeded", **changes):
    """A log with its run. Keys of `changes` that begin with `log_` are the log's, all others the run's."""
    run = {"id": str(uuid.uuid4()), "version": "2026-01-15 09:30:00.123456", "status": status, "triggered_from": "app-run",
           "error": "Connection refused" if status == "failed" else None, "elapsed_time": 1.5, "total_tokens": 100,
           "total_steps": 3, "created_at": second, "finished_at": None if status == "running" else second + 1,
           "exceptions_count": 0}
    log = {"id": str(uuid.uuid4()), "workflow_run": run, "details": None, "created_from": "service-api",
           "created_by_role": "end_user", "created_by_account": None,
           "created_by_end_user": {"id": str(uuid.uuid4()), "type": "service-api", "is_anonymous": False,
                                   "session_id": "alice"}, "created_at": second}
    for name, value in changes.items():
        (log if name.startswith("log_") else run)[name.removeprefix("log_")] = value
    return log


def some_rows(count=20, age=280, step=10):
    """Runs of the last minutes, the newest first; those within the last half minute are left out, since they may still move."""
    now = int(time.time())
    return [row(now - age + step * number) for number in range(count)][::-1]


class Gone(Exception):
    """The connection is over: closed by either side, or the server stops."""


class FakeDify:
    """A server on a port of 127.0.0.1 with one app; `attack` may exchange any part of what it does.

    A thread serves each connection. `attack` is an object with any of these methods, of which the first that gives something
    else than None decides: `accept(client)`, `answer(client)`, `info(document, client)`, `page(document, client)`.
    """

    def __init__(self, key, attack=None, rows=None, host="127.0.0.1", listens=True, tls=None):
        self.key = key
        self.attack = attack
        self.rows = some_rows() if rows is None else rows
        self.info = {"name": "fake", "description": "", "tags": [], "mode": "workflow", "author_name": "Olive Owner"}
        self.requests = []
        self.connections = 0
        self.stopping = threading.Event()
        self.random = random.Random(key)
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, 0))
        self.port = self.listener.getsockname()[1]
        self.scheme = "http"
        self.tls = tls
        if listens:
            self.listener.listen(128)
            threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"

    def stop(self):
        self.stopping.set()
        self.listener.close()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        if self.tls:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                return connection.close()
        client = Client(self, connection)
        try:
            accept = getattr(self.attack, "accept", None)
            if accept and accept(client) is not None:
                return
            while client.read_request():
                with self.lock:
                    client.number = len(self.requests)
                    self.requests.append((time.monotonic(), client.target))
                answer = getattr(self.attack, "answer", None)
                try:
                    if not answer or answer(client) is None:
                        client.reply(*self.document(client))
                except ValueError as error:
                    # A bound that is no date, as Dify answers it.
                    client.reply(400, {"code": "invalid_param", "message": str(error), "status": 400}, "BAD REQUEST")
                if client.is_over:
                    return
        except (Gone, OSError):
            pass
        finally:
            client.close()

    def document(self, client):
        """The status and the JSON value of the answer."""
        if client.path.endswith("/info"):
            return 200, self._changed("info", dict(self.info), client)
        if client.path.endswith("/workflows/logs"):
            return 200, self._changed("page", self.page(client), client)
        return 404, {"code": "not_found", "message": "there is nothing here", "status": 404}

    def _changed(self, name, document, client):
        change = getattr(self.attack, name, None)
        changed = change(document, client) if change else None
        return document if changed is None else changed

    def page(self, client):
        limit, number = int(client.query.get("limit", 20)), int(client.query.get("page", 1))
        found = self.found(client)
        return {"page": number, "limit": limit, "total": len(found), "has_more": len(found) > number * limit,
                "data": copy.deepcopy(found[(number - 1) * limit:number * limit])}

    def found(self, client):
        """The rows within the bounds of a request, the newest first."""
        after, before = (second_of(client.query.get(f"created_at__{bound}")) for bound in ("after", "before"))
        found = [one for one in self.rows if (after is None or one["created_at"] >= after)
                 and (before is None or one["created_at"] <= before)]
        return sorted(found, key=lambda one: -one["created_at"])


def second_of(text):
    """The moment of a bound in a request, in seconds since 1970."""
    if not text:
        return None
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class Client:
    """One connection to a fake Dify: the latest request, and all ways to answer it."""

    def __init__(self, dify, connection):
        self.dify = dify
        self.connection = connection
        self.connection.settimeout(30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.number = 0
        self.target = self.path = ""
        self.query = {}
        self.headers = {}
        self.is_over = False

    def read_request(self):
        while b"\r\n\r\n" not in self.received:
            chunk = self.connection.recv(65536)
            if not chunk or len(self.received) > 1 << 20:
                return False
            self.received += chunk
            if self.received[0] == 0x16:
                # A TLS client at a port for plain HTTP is told so, as by gunicorn and nginx.
                self.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                return False
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.target = lines[0].split(" ")[1]
        parts = urllib.parse.urlsplit(self.target)
        self.path, self.query = parts.path, dict(urllib.parse.parse_qsl(parts.query))
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
        return True

    @property
    def is_logs(self):
        return self.path.endswith("/workflows/logs")

    def good(self):
        """The body of the answer that a good Dify would give."""
        return json.dumps(self.dify.document(self)[1]).encode()

    def reply(self, status=200, body=b"", reason="OK", without=(), **headers):
        """A whole answer. Headers are named with underscores; a list gives one line for each, None leaves it out."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send(self.head(status, reason, **{"Content_Length": len(body)} | headers) + body)
        return True

    def head(self, status=200, reason="OK", **headers):
        every = {"Server": "gunicorn", "Date": email.utils.formatdate(usegmt=True), "Connection": "keep-alive",
                 "Content_Type": "application/json", "X_Version": VERSION, "X_Env": "PRODUCTION"} | headers
        lines = [f"HTTP/1.1 {status} {reason}".encode("latin-1", "replace")]
        for name, value in every.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    text = one if isinstance(one, bytes) else str(one).encode()
                    lines.append(name.replace("_", "-").encode() + b": " + text)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def send(self, *pieces):
        for piece in pieces:
            if self.dify.stopping.is_set():
                raise Gone
            self.connection.sendall(piece)
        return True

    def repeat(self, piece, seconds=20):
        """Sends a piece again and again, as fast as the other side takes it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.send(piece)
        return self.close()

    def drip(self, data, pause=0.1, size=1):
        for start in range(0, len(data), size):
            self.send(data[start:start + size])
            if self.dify.stopping.wait(pause):
                raise Gone
        return True

    def silence(self, seconds=20):
        """Says nothing until the other side leaves."""
        until = time.monotonic() + seconds
        self.connection.settimeout(0.2)
        while time.monotonic() < until and not self.dify.stopping.is_set():
            try:
                if not self.connection.recv(65536):
                    break
            except TimeoutError:
                continue
        return self.close()

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return self.close()

    def close(self):
        self.is_over = True
        self.connection.close()
        return True

    def close_well(self):
        """Ends the sending half and waits until the other side has read all."""
        self.connection.shutdown(socket.SHUT_WR)
        return self.silence(2)


def poisoned(indices):
    """What Dify 1.15 answers where the rows at these places of the page are such that it cannot read (langgenius/dify#38201)."""
    count = len(indices)
    return {"code": "invalid_param", "status": 400, "message":
            f"{count} validation error{'s' if count > 1 else ''} for WorkflowAppLogPaginationResponse\n"
            + "".join(f"data.{index}.created_by_end_user\n  Error extracting attribute: ValueError: 'service_api' is not a "
                      "valid EndUserType [type=get_attribute_error, input_value=<services.workflow_app_se...bject at "
                      "0x7f81dda11250>, input_type=LogView]\n    For further information visit "
                      "https://errors.pydantic.dev/2.12/v/get_attribute_error\n" for index in indices)}
