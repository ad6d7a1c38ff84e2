"""The ways in which a Dify, or what pretends to be one, may answer wrongly; and what an exporter is to make of each."""
import dataclasses
import email.utils
import gzip
import json
import socket
import time
import uuid
import zlib

from fake_dify import poisoned, row, second_of, some_rows

ROWS = 20
INT64 = 2**63 - 1
HUGE_DAY = "Fri, 2147483648 Dec 2026 23:59:59 GMT"
HUGE_DAY_ASCTIME = "Fri Dec 2147483648 23:59:59 2026"
FAR_DATE = "Fri, 31 Dec 9999 23:59:59 GMT"
# Escape sequence, C1 control, right-to-left override, isolate, line separator, NUL, delete, byte order mark.
ODD_TEXT = "a\x1b[2J\x1b]0;b\x07\x9b31mc\u202ed\u2066e\u2028f\x00g\x7fh\ufeff\nlevel=error msg=forged\r\n"

TIMEOUT = r"not answered within|in time|timed out|time-?out"
CONNECTION = r"connection|closed|reset|refuse"
NOT_DIFY = r"not from Dify|not a Dify|base_url"
TOO_LONG = r"long|large|big|more than|limit|exceed"
HEADERS = r"header|head\b"
BROKEN = f"{CONNECTION}|{NOT_DIFY}|{TIMEOUT}"
ANY = r"\w"


@dataclasses.dataclass
class Attack:
    """One way to answer wrongly. The functions are those that `FakeDify` asks."""

    name: str
    sent: str
    accept: object = None
    answer: object = None
    info: object = None
    page: object = None
    rows: object = None
    # What has to be said: up is True, False, or None where either is right. Where it is up, so many runs are counted.
    up: object = False
    runs: tuple = (ROWS, ROWS)
    reason: str = ANY
    never: str = r"32 MiB|out of memory"
    # Attacks on memory have the program for themselves, and some take longer than others.
    alone: bool = False
    seconds: int = 12
    requests: int = 5
    listens: bool = True
    scheme: str = "http"
    settings: dict = dataclasses.field(default_factory=dict)
    # For `https` with a server that speaks TLS.
    certificate: bool = False
    # So many apps of this server are attacked at once.
    apps: int = 1


every = []


def attack(name, sent, **facts):
    assert all(one.name != name for one in every), name
    every.append(Attack(name, sent, **facts))


def raw(pieces):
    """Sends bytes that are no answer, or not a whole one, and closes the connection."""
    def answer(client):
        made = pieces(client) if callable(pieces) else pieces
        client.send(*(made if isinstance(made, list) else [made]))
        return client.close_well()
    return answer


def replying(body=None, status=200, reason="OK", logs_only=False, **headers):
    """A whole answer with another body, status or header; what is callable is made anew for each request."""
    def answer(client):
        if logs_only and not client.is_logs:
            return None
        made = {name: value(client) if callable(value) else value for name, value in headers.items()}
        said = reason(client) if callable(reason) else reason
        content = client.good() if body is None else body(client) if callable(body) else body
        return client.reply(status, content, said, **made)
    return answer


def logs(body, **headers):
    return replying(body, logs_only=True, **headers)


def error(status, message=None, body=None, **headers):
    """An error of Dify's shape, or with another body."""
    def content(client):
        said = message(client) if callable(message) else message
        return json.dumps({"code": "odd", "message": said, "status": status}).encode()
    return replying(content if body is None else body, status, "Odd", **headers)


def each_row(**changes):
    """Changes every row of a page; what is callable is given the row's number."""
    def page(document, client):
        for number, one in enumerate(document["data"]):
            for name, value in changes.items():
                place = one if name.startswith("log_") else one["workflow_run"]
                place[name.removeprefix("log_")] = value(number) if callable(value) else value
        return document
    return page


def with_text(name, text):
    """The same page with a number's text put where JSON would not print it so."""
    def body(client):
        status, document = client.dify.document(client)
        for one in document["data"]:
            one["workflow_run"][name] = "@@"
        return json.dumps(document).replace('"@@"', text).encode()
    return logs(body)


def members(**values):
    """Other members of a page."""
    return lambda document, client: document | {name: value(document, client) if callable(value) else value
                                                for name, value in values.items()}


# MARK: Cut, broken and reset connections

attack("refused", "nobody listens", listens=False, reason=CONNECTION)
attack("closed-at-once", "the connection is closed as soon as it is taken", accept=lambda c: c.close(), reason=CONNECTION)
attack("reset-at-once", "the connection is reset as soon as it is taken", accept=lambda c: c.reset(), reason=CONNECTION)
attack("reset-after-request", "the request is read and the connection reset", answer=lambda c: c.reset(), reason=CONNECTION)
attack("closed-after-request", "the request is read and the connection closed", answer=lambda c: c.close(), reason=CONNECTION)
attack("deaf", "the connection is taken, nothing is read or said", accept=lambda c: c.silence(60), reason=TIMEOUT)
attack("mute", "the request is read, nothing is said", answer=lambda c: c.silence(60), reason=TIMEOUT)
for name, sent, cut in [
    ("cut-in-status-line", "half a status line", lambda c: b"HTTP/1."),
    ("cut-after-status-line", "a status line and nothing else", lambda c: b"HTTP/1.1 200 OK\r\n"),
    ("cut-in-header-name", "half a header name", lambda c: b"HTTP/1.1 200 OK\r\nContent-Ty"),
    ("cut-in-header-value", "half a header value", lambda c: c.head()[:-12]),
    ("cut-before-blank-line", "all headers without the blank line", lambda c: c.head(Content_Length=5)[:-2]),
    ("cut-after-headers", "all headers and no body", lambda c: c.head(Content_Length=len(c.good()))),
    ("cut-in-body", "half the body", lambda c: c.head(Content_Length=len(c.good())) + c.good()[:len(c.good()) // 2]),
    ("cut-before-last-byte", "the body but its last byte", lambda c: c.head(Content_Length=len(c.good())) + c.good()[:-1]),
    ("cut-without-length", "half the body, with no length told", lambda c: c.head(Connection="close") + c.good()[:-40]),
    ("cut-in-chunk-size", "the end within a chunk's size", lambda c: c.head(Transfer_Encoding="chunked") + b"1"),
    ("cut-in-chunk", "the end within a chunk",
     lambda c: c.head(Transfer_Encoding="chunked") + b"%x\r\n" % len(c.good()) + c.good()[:-9]),
    ("cut-before-last-chunk", "all chunks but the empty one",
     lambda c: c.head(Transfer_Encoding="chunked") + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n"),
    ("cut-in-gzip", "half of a gzip stream",
     lambda c: c.head(Content_Encoding="gzip", Content_Length=len(gzip.compress(c.good())) // 2)
     + gzip.compress(c.good())[:len(gzip.compress(c.good())) // 2]),
]:
    attack(name, sent, answer=raw(cut), reason=BROKEN)
attack("cut-in-character", "the end within a character of UTF-8, as long as was told",
       answer=replying(lambda c: '{"name":"ü'.encode()[:-1]), reason=NOT_DIFY)
attack("reset-in-header", "a reset within the headers", answer=lambda c: (c.send(c.head()[:40]), c.reset()), reason=CONNECTION)
attack("reset-in-body", "a reset within the body",
       answer=lambda c: (c.send(c.head(Content_Length=999), c.good()[:50]), c.reset()), reason=CONNECTION)
attack("reset-every-other", "each second request is answered by a reset", up=True,
       answer=lambda c: c.reset() if c.number % 2 else None)

# MARK: Lies about lengths and connections

attack("length-too-long", "a length of one byte more than is sent, then nothing",
       answer=lambda c: (c.send(c.head(Content_Length=len(c.good()) + 1) + c.good()), c.silence(60)), reason=TIMEOUT)
attack("length-too-short", "a length of ten bytes fewer than is sent",
       answer=lambda c: c.send(c.head(Content_Length=len(c.good()) - 10) + c.good()), reason=BROKEN)
attack("length-twice", "two different lengths",
       answer=replying(Content_Length=lambda c: [len(c.good()), len(c.good()) - 7]), reason=BROKEN)
attack("length-negative", "a length of -1", answer=raw(lambda c: c.head(Content_Length=-1) + c.good()), up=None)
attack("length-huge", "a length of 2^63", answer=raw(lambda c: c.head(Content_Length=2**63) + c.good()), up=None)
attack("length-of-exabytes", "a length of 2^62, and the body alone",
       answer=raw(lambda c: c.head(Content_Length=2**62) + c.good()), reason=f"{BROKEN}|{TOO_LONG}")
attack("length-word", "a length that is a word", answer=raw(lambda c: c.head(Content_Length="abc") + c.good()), up=None)
attack("length-and-chunks", "a length and chunks at once", up=None,
       answer=raw(lambda c: c.head(Content_Length=3, Transfer_Encoding="chunked")
                  + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n0\r\n\r\n"))
attack("length-zero", "an empty body", answer=replying(b""), reason=NOT_DIFY)
attack("never-ends", "a whole body of unknown length on a connection that stays open",
       answer=lambda c: (c.send(c.head(Connection="close") + c.good()), c.silence(60)), reason=TIMEOUT)
attack("keep-alive-lie", "the promise to keep the connection, which is closed after each answer", up=True,
       answer=lambda c: (c.reply(200, c.good()), c.close_well()))
attack("close-lie", "Connection: close on a connection that stays open", up=True, answer=replying(Connection="close"))
attack("reset-when-idle", "the connection is reset as soon as an answer is read", up=True,
       answer=lambda c: (c.reply(200, c.good()), c.dify.stopping.wait(0.2), c.reset()))
attack("answers-in-advance", "behind each answer another that nobody asked for, with 1,000 runs more", up=None,
       answer=lambda c: c.send(*[c.head(Content_Length=len(one)) + one for one in (c.good(), injected(c))]))


def injected(client):
    now = int(time.time())
    rows = [row(now - 60 - number // 10) for number in range(1000)]
    return json.dumps({"page": 1, "limit": 100, "total": 1000, "has_more": False, "data": rows}).encode()


attack("answer-before-request", "a whole answer as soon as the connection is taken", up=None,
       accept=lambda c: (c.send(c.head(Content_Length=2) + b"{}"), c.silence(60)), reason=f"{NOT_DIFY}|{BROKEN}")
attack("answer-after-close", "Connection: close, the answer, and another with 1,000 runs more", up=None,
       answer=lambda c: (c.reply(200, c.good(), Connection="close"), c.reply(200, injected(c)), c.close_well()))
attack("noise-behind-answer", "random bytes behind each answer on a connection that is kept", up=None,
       answer=lambda c: c.send(c.head(Content_Length=len(c.good())) + c.good() + c.dify.random.randbytes(3000)))
attack("noise-without-end-behind-answer", "bytes without end behind a good answer", up=None, alone=True,
       answer=lambda c: (c.send(c.head(Content_Length=len(c.good())) + c.good()), c.repeat(b"a" * 65536)))
attack("interim-answer-of-the-key", "103 with the key in its header fields, and then a good answer", up=None,
       answer=lambda c: (c.send(f"HTTP/1.1 103 {c.dify.key}\r\nX-Version: {c.dify.key}\r\nDate: {c.dify.key}\r\n\r\n".encode()),
                         c.reply(200, c.good())))
attack("http2-upgrade", "101 to h2c and the preface of HTTP/2", reason=f"{BROKEN}|{TIMEOUT}",
       answer=raw(lambda c: b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
                  b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"))
attack("http-09", "a body without any header", answer=raw(lambda c: c.good()), reason=BROKEN)
attack("http-10", "HTTP/1.0 without a length", up=True,
       answer=raw(lambda c: c.head(Connection="close").replace(b"HTTP/1.1", b"HTTP/1.0") + c.good()))
attack("http-99", "HTTP/9.9", answer=raw(lambda c: c.head().replace(b"HTTP/1.1", b"HTTP/9.9") + c.good()), reason=BROKEN)
attack("ssh", "the greeting of an SSH server", accept=lambda c: (c.send(b"SSH-2.0-OpenSSH_9.2p1\r\n"), c.silence(60)),
       reason=BROKEN)
attack("noise", "random bytes", answer=raw(lambda c: c.dify.random.randbytes(5000)), reason=BROKEN)
attack("http2", "the first frames of HTTP/2", answer=raw(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x64\0\4\0\x0f\xff\xf1"), reason=BROKEN)
attack("tls-alert", "a TLS alert on a plain port", answer=raw(b"\x15\x03\x01\x00\x02\x02\x46"), reason=BROKEN)
attack("bare-line-feeds", "headers that end with a line feed alone", up=None,
       answer=raw(lambda c: c.head(Content_Length=len(c.good())).replace(b"\r\n", b"\n") + c.good()))
attack("folded-header", "a folded header", up=None, answer=replying(X_Folded="a\r\n b\r\n\tc"))
attack("header-without-colon", "a header without a colon", up=None, answer=replying(X_Odd="a\r\nno colon here"))
attack("header-with-nul", "a NUL in a header", up=None, answer=replying(X_Odd="a\0b"))
attack("header-not-utf8", "bytes that are no UTF-8 in headers", up=None,
       answer=replying(X_Version=b"1.15\xff\xfe\x80", X_Odd=b"\x80\xff"))

# MARK: Slow and endless

attack("slow-headers", "one byte of the headers every 0.1 s", answer=lambda c: c.drip(c.head()), reason=TIMEOUT)
attack("slow-body", "one byte of the body every 0.1 s",
       answer=lambda c: (c.send(c.head(Content_Length=len(c.good()))), c.drip(c.good())), reason=TIMEOUT)
attack("slow-chunks", "a chunk of one byte every 0.1 s",
       answer=lambda c: (c.send(c.head(Transfer_Encoding="chunked")), c.drip(b"1\r\n \r\n" * 999, size=6)), reason=TIMEOUT)
attack("slow-continue", "100 Continue every 0.1 s",
       answer=lambda c: c.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 999, size=25), reason=TIMEOUT)
attack("body-byte-each-second", "one byte of the body each second", seconds=24,
       answer=lambda c: (c.send(c.head(Content_Length=len(c.good()))), c.drip(c.good(), 1)), reason=TIMEOUT)
attack("header-byte-each-second", "one byte of the headers each second", seconds=24, answer=lambda c: c.drip(c.head(), 1), reason=TIMEOUT)
attack("interim-answer-each-second", "102 Processing each second", seconds=24, reason=TIMEOUT,
       answer=lambda c: c.drip(b"HTTP/1.1 102 Processing\r\n\r\n" * 999, 1, 27))
attack("endless-reason", "a status line without end",
       answer=lambda c: (c.send(b"HTTP/1.1 200 "), c.repeat(b"a" * 65536)), reason=f"{HEADERS}|{TOO_LONG}|{BROKEN}", alone=True)
attack("endless-interim-header", "one header line without end in an interim answer", alone=True, reason=f"{HEADERS}|{TOO_LONG}|{BROKEN}",
       answer=lambda c: (c.send(b"HTTP/1.1 103 Early Hints\r\nX-Odd: "), c.repeat(b"a" * 65536)))
attack("flood-of-interim-headers", "103 with a header of 1 kB, without end", alone=True, reason=f"{TIMEOUT}|{BROKEN}|{TOO_LONG}|{HEADERS}",
       answer=lambda c: c.repeat((b"HTTP/1.1 103 Early Hints\r\nX-Odd: " + b"a" * 1000 + b"\r\n\r\n") * 50))
attack("flood-of-headers", "headers without end", answer=lambda c: (c.send(c.head()[:-2]), c.repeat(b"X-Odd: " + b"a" * 90 + b"\r\n")),
       reason=f"{HEADERS}|{TOO_LONG}", alone=True)
attack("endless-header", "one header line without end",
       answer=lambda c: (c.send(b"HTTP/1.1 200 OK\r\nX-Odd: "), c.repeat(b"a" * 65536)), reason=f"{HEADERS}|{TOO_LONG}", alone=True)
attack("headers-of-65-kb", "65 kB of headers in lines of 1 kB", answer=replying(X_Odd=["a" * 1000] * 66), up=None,
       reason=f"{HEADERS}|{TOO_LONG}")
attack("header-of-70-kb", "one header of 70 kB", answer=replying(X_Odd="a" * 70_000), up=None, reason=f"{HEADERS}|{TOO_LONG}")
attack("header-of-99-kb", "one header of 99 kB", answer=replying(X_Odd="a" * 99_000), up=None, reason=f"{HEADERS}|{TOO_LONG}")
attack("header-of-1-mb", "one header of 1 MB", answer=replying(X_Odd="a" * 1_000_000), reason=f"{HEADERS}|{TOO_LONG}")
attack("headers-by-the-thousand", "100,000 headers", answer=replying(X_Odd=["a"] * 100_000), reason=f"{HEADERS}|{TOO_LONG}")
attack("flood-of-continues", "100 Continue without end", answer=lambda c: c.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
       alone=True, reason=f"{TIMEOUT}|{BROKEN}|{TOO_LONG}")
attack("interim-answers", "twenty interim answers with headers, and then a good one", up=None,
       answer=lambda c: (c.send((b"HTTP/1.1 103 Early Hints\r\nX-Odd: " + b"a" * 1000 + b"\r\n\r\n") * 20),
                         c.reply(200, c.good())))
attack("switching-protocols", "101 Switching Protocols, and then noise",
       answer=raw(lambda c: b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + b"x" * 900),
       reason=f"{BROKEN}|{TIMEOUT}")
attack("endless-body", "spaces without end", alone=True, reason=TOO_LONG, never="out of memory",
       answer=lambda c: (c.send(c.head(Connection="close")), c.repeat(b" " * 65536)))
attack("endless-chunks", "chunks without end", alone=True, reason=TOO_LONG, never="out of memory",
       answer=lambda c: (c.send(c.head(Transfer_Encoding="chunked")), c.repeat(b"10000\r\n" + b" " * 65536 + b"\r\n")))
attack("endless-text", "a JSON string without end", alone=True, reason=TOO_LONG, never="out of memory",
       answer=lambda c: (c.send(c.head(Connection="close"), b'{"name":"'), c.repeat(b"a" * 65536)))
attack("endless-rows", "rows without end", alone=True, reason=TOO_LONG, never="out of memory",
       answer=lambda c: None if not c.is_logs else (
           c.send(c.head(Connection="close"), b'{"page":1,"limit":100,"total":9,"has_more":true,"data":['),
           c.repeat((json.dumps(row(int(time.time()))) + ",").encode() * 100)))
attack("long-of-eight-apps", "31 MB for each of eight apps at once", alone=True, apps=8, seconds=24, never="out of memory", up=None, runs=(0, ROWS),
       page=each_row(status="failed", error=lambda n: "e" * 31_000_000 if n == 0 else None))
attack("endless-of-eight-apps", "spaces without end for each of eight apps at once", alone=True, apps=8, seconds=24,
       reason=TOO_LONG, never="out of memory",
       answer=lambda c: (c.send(c.head(Connection="close")), c.repeat(b" " * 65536)))
attack("long-and-mute-of-eight-apps", "31 MB and then silence for each of eight apps at once", alone=True, apps=8, seconds=24,
       reason=f"{TIMEOUT}|{TOO_LONG}", never="out of memory",
       answer=lambda c: (c.send(c.head(Connection="close"), *[b" " * (1 << 20)] * 31), c.silence(60)))
attack("endless-error", "500 with text without end", alone=True,
       answer=lambda c: (c.send(c.head(500, "Error", Connection="close"), b'{"message":"'), c.repeat(b"a" * 65536)),
       never="out of memory")

# MARK: Chunks and encodings

attack("chunk-size-word", "a chunk's size that is no number",
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked") + b"ZZZ\r\nabc\r\n"), reason=BROKEN)
attack("chunk-size-huge", "a chunk of 2^64 bytes",
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked") + b"FFFFFFFFFFFFFFFF\r\nabc"), reason=BROKEN)
attack("chunk-size-negative", "a chunk of -5 bytes",
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked") + b"-5\r\nabc\r\n"), reason=BROKEN)
attack("chunk-extension-of-1-mb", "a chunk extension of 1 MB", up=None,
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked") + b"%x;a=" % len(c.good()) + b"b" * 1_000_000 + b"\r\n"
                  + c.good() + b"\r\n0\r\n\r\n"))
attack("endless-chunk-extension", "a chunk extension without end", alone=True, reason=f"{TIMEOUT}|{BROKEN}|{TOO_LONG}",
       answer=lambda c: (c.send(c.head(Transfer_Encoding="chunked") + b"5;a="), c.repeat(b"b" * 65536)))
attack("endless-chunk-size", "a chunk's size of zeros without end", alone=True, reason=f"{TIMEOUT}|{BROKEN}|{TOO_LONG}",
       answer=lambda c: (c.send(c.head(Transfer_Encoding="chunked")), c.repeat(b"0" * 65536)))
attack("endless-trailers", "trailers without end", alone=True, reason=f"{TIMEOUT}|{BROKEN}|{TOO_LONG}|{HEADERS}",
       answer=lambda c: (c.send(c.head(Transfer_Encoding="chunked") + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n0\r\n"),
                         c.repeat(b"X-Odd: " + b"a" * 1000 + b"\r\n")))
attack("chunked-twice", "chunked within chunked", up=None,
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked, chunked") + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n0\r\n\r\n"))
attack("transfer-encoding-unknown", "a transfer encoding that nobody knows", up=None,
       answer=raw(lambda c: c.head(Transfer_Encoding="x-odd") + c.good()))
attack("chunk-without-line-end", "chunks that don't end where they should",
       answer=raw(lambda c: c.head(Transfer_Encoding="chunked") + b"3\r\nabcdef\r\n0\r\n\r\n"), reason=BROKEN)
attack("chunks-of-one-byte", "a good answer in chunks of one byte", up=True,
       answer=lambda c: c.send(c.head(Transfer_Encoding="chunked") + b"".join(b"1\r\n%c\r\n" % byte for byte in c.good())
                               + b"0\r\n\r\n"))
attack("trailers", "10,000 trailers", up=None,
       answer=lambda c: c.send(c.head(Transfer_Encoding="chunked") + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n0\r\n"
                               + b"X-Odd: a\r\n" * 10_000 + b"\r\n"))
attack("trailers-that-lie", "a Date and X-Version in trailers, with the key", up=None,
       answer=lambda c: c.send(c.head(Transfer_Encoding="chunked") + b"%x\r\n" % len(c.good()) + c.good() + b"\r\n0\r\n"
                               + f"Date: {HUGE_DAY}\r\nX-Version: {c.dify.key}\r\n\r\n".encode()))


def bomb(megabytes, header=b"\x1f\x8b\x08\0\0\0\0\0\0\x03"):
    """Spaces, deflated; a block that stands for itself is made once and repeated. Nobody should come to its checksum."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(b" " * (1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return header + block * megabytes + squeeze.flush()


def zstd_bomb(megabytes, window):
    """Zeros as blocks of one repeated byte (RFC 8878, section 3.1.1), with a window of 2 to that power."""
    block = (2**17 << 3 | 1 << 1).to_bytes(3, "little") + b" "
    return bytes.fromhex("28b52ffd00") + bytes([(window - 10) << 3]) + block * (megabytes * 8)


attack("zstd-bomb", "1 GiB of spaces in 32 kB of zstd", alone=True, reason=f"{TOO_LONG}|{BROKEN}", never="out of memory",
       answer=replying(zstd_bomb(1024, 17), Content_Encoding="zstd"))
attack("zstd-window", "zstd that asks for a window of 128 MiB", alone=True, reason=f"{TOO_LONG}|{BROKEN}", never="out of memory",
       answer=replying(zstd_bomb(1024, 27), Content_Encoding="zstd"))
attack("zstd-window-huge", "zstd that asks for a window of 2 TiB", alone=True, reason=f"{TOO_LONG}|{BROKEN}", never="out of memory",
       answer=replying(zstd_bomb(64, 41), Content_Encoding="zstd"))
attack("brotli-noise", "random bytes as brotli", reason=BROKEN, answer=replying(lambda c: c.dify.random.randbytes(90_000), Content_Encoding="br"))
attack("gzip-members", "gzip of 100,000 empty members", up=None, alone=True, reason=f"{BROKEN}|{NOT_DIFY}|{TIMEOUT}",
       answer=replying(gzip.compress(b"") * 100_000, Content_Encoding="gzip"))
attack("gzip-endless", "gzip of nothing without end", alone=True, reason=f"{BROKEN}|{TIMEOUT}|{TOO_LONG}",
       answer=lambda c: (c.send(c.head(Content_Encoding="gzip", Connection="close") + b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
                         c.repeat(b"\0\0\0\xff\xff" * 10_000)))
attack("gzip-endless-name", "gzip with a file name without end in its head", alone=True, reason=f"{BROKEN}|{TIMEOUT}|{TOO_LONG}",
       answer=lambda c: (c.send(c.head(Content_Encoding="gzip", Connection="close") + b"\x1f\x8b\x08\x08\0\0\0\0\0\x03"),
                         c.repeat(b"n" * 65536)))
attack("gzip-undeclared", "gzip that is not declared", answer=replying(lambda c: gzip.compress(c.good())), reason=f"{NOT_DIFY}|{BROKEN}")
attack("gzip-bomb", "1 GiB of spaces in 1 MB of gzip", alone=True, reason=TOO_LONG, never="out of memory",
       answer=replying(bomb(1024), Content_Encoding="gzip"))
attack("gzip-bomb-twice", "gzip within gzip: 4 GiB in 20 kB", alone=True, reason=f"{TOO_LONG}|{BROKEN}", never="out of memory",
       answer=replying(gzip.compress(bomb(4096)), Content_Encoding="gzip, gzip"))
attack("deflate-bomb", "1 GiB of spaces, deflated", alone=True, reason=TOO_LONG, never="out of memory",
       answer=replying(bomb(1024, b"\x78\x9c"), Content_Encoding="deflate"))
attack("gzip-bomb-error", "500 with 1 GiB of spaces in 1 MB of gzip", alone=True, never="out of memory",
       answer=replying(bomb(1024), 500, "Error", Content_Encoding="gzip"))
attack("gzip-bomb-in-33-mib", "the body is just longer than the longest", alone=True, reason=TOO_LONG, never="out of memory",
       answer=replying(bomb(33), Content_Encoding="gzip"))
attack("gzip-that-is-none", "gzip that is none", answer=replying(Content_Encoding="gzip"), reason=BROKEN)
attack("gzip-with-wrong-sum", "gzip with a wrong checksum", reason=BROKEN,
       answer=replying(lambda c: gzip.compress(c.good())[:-8] + bytes(8), Content_Encoding="gzip"))
attack("gzip-and-more", "gzip with bytes behind its end", up=None,
       answer=replying(lambda c: gzip.compress(c.good()) + b"more" * 50, Content_Encoding="gzip"))
attack("gzip-good", "good gzip", up=True, answer=replying(lambda c: gzip.compress(c.good()), Content_Encoding="gzip"))
attack("brotli-that-is-none", "brotli that is none", answer=replying(Content_Encoding="br"), reason=BROKEN)
attack("encoding-unknown", "an encoding that nobody knows", answer=replying(Content_Encoding="x-odd"), up=None)
attack("encodings-by-the-dozen", "gzip twenty times over", answer=replying(Content_Encoding=", ".join(["gzip"] * 20)), reason=BROKEN)

# MARK: Redirects

attack("redirect-to-itself", "301 to the same place", reason="redirect",
       answer=replying(b"", 301, "Moved", Location=lambda c: c.dify.url + "/info"))
attack("redirect-with-key", "302 to a place with the key in it", reason="redirect",
       answer=replying(b"", 302, "Found", Location=lambda c: f"http://127.0.0.1:9/?key={c.dify.key}"))
attack("redirect-with-key-late", "302 to a long place with the key at its 190th character", reason="redirect",
       answer=replying(b"", 302, "Found", Location=lambda c: "http://127.0.0.1:9/".ljust(190, "x") + c.dify.key))
attack("redirect-to-file", "307 to file:///etc/passwd", answer=replying(b"", 307, "Odd", Location="file:///etc/passwd"), reason="redirect")
for scheme in ["gopher", "dict", "ldap", "smb", "ftp", "javascript", "data"]:
    attack(f"redirect-to-{scheme}", f"302 to {scheme}:", reason="redirect",
           answer=replying(b"", 302, "Odd", Location=lambda c, scheme=scheme: f"{scheme}://127.0.0.1:{c.dify.port}/{c.dify.key}"))
attack("redirect-to-neighbour", "307 to another path of the same server", reason="redirect",
       answer=replying(b"", 307, "Odd", Location=lambda c: f"{c.dify.url}/workflows/logs?user={c.dify.key}"))
attack("refresh", "Refresh, Alt-Svc and Set-Cookie with the key on good answers", up=True,
       answer=replying(Refresh=lambda c: f"0; url=file:///{c.dify.key}", Alt_Svc='h3=":443"; ma=9999999', Set_Cookie=lambda c: [f"a{n}={c.dify.key}" for n in range(50)]))
attack("redirect-without-place", "308 without a place", answer=replying(b"", 308, "Odd"), reason=NOT_DIFY)
attack("redirect-of-60-kb", "301 to a place of 60 kB", answer=replying(b"", 301, "Odd", Location="http://x/" + "a" * 60_000), reason="redirect")
attack("redirect-odd-text", "301 to a place with escape sequences", reason="redirect",
       answer=replying(b"", 301, "Odd", Location=b"http://x/\x1b[2J\xc2\x9b\xe2\x80\xae\xe2\x81\xa6"))

# MARK: Statuses

for status in [100, 204, 205, 206, 304, 402, 404, 405, 410, 418, 421, 451, 499, 501, 502, 504, 511, 599, 600, 999]:
    attack(f"status-{status}", f"status {status} with the body of a good answer", answer=replying(status=status, reason="Odd"),
           reason=f"{NOT_DIFY}|{BROKEN}|{status}")
for status in ["0", "2000", "-200", "20", "abc", ""]:
    attack(f"status-line-{status or 'empty'}", f"a status line that says '{status}'",
           answer=raw(lambda c, status=status: c.head(status, "OK", Content_Length=len(c.good())) + c.good()), up=None)
attack("reason-of-10-kb", "a status line of 10 kB", answer=replying(reason="a" * 10_000), up=None)
attack("reason-with-key", "500 with the key in the status line",
       answer=replying(b"{}", 500, lambda c: f"no {c.dify.key}"), reason=r"500")
attack("401-html", "401 with HTML", answer=replying(b"<html>no</html>", 401, "No", Content_Type="text/html"), reason="401")
attack("401-key", "401 with the key in the message", answer=error(401, lambda c: f"the key {c.dify.key} is wrong"), reason="401")
attack("401-of-10-mb", "401 with a message of 10 MB", alone=True, answer=error(401, "a" * 10_000_000), reason="401")
attack("403-html", "403 with HTML, as of a firewall", reason=f"403.*{NOT_DIFY}|{NOT_DIFY}.*403",
       answer=replying(b"<html>no</html>", 403, "No", Content_Type="text/html"))
attack("403-gone", "403: the app no longer exists", answer=error(403, "The app no longer exists."), reason="403",
       never="Switch the app's API access on in Dify")
attack("403-archived", "403: the workspace is archived", answer=error(403, "The workspace's status is archived."), reason="403",
       never="Switch the app's API access on in Dify")
attack("403-message-list", "403 with a list for a message", reason="403",
       answer=replying(b'{"message":[1,2,{"a":[]}],"code":5,"status":"x"}', 403, "No"))
attack("401-ownerless", "401: the workspace has no owner", reason="401", never="check that it begins with",
       answer=error(401, "Tenant owner account not found or tenant is not active."))
attack("404-html", "404 with HTML", answer=replying(b"<html>no</html>", 404, "No", Content_Type="text/html"), reason=NOT_DIFY)
attack("404-deep", "404 with JSON 100,000 deep", answer=replying(b"[" * 100_000, 404, "No"), reason=NOT_DIFY)
attack("400-without-filter", "400 invalid_param for a request without filters", reason="400", never="[Cc]heck the app's filter",
       answer=error(400, "'archived' is not a valid AppStatus"))
attack("400-html", "400 with HTML", reason="400",
       answer=replying(b"<html>The plain HTTP request was sent to HTTPS port</html>", 400, "No", Content_Type="text/html"))
attack("not-workflow-app", "400 not_workflow_app for the logs", up=None, reason="workflow|mode",
       answer=replying(b'{"code":"not_workflow_app","message":"Please check if your app mode matches the right API route.",'
                b'"status":400}', 400, "BAD REQUEST", logs_only=True), runs=(0, 0))
attack("418-key", "418 with the key in the message", answer=error(418, lambda c: f"{c.dify.key} is a teapot"), reason="418")
attack("500-empty", "500 without a body", answer=replying(b"", 500, "Odd"), reason="500")
attack("500-of-31-mb", "500 with a message of 31 MB", alone=True, answer=error(500, "a" * 31_000_000), reason="500")
attack("500-odd-text", "500 with escape, C1 and bidi characters in the message", answer=error(500, ODD_TEXT * 3), reason="500")
attack("500-odd-html", "500 with a message of markup", answer=error(500, "<script>alert(1)</script>\"'&<b>"), reason="500")
attack("500-duplicate-message", "500 with two messages, the second with the key",
       answer=error(500, body=lambda c: f'{{"message":"a","message":"{c.dify.key}"}}'.encode()), reason="500")
attack("500-poisonous-key", "500 with the key in the name of a member",
       answer=error(500, body=lambda c: f'{{"{c.dify.key}":1,"message":"x"'.encode()), reason="500")
for start in [150, 175, 185, 190, 195, 199, 240, 250, 255, 290, 390, 480, 490, 495, 500, 1000, 1980, 1990, 4080]:
    attack(f"500-key-at-{start}", f"500 with a message whose character {start} begins the key",
           answer=error(500, lambda c, start=start: "x" * start + c.dify.key + "y" * 5000), reason="500")
attack("500-key-in-spaces", "500 with the key behind 400 spaces and NULs",
       answer=error(500, lambda c: "a" + " \n" * 200 + "\0" * 90 + c.dify.key), reason="500")
attack("500-key-with-nuls", "500 with NULs between the key's characters",
       answer=error(500, lambda c: "a " + "\0".join(c.dify.key)), reason="500")
attack("500-key-wide", "500 with the key behind 180 emojis of many bytes",
       answer=error(500, lambda c: "👨‍👩‍👧‍👦" * 185 + c.dify.key + c.dify.key), reason="500")
attack("400-key-late", "400 with the key at the 190th character",
       answer=error(400, lambda c: "x" * 190 + c.dify.key), reason="400")

# MARK: Throttling

for name, sent, value in [
    ("seconds", "999999999999", "999999999999"), ("many-digits", "a number of 5,000 digits", "9" * 5000),
    ("negative", "-5", "-5"), ("fraction", "1.5", "1.5"), ("word", "a word", "soon"), ("empty", "nothing", ""),
    ("date-9999", FAR_DATE, FAR_DATE), ("huge-day", HUGE_DAY, HUGE_DAY), ("huge-day-asctime", HUGE_DAY_ASCTIME, HUGE_DAY_ASCTIME),
    ("past", "a date in 1970", "Thu, 01 Jan 1970 00:00:00 GMT"), ("arabic-digits", "digits of another script", "٥٥٥"),
    ("twice", "two values", ["5", "999999999999"]), ("zero", "0", "0"),
]:
    attack(f"429-{name}", f"429 with Retry-After: {sent}", seconds=45, answer=error(429, "slow down", Retry_After=value), reason="429|throttl")
attack("429-with-date", "429 with Retry-After and Date both in 9999", seconds=45, reason="429|throttl",
       answer=error(429, "slow down", Retry_After=FAR_DATE, Date=FAR_DATE))
attack("429-with-old-date", "429 with Retry-After in 9999 and Date in the year 1", seconds=45, reason="429|throttl",
       answer=error(429, "slow down", Retry_After=FAR_DATE, Date="Mon, 01 Jan 0001 00:00:00 GMT"))
attack("429-html", "429 with a page of a content network", seconds=45, reason="429|throttl",
       answer=replying(b"<html>error 1015</html>", 429, "Odd", Content_Type="text/html"))
attack("503-zero", seconds=45, sent="503 with Retry-After: 0", answer=error(503, "wait", Retry_After="0"), reason="503|throttl")
attack("503-absurd", seconds=45, sent="503 with Retry-After: 999999999999", answer=error(503, "wait", Retry_After="999999999999"), reason="503|throttl")
attack("503-html", "503 with HTML", answer=replying(b"<html>no</html>", 503, "Odd", Content_Type="text/html"), reason="503")
attack("200-retry-after", "Retry-After: 999999999999 on good answers", up=True, answer=replying(Retry_After="999999999999"))

# MARK: Dates and versions

for name, value in [
    ("huge-day", HUGE_DAY), ("huge-day-asctime", HUGE_DAY_ASCTIME), ("huge-year", "Fri, 31 Dec 2147483648 23:59:59 GMT"),
    ("int64-day", f"Fri, {INT64} Dec 2026 23:59:59 GMT"), ("int64-hour", f"Fri, 31 Dec 2026 {INT64}:59:59 GMT"),
    ("day-0", "Fri, 00 Dec 2026 23:59:59 GMT"), ("hour-99", "Fri, 31 Dec 2026 99:99:99 GMT"), ("garbage", "yesterday, at noon"),
    ("empty", ""), ("of-50-kb", "F" * 50_000), ("none", None), ("odd-text", b"\x1b[2J\xc2\x9b\xe2\x80\xae"),
]:
    attack(f"date-{name}", f"Date: {str(value)[:40]}", answer=replying(Date=value), up=True)
attack("date-asctime", "a good Date as asctime prints it", up=True, answer=replying(Date=lambda c: time.asctime(time.gmtime())))
attack("date-twice", "two dates, a good one and one in 9999", up=None,
       answer=replying(Date=lambda c: [email.utils.formatdate(usegmt=True), FAR_DATE]))


def at(seconds):
    return lambda c: email.utils.formatdate(time.time() + seconds, usegmt=True)


# Rows are stamped rightly, so a clock that is wrong alone is the web server's: the runs are there to be counted.
for name, seconds in [("ten-years-ahead", 315_360_000), ("an-hour-ahead", 3600), ("an-hour-behind", -3600)]:
    attack(f"date-{name}", f"a Date that is {name.replace('-', ' ')}, from the first answer on", up=None, reason="clock|date|time",
           answer=replying(Date=at(seconds)))
attack("date-9999", f"Date: {FAR_DATE}", up=None, reason="clock|date|time", answer=replying(Date=FAR_DATE))
attack("date-year-1", "a Date in the year 1", up=None, reason="clock|date|time", answer=replying(Date="Mon, 01 Jan 0001 00:00:00 GMT"))
attack("date-1970", "a Date in 1970", up=None, reason="clock|date|time", answer=replying(Date="Thu, 01 Jan 1970 00:00:00 GMT"))
attack("date-leaps", "a Date that leaps an hour to and fro", up=None, seconds=24, requests=8,
       answer=replying(Date=lambda c: email.utils.formatdate(time.time() + 3600 * (c.number % 3 - 1), usegmt=True)))
attack("version-key", "the key as X-Version", up=True, answer=replying(X_Version=lambda c: c.dify.key))
attack("version-key-late", "X-Version with the key's beginning at its 50th character", up=True,
       answer=replying(X_Version=lambda c: "1." * 25 + c.dify.key))
attack("version-of-50-kb", "X-Version of 50 kB", up=True, answer=replying(X_Version="1" * 50_000))
attack("version-odd-text", "X-Version with escape, C1 and bidi characters", up=True,
       answer=replying(X_Version=b"1\x1b[2J\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\"\\"))
attack("version-changes", "another X-Version with each answer", up=True, answer=replying(X_Version=lambda c: str(uuid.uuid4())))
attack("type-html", "a good body as text/html", answer=replying(Content_Type="text/html"), reason=NOT_DIFY)
attack("type-none", "a good body without a content type", answer=replying(Content_Type=None), reason=NOT_DIFY)
attack("type-key", "the key as content type", answer=replying(Content_Type=lambda c: f"text/{c.dify.key}"), reason=NOT_DIFY)
attack("type-key-late", "a content type with the key at its 190th character", reason=NOT_DIFY,
       answer=replying(Content_Type=lambda c: "text/".ljust(190, "x") + c.dify.key))
attack("type-odd-text", "a content type with escape sequences", answer=replying(Content_Type=b"text/\x1b[2J\xc2\x9b\xe2\x80\xae"), reason=NOT_DIFY)

# MARK: What is said of the app


def info(**values):
    return lambda document, client: document | {name: value(client) if callable(value) else value for name, value in values.items()}


attack("info-name-of-1-mb", "a name of 1 MB", up=None, alone=True, info=info(name="n" * 1_000_000))
attack("info-all-of-1-mb", "every text of 1 MB", up=None, alone=True, runs=(0, ROWS),
       info=info(name="n" * 1_000_000, description="d" * 1_000_000, mode="m" * 1_000_000, author_name="a" * 1_000_000,
                 tags=["t" * 1_000_000] * 3))
attack("info-tag-of-1-mb", "a tag of 1 MB", up=None, alone=True, info=info(tags=["t" * 1_000_000]))
attack("info-100k-tags", "100,000 tags", up=None, alone=True, info=info(tags=[f"tag-{number}" for number in range(100_000)]))
attack("info-of-32-mb", "a description of 31 MB", up=None, alone=True, info=info(description="d" * 31_000_000))
attack("info-odd-text", "escape, C1 and bidi characters in every text", up=None,
       info=info(name=ODD_TEXT, description=ODD_TEXT, author_name=ODD_TEXT, tags=[ODD_TEXT, "b"], mode="workflow"))
attack("info-mode-odd-text", "a mode of escape sequences", up=None, runs=(0, ROWS), info=info(mode=ODD_TEXT))
attack("info-label-injection", "a name that would end a label and begin a line", up=True,
       info=info(name='a"} 1\ndify_up{app="x"} 0\n# EOF\n', author_name='\\"', tags=["a\\", '"', "\n"]))
for name in ["name", "description", "author_name", "mode"]:
    attack(f"info-{name}-key", f"the key in the {name}", up=None, runs=(0, ROWS), info=info(**{name: lambda c: f"this is {c.dify.key}!"}))
attack("info-name-key-late", "a name with the key at its 240th character", up=None,
       info=info(name=lambda c: "n" * 240 + c.dify.key, author_name=lambda c: "n" * 100 + c.dify.key))
attack("info-tags-key", "the key as a tag", up=True, info=info(tags=lambda c: ["a", c.dify.key]))
attack("info-tags-key-parts", "the key in two tags, joined by the list's comma", up=None,
       info=info(tags=lambda c: [c.dify.key + "," + c.dify.key, "x" * 250 + c.dify.key]))
attack("info-surrogates", "a name of lone surrogates", up=None,
       answer=lambda c: None if c.is_logs else c.reply(200, b'{"name":"a\\ud800b\\udfff\\ud800","mode":"workflow","tags":[]}'))
for name, body in [("a-list", b"[]"), ("a-text", b'"x"'), ("null", b"null"), ("no-name", b"{}"), ("name-null", b'{"name":null}'),
                   ("name-number", b'{"name":5}'), ("tags-text", b'{"name":"a","tags":"b"}'), ("deep", b'{"name":"a","x":' + b"[" * 99_999)]:
    attack(f"info-{name}", f"info that is {body[:30].decode()}", reason=NOT_DIFY,
           answer=lambda c, body=body: None if c.is_logs else c.reply(200, body))
attack("info-name-empty", "an empty name", up=None, info=info(name=""))
attack("info-duplicate-name", "two names", up=None,
       answer=lambda c: None if c.is_logs else c.reply(200, b'{"name":"a","name":"b","mode":"workflow","mode":"chat","tags":[]}'))
attack("info-mode-unknown", "a mode that nobody knows", up=None, info=info(mode="quantum"), runs=(0, ROWS))
attack("info-fails", "500 for info only, for ever", reason="500", answer=lambda c: None if c.is_logs else c.reply(500, {"message": "x"}))

# MARK: Numbers

for name in ["created_at", "finished_at", "total_tokens", "total_steps", "exceptions_count"]:
    for word, value in [("max", INT64), ("min", -INT64 - 1)]:
        attack(f"{name}-{word}", f"a {name} of {value} in each run", up=None, page=each_row(**{name: value}))
attack("finished_at-huge", "a finished_at in the year 10^10, once", up=None,
       page=each_row(finished_at=lambda n: 315_576_000_000_000_000 if n == 0 else int(time.time()) - 90))
attack("finished_at-before", "runs that end before they begin", up=None, page=each_row(finished_at=5))
for word, value in [("max", INT64), ("min", -INT64 - 1), ("zero", 0), ("minus-one", -1), ("in-2038", 2**31), ("in-2262", 9_223_372_036)]:
    attack(f"log-created_at-{word}", f"a created_at of {value} in each log", up=None, page=each_row(log_created_at=value),
           reason=f"{ANY}", runs=(0, ROWS))
attack("created_at-max-and-good", "a created_at of 2^63 - 1 in the first log only", up=None, runs=(ROWS - 1, ROWS),
       page=lambda d, c: d | {"data": d["data"][:1] and [d["data"][0] | {"created_at": INT64}] + d["data"][1:]})
for name in ["elapsed_time", "total_tokens", "total_steps"]:
    for word, text in [("exponent", "1e999"), ("minus-exponent", "-1e999"), ("many-digits", "9" * 5000), ("fraction", "1." + "9" * 5000),
                       ("nan", "NaN"), ("infinity", "Infinity"), ("hex", "0x10"), ("leading-zero", "007"), ("plus", "+1"),
                       ("above-int64", str(INT64 + 1)), ("text", '"5"'), ("list", "[5]"), ("true", "true")]:
        if name == "elapsed_time" or word in ("exponent", "many-digits", "above-int64", "fraction", "text"):
            attack(f"{name}-{word}", f"a {name} of {text[:12]}", answer=with_text(name, text), up=None)
for word, value in [("8.9e307", 8.9e307), ("1.7e308", 1.7e308), ("1e-320", 1e-320), ("negative", -5.5), ("minus-zero", -0.0),
                    ("1e18", 1e18), ("1e15", 1e15)]:
    attack(f"elapsed_time-{word}", f"an elapsed_time of {value} in each run", up=None, page=each_row(elapsed_time=value))
attack("elapsed_time-8.9e307-once", "one elapsed_time of 8.9e307", up=None,
       page=each_row(elapsed_time=lambda n: 8.9e307 if n == 3 else 1.0))
attack("elapsed_time-twice", "two elapsed times of 8.9e307", up=None,
       page=each_row(elapsed_time=lambda n: 8.9e307 if n in (3, 4) else 1.0))
for name in ["elapsed_time", "total_tokens", "created_at"]:
    attack(f"{name}-million-digits", f"a {name} of 1,000,000 digits in each run", alone=True, up=None, answer=with_text(name, "9" * 1_000_000))
attack("total-million-digits", "a total of 1,000,000 digits", alone=True, up=None, reason=NOT_DIFY,
       answer=logs(lambda c: c.good().replace(b'"total": ', b'"total": ' + b"9" * 1_000_000)))
attack("elapsed_time-million-zeros", "an elapsed_time of a million zeros behind the point", alone=True, up=None,
       answer=with_text("elapsed_time", "0." + "0" * 1_000_000 + "1"))
attack("elapsed_time-exponent-of-digits", "an exponent of 100,000 digits", up=None, answer=with_text("elapsed_time", "1e" + "9" * 100_000))
attack("log-created_at-exponent", "a created_at as 1.7e9, and with a fraction", up=None, runs=(0, ROWS),
       answer=logs(lambda c: json.dumps(c.dify.document(c)[1]).replace('"created_at": 1', '"created_at": 0.1e1').encode()))
attack("page-max", "a page and limit of 2^63 - 1", up=None, page=members(page=INT64, limit=-INT64 - 1))
for name in ["total", "page", "limit"]:
    for word, value in [("negative", -1), ("text", "5"), ("null", None), ("fraction", 1.5), ("above-int64", INT64 + 1)]:
        attack(f"{name}-{word}", f"a {name} of {value}", up=None, page=members(**{name: value}), reason=NOT_DIFY)
attack("has_more-text", "has_more that is a text", page=members(has_more="yes"), reason=NOT_DIFY)
attack("has_more-always", "has_more that is always true", page=members(has_more=True), up=True)

# MARK: Counts that do not agree with the rows


def wandering(document, client):
    """Puts every row elsewhere within the bounds that were asked for."""
    after = second_of(client.query.get("created_at__after")) or int(time.time()) - 300
    before = second_of(client.query.get("created_at__before")) or int(time.time()) - 20
    for number, one in enumerate(document["data"]):
        one["created_at"] = after + (number + client.number) % max(1, before - after)
    return document


attack("total-max", "a total of 2^63 - 1", page=members(total=INT64), up=None, runs=(0, ROWS), seconds=45)
attack("total-million", "a total of 1,000,000 with 20 rows", page=members(total=1_000_000), up=None, runs=(0, ROWS), seconds=45)
attack("total-one-more", "a total that is one more than the rows", up=None, seconds=45,
       page=members(total=lambda d, c: d["total"] + 1))
attack("total-twice", "a total of twice the rows", up=None, seconds=45, page=members(total=lambda d, c: d["total"] * 2 + 1))
attack("total-growing", "a total that grows with each request", up=None, seconds=45, page=members(total=lambda d, c: 20 + 7 * c.number))
attack("total-shrinking", "a total that shrinks with each request", up=None, seconds=45, runs=(0, ROWS),
       page=members(total=lambda d, c: max(0, 500 - 5 * c.number)))
attack("total-zero", "a total of 0 with rows", up=None, seconds=45, page=members(total=0), runs=(0, ROWS))
attack("total-noise", "a random total", up=None, seconds=45, page=members(total=lambda d, c: c.dify.random.randrange(5000)), runs=(0, ROWS))
attack("no-rows-ever", "a total of 150 and no row ever", up=None, seconds=45, page=members(total=150, data=[]), runs=(0, 0))
attack("fewer-rows", "a few rows fewer than the total in each answer", up=None, seconds=45, runs=(0, 400),
       rows=lambda: some_rows(400, 580, 1), page=lambda d, c: d | {"data": d["data"][:len(d["data"]) * 19 // 20]})
attack("other-rows-each-time", "rows of other ids with each answer, as many as are told", up=None, seconds=24, runs=(0, 1_000_000),
       page=each_row(log_id=lambda n: str(uuid.uuid4()), id=lambda n: str(uuid.uuid4())))
attack("same-page-always", "the first 20 rows, whatever is asked for", up=None, seconds=24, runs=(0, ROWS),
       answer=logs(lambda c: json.dumps({"page": 1, "limit": 100, "total": len(c.dify.rows), "has_more": False, "data": c.dify.rows}).encode()))
attack("rows-of-last-year", "rows older than asked for", reason="created_at__after|older|ignores",
       page=each_row(log_created_at=lambda n: 1_700_000_000 + n))
attack("rows-of-tomorrow", "rows stamped tomorrow", up=None, runs=(0, ROWS), page=each_row(log_created_at=lambda n: int(time.time()) + 86_400))
attack("repeated-id", "100 rows of one id", up=None, runs=(0, 100), seconds=24,
       rows=lambda: [one | {"id": "3b1c6c9e-7f0e-4f0f-9f0f-000000000001"} for one in some_rows(100, 280, 2)])
attack("id-in-many-seconds", "the same 20 ids in another second with each answer", up=None, runs=(0, 1000), seconds=24,
       page=wandering)
attack("id-of-1-mb", "ids of 1 MB", up=None, alone=True, never="out of memory", page=each_row(log_id=lambda n: f"{n}" + "i" * 1_000_000, id=lambda n: f"{n}" + "i" * 1_000_000))
attack("id-empty", "empty ids", page=each_row(log_id=""), reason=NOT_DIFY)
attack("id-number", "ids that are numbers", page=each_row(log_id=5), reason=NOT_DIFY)
attack("id-odd-text", "run ids of escape sequences", up=None, page=each_row(id=ODD_TEXT))
attack("run-id-key", "the key as the id of each run", up=None, rows=lambda: some_rows(),
       page=lambda d, c: each_row(id=c.dify.key, error=c.dify.key, status="failed")(d, c))
attack("runs-null", "rows without a run", up=True, runs=(0, 0), page=lambda d, c: d | {"data": [one | {"workflow_run": None} for one in d["data"]]})
attack("runs-empty", "runs without any member", up=None, runs=(0, ROWS), page=lambda d, c: d | {"data": [one | {"workflow_run": {}} for one in d["data"]]})
attack("runs-flip", "runs that end and run again with each answer", up=None, runs=(0, ROWS),
       page=lambda d, c: each_row(status="running" if c.number % 2 else "succeeded")(d, c))
attack("rows-vanish", "rows that are gone in each second answer", up=None, runs=(0, ROWS), seconds=24, requests=8,
       page=lambda d, c: d | {"data": [], "total": 0} if c.number % 2 else d)
attack("100k-rows", "100,000 rows in one answer", up=None, alone=True, never="out of memory", runs=(0, 200_000), seconds=24,
       answer=logs(lambda c: many_rows(c, 100_000)))
attack("1k-rows", "1,000 rows in one answer where 100 were asked for", up=None, alone=True, runs=(0, 2_000), seconds=24,
       answer=logs(lambda c: many_rows(c, 1_000)))
attack("100k-small-rows", "100,000 rows of 45 bytes in one answer", up=None, alone=True, runs=(0, 200_000), seconds=24,
       answer=logs(lambda c: many_rows(c, 100_000, True)))
many_made = {}


def many_rows(client, count, is_small=False):
    """A body with that many rows, all of one second within the bounds that were asked for."""
    if (count, is_small) not in many_made:
        made = json.dumps(row(0)).replace('"created_at": 0', '"created_at": @@@@@@@@@@').replace('"finished_at": 1', '"finished_at": @@@@@@@@@@')
        rows = ['{"id":"%032x","created_at":@@@@@@@@@@,"workflow_run":null}' % number if is_small
                else made.replace(made[8:16], f"{number:08d}") for number in range(count)]
        many_made[count, is_small] = (f'{{"page":1,"limit":100,"total":{count},"has_more":false,"data":[' + ",".join(rows) + "]}").encode()
    after, before = (second_of(client.query.get(f"created_at__{bound}")) for bound in ("after", "before"))
    second = min(max(int(time.time()) - 60, after or 0), before or INT64)
    return many_made[count, is_small].replace(b"@@@@@@@@@@", b"%010d" % second)


attack("answers-of-31-mb", "31 MB in one error text, with each answer", up=None, alone=True, page=each_row(
    status="failed", error=lambda n: "e" * 31_000_000 if n == 0 else None), seconds=24)
attack("answers-of-34-mb", "34 MB in each answer", alone=True, reason=TOO_LONG, never="out of memory", seconds=24,
       answer=logs(lambda c: b'{"page":1,"limit":100,"total":0,"has_more":false,"data":[],"x":"' + b"x" * 34_000_000 + b'"}'))
attack("errors-of-100-kb", "error texts of 100 kB in each row, as Dify may give", up=True,
       page=each_row(status="failed", error="e" * 100_000))

# MARK: Texts of runs

LABELS = {"status": "status", "log_created_from": "created_from", "triggered_from": "triggered_from"}
for field, name in LABELS.items():
    attack(f"{name}-unknown", f"a {name} that nobody knows", up=True, page=each_row(**{field: "quantum"}), runs=(0, ROWS))
    attack(f"{name}-explosion", f"another {name} in each of 1,000 rows", up=None, runs=(0, 1000), seconds=24,
           rows=lambda: some_rows(1000, 590, 1)[:560], page=each_row(**{field: lambda n: f"odd-{uuid.uuid4()}"}))
    attack(f"{name}-odd-text", f"a {name} of escape sequences", up=None, page=each_row(**{field: ODD_TEXT}), runs=(0, ROWS))
    attack(f"{name}-of-1-mb", f"a {name} of 1 MB in one row", up=None, alone=True, runs=(0, ROWS),
           page=each_row(**{field: lambda n: "s" * 1_000_000 if n == 0 else "succeeded"}))
    attack(f"{name}-number", f"a {name} that is a number", page=each_row(**{field: 5}), reason=NOT_DIFY)
    attack(f"{name}-key", f"the key as {name}", up=None, runs=(0, ROWS), page=lambda d, c, field=field: each_row(**{field: c.dify.key})(d, c))
attack("error-odd-text", "error texts of escape sequences", up=True, page=each_row(status="failed", error=ODD_TEXT))
attack("error-regex", "error texts that would make a backtracking pattern slow", up=True,
       page=each_row(status="failed", error="a" * 50_000 + "!" + "((((" * 5000))
attack("session-of-1-mb", "a session id of 1 MB", up=None, alone=True,
       page=lambda d, c: d | {"data": [one | {"created_by_end_user": {"id": "x", "type": "service-api", "is_anonymous": False,
                                                                      "session_id": "s" * 1_000_000}} for one in d["data"]]})

# MARK: JSON

for name, body in [("deep-list", b"[" * 100_000), ("deep-object", b'{"a":' * 100_000), ("empty", b""), ("spaces", b" " * 5000), ("null", b"null"),
                   ("a-number", b"5"), ("byte-order-mark", b"\xef\xbb\xbf{}"), ("utf-16", '{"data":[]}'.encode("utf-16")), ("nul", b"\0" * 99),
                   ("html", b"<!DOCTYPE html><html></html>"), ("two-values", b"{}{}"), ("comment", b"{/* */}"), ("open-text", b'{"a":"'),
                   ("bad-escape", b'{"a":"\\x"}'), ("bad-utf8", b'{"a":"\xff\xc0\x80"}'), ("control-in-text", b'{"a":"\x01"}')]:
    attack(f"json-{name}", f"{name.replace('-', ' ')} for the logs", answer=logs(body), reason=NOT_DIFY)
attack("json-deep-in-member", "a page with an unknown member 100,000 deep", reason=NOT_DIFY,
       answer=logs(lambda c: c.good()[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
attack("json-deep-in-row", "a row with an unknown member 120 deep", up=None,
       page=each_row(log_x=json.loads("[" * 120 + "]" * 120)))
attack("json-deep-million", "lists within lists, 1,000,000 deep", answer=logs(b"[" * 1_000_000), reason=NOT_DIFY, alone=True)
attack("json-deep-ten-million", "objects within lists, 10,000,000 deep", answer=logs(b'[{"":' * 5_000_000), reason=NOT_DIFY, alone=True)
attack("json-million-empty-rows", "1,000,000 empty rows", alone=True, reason=NOT_DIFY,
       answer=logs(b'{"page":1,"limit":100,"total":0,"has_more":false,"data":[' + b"{}," * 1_000_000 + b"{}]}"))
attack("json-million-empty-lists", "a page with 1,000,000 empty lists in a member", alone=True, up=None,
       answer=logs(lambda c: c.good()[:-1] + b',"x":[' + b"[]," * 1_000_000 + b"[]]}"))
attack("json-name-of-30-mb", "a member with a name of 30 MB", alone=True, up=None, never="out of memory",
       answer=logs(lambda c: c.good()[:-1] + b',"' + b"n" * 30_000_000 + b'":1}'))
attack("json-spaces-everywhere", "20 MB of spaces between two members", alone=True, up=None,
       answer=logs(lambda c: c.good()[:-1] + b" " * 20_000_000 + b"}"))
attack("json-surrogates", "lone surrogates in every text of a row", up=None, runs=(0, ROWS), reason=NOT_DIFY,
       answer=logs(lambda c: c.good().replace(b'"succeeded"', b'"\\ud800\\ud800\\udfffx"').replace(b'"app-run"', b'"\\udc00"')
                   .replace(b'"service-api"', b'"\\ud800"')))
attack("json-nul-escapes", "a million escaped NULs in an error text", up=True, alone=True, never="out of memory",
       answer=logs(lambda c: c.good().replace(b'"status": "succeeded"', b'"status": "failed"').replace(b'"error": null', b'"error": "' + b"\\u0000" * 50_000 + b'"')))
attack("json-utf-16-page", "a good page in UTF-16 with a byte order mark", reason=NOT_DIFY, answer=logs(lambda c: c.good().decode().encode("utf-16")))
attack("json-mark-before-page", "a byte order mark before a good page", up=None, answer=logs(lambda c: b"\xef\xbb\xbf" + c.good()))
attack("json-utf-7", "a page that says it is in another character set", up=None,
       answer=replying(Content_Type="application/json; charset=utf-7"))
attack("json-rows-twice-over", "every member of every row twice, the second with other values", up=None, runs=(0, 2 * ROWS),
       answer=logs(lambda c: c.good().replace(b'"status": "succeeded"', b'"status": "succeeded", "status": "failed"')))
attack("json-members", "200,000 unknown members", up=None, alone=True,
       page=lambda d, c: {**{f"x{number}": number for number in range(200_000)}, **d})
attack("json-same-member", "200,000 times the same unknown member", up=None, alone=True,
       answer=logs(lambda c: c.good()[:-1] + b',"x":{}' * 200_000 + b"}"))
attack("json-total-twice", "two totals", up=None, runs=(0, ROWS), answer=logs(lambda c: c.good()[:-1] + b',"total":5000000000}'))
attack("json-data-twice", "two lists of rows", up=None, runs=(0, 2 * ROWS),
       answer=logs(lambda c: c.good()[:-1] + b',"data":' + json.dumps(some_rows()).encode() + b"}"))
attack("json-id-twice", "two ids in each row", up=None, runs=(0, ROWS),
       answer=logs(lambda c: c.good().replace(b'"details": null', b'"id": "x", "details": null')))
attack("json-escapes", "all letters as escapes", up=True,
       answer=logs(lambda c: c.good().replace(b'"succeeded"', b'"' + b"".join(b"\\u%04x" % byte for byte in b"succeeded") + b'"')
                   .replace(b'"total"', b'"\\u0074otal"')))
attack("json-missing-rows", "a page without data", reason=NOT_DIFY, page=lambda d, c: {name: value for name, value in d.items() if name != "data"})
attack("json-rows-null", "null for data", page=members(data=None), reason=NOT_DIFY)
attack("json-rows-object", "an object for data", page=members(data={}), reason=NOT_DIFY)
attack("json-rows-of-numbers", "numbers for rows", page=members(data=[1, 2, 3]), reason=NOT_DIFY)
attack("json-rows-of-null", "null for rows", page=members(data=[None] * 5), reason=NOT_DIFY)

# MARK: Rows that the server cannot serve


def poison(*bad):
    """As Dify 1.15: a page that holds one of these rows, counted from the newest, is answered by 400."""
    def answer(client):
        if not client.is_logs:
            return None
        limit, number = int(client.query.get("limit", 20)), int(client.query.get("page", 1))
        ids = {client.dify.rows[place]["id"] for place in bad}
        indices = [place for place, one in enumerate(client.dify.found(client)[(number - 1) * limit:number * limit]) if one["id"] in ids]
        return client.reply(400, poisoned(indices), "BAD REQUEST") if indices else None
    return answer


attack("poisoned-one", "one row that cannot be served among 20", answer=poison(7), up=True, runs=(ROWS - 1, ROWS - 1), seconds=24, requests=8)
attack("poisoned-newest", "the newest row cannot be served", answer=poison(0), up=True, runs=(ROWS - 1, ROWS - 1), seconds=24, requests=8)
attack("poisoned-five", "five rows that cannot be served among 500, two of them in one second", up=True, runs=(495, 495), seconds=45, requests=10,
       rows=lambda: crowded(500), answer=poison(10, 150, 151, 300, 480))
attack("poisoned-400", "400 rows that cannot be served among 800", up=None, runs=(0, 400), seconds=45, requests=10,
       rows=lambda: crowded(800), answer=poison(*range(0, 800, 2)))
attack("poisoned-all", "no row can be served", answer=poison(*range(ROWS)), up=None, runs=(0, 0), seconds=24, requests=8)
attack("poisoned-always", "400 as of a row that cannot be served, whatever is asked for", up=None, runs=(0, 0), seconds=24, requests=8,
       answer=replying(lambda c: json.dumps(poisoned([34])).encode(), 400, "BAD REQUEST", logs_only=True))
attack("poisoned-place-lies", "400 that names a place no page has", up=None, runs=(0, 0), seconds=24, requests=8,
       answer=replying(lambda c: json.dumps(poisoned([INT64, -5, 10**30])).encode(), 400, "BAD REQUEST", logs_only=True))


def crowded(count):
    """Rows of the last nine minutes, a few in each second, the newest first."""
    now = int(time.time())
    return [row(now - 560 + number * 520 // count // 2 * 2) for number in range(count)][::-1]


# MARK: TLS

attack("https-to-plain", "https to a port that speaks plain HTTP", scheme="https", reason="TLS|https|plain", never="[Rr]enew the server's certificate")
attack("https-self-signed", "a certificate that nobody signed", scheme="https", certificate=True, reason="certificate|TLS")
attack("https-mute", "a TLS handshake that is never answered", scheme="https", accept=lambda c: c.silence(60), reason=TIMEOUT)
attack("https-drip", "a TLS record of 16 kB, one byte every 0.1 s", scheme="https", reason=TIMEOUT,
       accept=lambda c: (c.send(b"\x16\x03\x03\x40\0"), c.drip(c.dify.random.randbytes(4000))))
attack("https-flood", "TLS records of noise without end", scheme="https", alone=True, reason=f"TLS|{CONNECTION}|{BROKEN}",
       accept=lambda c: (c.repeat(b"\x16\x03\x03\x40\0" + c.dify.random.randbytes(16384))))
attack("https-flood-of-alerts", "TLS warnings without end", scheme="https", alone=True, reason=f"TLS|{CONNECTION}|{BROKEN}",
       accept=lambda c: c.repeat(b"\x15\x03\x03\0\2\x01\x5a" * 1000))
attack("https-noise", "noise for a TLS handshake", scheme="https", accept=lambda c: (c.send(c.dify.random.randbytes(4000)), c.close_well()), reason=f"TLS|{CONNECTION}|{BROKEN}")
