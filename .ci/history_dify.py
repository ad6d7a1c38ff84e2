"""A Dify with a long past of which every run is known: what histories are compared with."""
import bisect
import contextlib
import datetime
import email.utils
import http.server
import json
import random
import threading
import time
import urllib.parse

STATUSES = [("succeeded", 0.86), ("failed", 0.08), ("stopped", 0.03), ("partial-succeeded", 0.03)]
ERRORS = ["Rate limit reached: HTTP 429", "Read timeout", "Connection refused", "Invalid API key: HTTP 401", "KeyError: 'x'"]
TRIGGERS = ["app-run", "webhook", "schedule"]


class Run:
    __slots__ = ("created", "id", "status", "elapsed", "tokens", "steps", "exceptions", "end", "error", "trigger")

    def __init__(self, created, identity, generator, status=None, seconds=None):
        self.created = created
        self.id = identity
        self.status = status or generator.choices([name for name, _ in STATUSES], [share for _, share in STATUSES])[0]
        # Quarters of a second, so that sums are exact in whatever order they are made.
        self.elapsed = (generator.expovariate(1 / 12) if seconds is None else seconds) // 0.25 * 0.25 + 0.25
        self.tokens = int(generator.expovariate(1 / 900))
        self.steps = generator.randint(1, 9)
        self.exceptions = 1 if self.status == "partial-succeeded" else 0
        self.end = created + int(self.elapsed + 0.999)
        self.error = generator.choice(ERRORS) if self.status == "failed" else None
        self.trigger = generator.choice(TRIGGERS)

    def json(self, now):
        if self.status == "running" or self.end > now:
            status, elapsed, tokens, steps, exceptions, end, error = "running", 0, 0, 0, 0, "null", "null"
        else:
            status, elapsed, tokens, steps, exceptions = self.status, self.elapsed, self.tokens, self.steps, self.exceptions
            end, error = self.end, json.dumps(self.error)
        return (f'{{"id":"a{self.id[1:]}","workflow_run":{{"id":"{self.id}","version":"1","status":"{status}",'
                f'"triggered_from":"{self.trigger}","error":{error},"elapsed_time":{elapsed},"total_tokens":{tokens},'
                f'"total_steps":{steps},"created_at":{self.created},"finished_at":{end},"exceptions_count":{exceptions}}},'
                f'"details":null,"created_from":"service-api","created_by_role":"end_user","created_by_account":null,'
                f'"created_by_end_user":null,"created_at":{self.created}}}')


class App:
    """The runs of one app, by when they were logged."""

    def __init__(self, number, seed):
        self.name, self.key = f"app-{number}", f"app-history-key-{number}"
        self.number = number
        self.generator = random.Random(f"{seed} {number}")
        self.runs = []
        self.seconds = []
        self.count = 0
        self.lock = threading.Lock()

    def add(self, created, status=None, seconds=None):
        """Writes a log, which may be older than others; a status `running` never ends."""
        self.count += 1
        identity = f"{self.number:08x}-0000-4000-8000-{self.count:012x}"
        run = Run(created, identity, self.generator, status, seconds)
        with self.lock:
            place = bisect.bisect_right(self.seconds, created)
            self.seconds.insert(place, created)
            self.runs.insert(place, run)
        return run

    def fill(self, first, last, count):
        """A past of so many runs, more by day than by night, with a few that last for hours."""
        moments = []
        while len(moments) < count:
            moment = self.generator.randint(first, last)
            hour = moment % 86_400 / 3600
            if self.generator.random() < 0.35 + 0.65 * max(0, 1 - abs(hour - 13) / 9):
                moments.append(moment)
        for moment in sorted(moments):
            self.count += 1
            long = self.generator.random() < 0.001
            identity = f"{self.number:08x}-0000-4000-8000-{self.count:012x}"
            self.runs.append(Run(moment, identity, self.generator, None,
                                 self.generator.uniform(3600, 7200) if long else None))
        self.runs.sort(key=lambda run: run.created)
        self.seconds = [run.created for run in self.runs]

    def remove(self, run):
        with self.lock:
            place = self.runs.index(run)
            del self.runs[place], self.seconds[place]

    def page(self, after, before, page, limit):
        with self.lock:
            first = bisect.bisect_left(self.seconds, after)
            end = max(first, bisect.bisect_right(self.seconds, before))
            stop = max(first, end - (page - 1) * limit)
            rows = self.runs[max(first, stop - limit):stop][::-1]
        now = time.time()
        data = ",".join(run.json(now) for run in rows)
        more = "true" if end - first > page * limit else "false"
        return f'{{"page":{page},"limit":{limit},"total":{end - first},"has_more":{more},"data":[{data}]}}'

    def ended(self, until, since=0):
        """The runs that ended after `since` and not after `until`."""
        return [run for run in self.runs if run.status != "running" and since < run.end <= until]


class HistoryDify:
    """Serves apps on a port of 127.0.0.1."""

    def __init__(self, count, seed=1):
        self.apps = [App(number, seed) for number in range(1, count + 1)]
        by_key = {f"Bearer {app.key}": app for app in self.apps}
        self.requests = 0
        self.is_gone = False
        # Seconds that each answer takes at least.
        self.delay = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 1 << 16

            def do_GET(self):
                outer.requests += 1
                time.sleep(outer.delay)
                target = urllib.parse.urlsplit(self.path)
                app = by_key.get(self.headers.get("Authorization"))
                if outer.is_gone:
                    return self.reply(502, "<html>Bad gateway</html>", "text/html")
                if app is None:
                    return self.reply(401, '{"code":"unauthorized","message":"Access token is invalid","status":401}')
                if target.path == "/v1/info":
                    return self.reply(200, json.dumps({"name": app.name, "description": "", "tags": [],
                                                       "mode": "workflow", "author_name": "Olive"}))
                query = dict(urllib.parse.parse_qsl(target.query))
                self.reply(200, app.page(
                    second(query.get("created_at__after"), 0), second(query.get("created_at__before"), 1 << 40),
                    int(query.get("page", 1)), int(query.get("limit", 20))))

            def reply(self, code, text, kind="application/json"):
                body = text.encode()
                self.wfile.write((f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                                  f"Date: {email.utils.formatdate(usegmt=True)}\r\nX-Version: 1.13.0\r\n\r\n").encode() + body)
                self.wfile.flush()

            def handle(self):
                # A client that is killed resets its connection.
                with contextlib.suppress(ConnectionError):
                    super().handle()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def config(self, path, **settings):
        apps = [{"name": app.name, "api_key": app.key} for app in self.apps]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"base_url": self.url, "requests_per_second": 1000, "requests_in_flight": 4, "apps": apps} | settings,
                      file)
        return path


def second(text, default):
    if text is None:
        return default
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())
