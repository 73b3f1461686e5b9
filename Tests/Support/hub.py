#!/usr/bin/env python3
"""A model hub on loopback that speaks the Hugging Face Hub's protocol, for tests and the demo.

    hub.py MODELS [--port N] [--page-size N] [--log FILE] [--token TOKEN] [--private ORG/NAME] [--gated ORG/NAME]
           [--rename OLD=NEW] [--rate-limit REQUESTS] [--rate-window SECONDS] [--resolve-cache] [--fault FAULT]
           [--xet none|lz4|bg4|mixed|uploaded]

Serves the folders `MODELS/ORG/NAME` and prints its address, `http://127.0.0.1:PORT`, as its first line. Large (LFS) files
are redirected to a second port, the content network, which refuses any Authorization. The log holds one JSON object per
request. Only Python's standard library is used, but for `--xet`.

With `--xet` a third port, the store, has the large files in chunks too: packed in that way, or those that a client has
uploaded (`xet_store.py`).

Faults of the content network: `truncate:BYTES` (each object's first answer breaks off), `no-ranges` (a ranged request is
answered 200 with everything), `expire-once` (each object's first address is refused with 403), `flip` (one byte is
wrong), `busy:COUNT` (the first COUNT requests get 503), `slow:BYTES` (so many bytes a second); of the hub:
`hub-busy:COUNT`. With `--xet`, where the content network serves ranges of xorbs: `xet-truncate:BYTES`, `xet-flip` (one
byte of each xorb's first answer is wrong), `xet-flip-always`, `xet-garble` (the first answer of each xorb is no chunk),
`xet-expire-once`, `xet-token:COUNT` (a token is good for so many requests), `xet-v1` (the store speaks version 1 only),
`xet-absent` (the hub gives no tokens).
"""

import argparse
import collections
import gzip
import hashlib
import http.server
import json
import pathlib
import re
import sys
import threading
import time
import urllib.parse

from hub_repository import READ_SIZE, ModelFolder, RepositoryFile, Snapshot

TEXT_SUFFIXES = (".json", ".txt", ".md", ".gitattributes", ".py")


class Options:
    """What the command line asked for, with the counters that faults and limits need."""

    def __init__(self, arguments: argparse.Namespace):
        self.models = ModelFolder(arguments.models.resolve())
        self.page_size = arguments.page_size
        self.tokens = set(arguments.token)
        self.private = set(arguments.private)
        self.gated = set(arguments.gated)
        self.renames = dict(rename.split("=", 1) for rename in arguments.rename)
        self.rate_limit = arguments.rate_limit
        self.rate_window = arguments.rate_window
        self.resolve_cache = arguments.resolve_cache
        self.faults = dict(fault.partition(":")[::2] for fault in arguments.fault)
        self.log = arguments.log.open("a", encoding="utf-8") if arguments.log else None
        self.lock = threading.Lock()
        self.counters = collections.Counter()
        self.window_start = time.monotonic()
        self.window_requests = 0
        self.xet = arguments.xet
        if self.xet:
            from xet_store import XetStore

            self.store = XetStore()
        self.store_address = ""
        self.hub_address = ""
        self.content_address = ""

    def count(self, name: str) -> int:
        """How often `name` was counted before."""
        with self.lock:
            self.counters[name] += 1
            return self.counters[name] - 1

    def xet_name(self, file: RepositoryFile) -> str | None:
        """What the store calls a large file."""
        if not self.xet or not file.is_lfs or not file.size:
            return None
        if self.xet == "uploaded":
            return self.store.names.get(file.sha256)
        return self.store.pack(file.location.read_bytes(), file.sha256, self.xet)

    def write_log(self, entry: dict) -> None:
        if self.log:
            with self.lock:
                self.log.write(json.dumps(entry, sort_keys=True) + "\n")
                self.log.flush()

    def take_request(self) -> tuple[int, int]:
        """Requests left in the window (-1: none, and this one is too many) and seconds until the next one."""
        with self.lock:
            now = time.monotonic()
            if now - self.window_start >= self.rate_window:
                self.window_start, self.window_requests = now, 0
            self.window_requests += 1
            left = self.rate_limit - self.window_requests
            return max(left, -1), int(self.rate_window - (now - self.window_start)) + 1


class Handler(http.server.BaseHTTPRequestHandler):
    """What both servers share: answers, ranges and the log."""

    protocol_version = "HTTP/1.1"
    server_name = ""
    options: Options

    def log_message(self, format, *arguments):
        """Standard error stays empty; the log file has every request."""

    def do_HEAD(self):
        self.do_GET()

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.begin(status, {"Content-Length": str(len(body)), **headers})
        if self.command != "HEAD":
            self.wfile.write(body)
            self.sent = len(body)
        self.note()

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.sent = 0
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def note(self) -> None:
        self.options.write_log(
            {
                "server": self.server_name,
                "method": self.command,
                "path": self.path,
                "status": self.status,
                "sent": self.sent,
                "range": self.headers.get("Range"),
                "authorization": "Authorization" in self.headers,
                "accept_encoding": self.headers.get("Accept-Encoding"),
                "user_agent": self.headers.get("User-Agent"),
            }
        )

    def answer_file(self, file: RepositoryFile, headers: dict[str, str], limit: int | None, flip: bool) -> None:
        """Sends a file or the range asked for; breaks off after `limit` bytes where one is given."""
        start, end, status = 0, file.size, 200
        headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", **headers}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and "no-ranges" not in self.options.faults:
            start = int(wanted[1])
            end = min(file.size, int(wanted[2]) + 1) if wanted[2] else file.size
            if start >= file.size:
                self.answer(416, {**headers, "Content-Range": f"bytes */{file.size}"})
                return
            status = 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        self.begin(status, {**headers, "Content-Length": str(end - start)})
        try:
            if self.command != "HEAD":
                with file.location.open("rb") as stream:
                    stream.seek(start)
                    slow = int(self.options.faults.get("slow", 0)) if self.server_name == "content" else 0
                    while start < end and (limit is None or self.sent < limit):
                        bounds = [READ_SIZE, end - start, *([limit - self.sent] if limit else []), *([slow] if slow else [])]
                        chunk = stream.read(min(bounds))
                        if slow and self.sent:
                            time.sleep(1)
                        if flip and start == 0:
                            chunk = bytes([chunk[0] ^ 1]) + chunk[1:]
                        self.wfile.write(chunk)
                        start += len(chunk)
                        self.sent += len(chunk)
                if start < end:
                    self.close_connection = True
        finally:
            # A client may leave early.
            self.note()


class ContentHandler(Handler):
    """The content network: signed addresses of objects, without credentials."""

    server_name = "content"

    def do_GET(self):
        options = self.options
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/xorbs/"):
            self.answer_xorb(url)
            return
        digest = url.path.rpartition("/")[2]
        signature = urllib.parse.parse_qs(url.query).get("Signature", [""])[0]
        file = OBJECTS.get(digest)
        if "Authorization" in self.headers:
            self.answer(400, {}, b"Only one auth mechanism allowed")
        elif file is None or not signature:
            self.answer(403, {}, b"SignatureDoesNotMatch")
        elif "expire-once" in options.faults and options.count("expired " + digest) == 0:
            self.answer(403, {}, b"Request has expired")
        elif "busy" in options.faults and options.count("busy") < int(options.faults["busy"]):
            self.answer(503, {"Retry-After": "0"})
        else:
            limit = None
            if "truncate" in options.faults and self.command == "GET" and options.count("cut " + digest) == 0:
                limit = int(options.faults["truncate"])
            self.answer_file(file, {"ETag": f'"{digest}"'}, limit, "flip" in options.faults)


    def answer_xorb(self, url: urllib.parse.SplitResult) -> None:
        """One of the ranges of a xorb that the address is signed for."""
        faults, count = self.options.faults, self.options.count
        name = url.path.rpartition("/")[2]
        query = urllib.parse.parse_qs(url.query)
        wanted = self.headers.get("Range", "")
        if "Authorization" in self.headers:
            self.answer(400, {}, b"Only one auth mechanism allowed")
        elif "Signature" not in query or wanted not in [f"bytes={one}" for one in query["Range"][0].split(",")]:
            self.answer(403, {}, b"SignatureDoesNotMatch")
        elif "xet-expire-once" in faults and count(f"expired {name} {wanted}") == 0:
            self.answer(403, {}, b"Request has expired")
        elif "busy" in faults and count("busy") < int(faults["busy"]):
            self.answer(503, {"Retry-After": "0"})
        else:
            data = self.options.store.xorbs[name].data
            start, last = map(int, wanted.removeprefix("bytes=").split("-"))
            body = bytearray(data[start : last + 1])
            is_first = count(f"xorb {name}") == 0
            if "xet-flip-always" in faults or "xet-flip" in faults and is_first:
                body[-1] ^= 1
            if "xet-garble" in faults and is_first:
                body[:8] = bytes(8)
            limit = len(body)
            if "xet-truncate" in faults and is_first:
                limit = min(limit, int(faults["xet-truncate"]))
            headers = {"Content-Range": f"bytes {start}-{last}/{len(data)}", "Content-Length": str(len(body))}
            self.begin(206, headers)
            slow = int(faults.get("slow", 0)) or READ_SIZE
            for position in range(0, limit, slow):
                if "slow" in faults and position:
                    time.sleep(1)
                self.wfile.write(body[position : min(position + slow, limit)])
                self.sent = min(position + slow, limit)
            self.close_connection = limit < len(body)
            self.note()


class StoreHandler(Handler):
    """The store of files in chunks: reconstructions, and what clients upload."""

    server_name = "store"

    def do_GET(self):
        options = self.options
        found = re.fullmatch(r"/(v1|v2)/reconstructions/([0-9a-f]{64})", self.path)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.is_known(token):
            self.answer(401, {}, b"token expired")
        elif not found or found[2] not in options.store.files or found[1] == "v2" and "xet-v1" in options.faults:
            self.answer(404, {}, b"not found")
        else:
            self.reconstruction(found[1], found[2])

    def is_known(self, token: str) -> bool:
        """Whether a token is good, for one more request."""
        if not token.startswith("xet-"):
            return False
        return self.options.count(f"token {token}") < int(self.options.faults.get("xet-token", 1 << 30))

    def reconstruction(self, version: str, name: str) -> None:
        from xet_store import first_version

        store = self.options.store
        start, end = 0, store.size(name)
        if wanted := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            start, end = int(wanted[1]), min(end, int(wanted[2]) + 1)
        if start >= end:
            self.answer(416, {})
            return

        def address(xorb: str, ranges: list[tuple[int, int]]) -> str:
            signed = ",".join(f"{low}-{high}" for low, high in ranges)
            number = self.options.count("signature")
            return f"{self.options.content_address}/xorbs/{xorb}?Range={signed}&Signature={number}"

        answer = store.reconstruction(name, start, end, address)
        body = json.dumps(answer if version == "v2" else first_version(answer)).encode()
        self.answer(200, {"Content-Type": "application/json"}, body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        store = self.options.store
        if not self.is_known(self.headers.get("Authorization", "").removeprefix("Bearer ")):
            self.answer(401, {}, b"token expired")
        elif found := re.fullmatch(r"/v1/xorbs/default/([0-9a-f]{64})", self.path):
            answer = {"was_inserted": store.add_xorb(found[1], body)}
            self.answer(200, {"Content-Type": "application/json"}, json.dumps(answer).encode())
        elif self.path == "/v1/shards":
            store.add_shard(body)
            self.answer(200, {"Content-Type": "application/json"}, b'{"result": 1}')
        else:
            self.answer(404, {}, b"not found")


OBJECTS: dict[str, RepositoryFile] = {}


class HubHandler(Handler):
    """The hub itself: repository information, trees, and files by revision."""

    server_name = "hub"

    def answer(self, status, headers, body=b""):
        digest = hashlib.sha1(f"{self.path}{self.options.count('request')}".encode()).hexdigest()[:24]
        limits = {
            "RateLimit": f'"api";r={max(self.left, 0)};t={self.reset}',
            "RateLimit-Policy": f'"fixed window";"api";q={self.options.rate_limit};w={int(self.options.rate_window)}',
            "X-Request-Id": f"Root=1-{digest}",
        }
        super().answer(status, {**limits, **headers}, body)

    def answer_json(self, value, headers: dict[str, str] | None = None) -> None:
        self.answer(200, {"Content-Type": "application/json", **(headers or {})}, json.dumps(value).encode())

    def fail(self, status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> None:
        named = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **(headers or {})}
        body = json.dumps({"error": message}).encode()
        self.answer(status, {"Content-Type": "application/json", **named}, body)

    def do_GET(self):
        options = self.options
        self.left, self.reset = options.take_request()
        if self.left < 0:
            self.fail(429, "We had to rate limit you", None, {"Retry-After": str(self.reset)})
            return
        if "hub-busy" in options.faults and options.count("hub busy") < int(options.faults["hub-busy"]):
            self.fail(503, "Service unavailable")
            return
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        if url.path == "/api/whoami-v2":
            if self.access is True:
                self.answer_json({"type": "user", "name": "tester", "auth": {"accessToken": {"role": "read"}}})
            else:
                self.fail(401, "Invalid credentials in Authorization header")
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?", url.path):
            self.information(self.decode(found[1]), self.decode(found[2] or "main"), query)
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^/]+)/?(.*)", url.path):
            self.tree(self.decode(found[1]), self.decode(found[2]), query)
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/xet-(read|write)-token/([^/]+)", url.path):
            self.xet_token(self.decode(found[1]), self.decode(found[3]))
        elif found := re.fullmatch(r"/api/resolve-cache/models/([^/]+/[^/]+)/([^/]+)/(.+)", url.path):
            self.resolve(*map(self.decode, found.groups()), is_cache=True)
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", url.path):
            self.resolve(*map(self.decode, found.groups()), is_cache=False)
        else:
            self.fail(404, "Sorry, we can't find the page you are looking for.")

    @staticmethod
    def decode(text: str) -> str:
        return urllib.parse.unquote(text)

    @property
    def access(self) -> bool | None:
        """Whether the request's token is one of ours; None where it has none."""
        value = self.headers.get("Authorization")
        return None if value is None else value.removeprefix("Bearer ") in self.options.tokens

    def snapshot(self, repository: str, revision: str) -> Snapshot | None:
        """The snapshot asked for; None after an error, or a redirect to a new name, was answered."""
        options = self.options
        if self.access is False:
            self.fail(401, "Invalid credentials in Authorization header")
        elif repository in options.renames:
            location = self.path.replace(repository, options.renames[repository], 1)
            self.answer(307, {"Location": location})
        elif not options.models.exists(repository) or (repository in options.private and self.access is None):
            if self.access is None:
                self.fail(401, "Invalid username or password.")
            else:
                self.fail(404, "Repository not found", "RepoNotFound")
        elif (found := options.models.snapshot(repository, revision)) is None:
            self.fail(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        else:
            return found
        return None

    def information(self, repository: str, revision: str, query: dict) -> None:
        if (snapshot := self.snapshot(repository, revision)) is None:
            return
        siblings = []
        for file in snapshot.files.values():
            entry = {"rfilename": file.path}
            if query.get("blobs") == ["true"]:
                entry.update({"size": file.size, "blobId": file.oid})
                if file.is_lfs:
                    entry["lfs"] = {"sha256": file.sha256, "size": file.size, "pointerSize": file.pointer_size}
            siblings.append(entry)
        self.answer_json(
            {
                "id": repository,
                "modelId": repository,
                "sha": snapshot.commit,
                "private": repository in self.options.private,
                "gated": "auto" if repository in self.options.gated else False,
                "disabled": False,
                "tags": [],
                "siblings": siblings,
            }
        )

    def xet_token(self, repository: str, revision: str) -> None:
        if not self.options.xet or "xet-absent" in self.options.faults:
            self.fail(404, "Sorry, we can't find the page you are looking for.")
        elif self.snapshot(repository, revision) is not None:
            token = f"xet-{self.options.count('xet token')}-secret"
            end = int(time.time()) + 3600
            body = {"accessToken": token, "exp": end, "casUrl": self.options.store_address}
            fields = {
                "X-Xet-Access-Token": token,
                "X-Xet-Token-Expiration": str(end),
                "X-Xet-Cas-Url": self.options.store_address,
            }
            self.answer_json(body, fields)

    def tree(self, repository: str, revision: str, query: dict) -> None:
        if (snapshot := self.snapshot(repository, revision)) is None:
            return
        recursive = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        entries = snapshot.tree(recursive)
        for entry in entries:
            if "lfs" in entry and (name := self.options.xet_name(snapshot.files[entry["path"]])):
                entry["xetHash"] = name
        start = int(query.get("cursor", ["page-0"])[0].removeprefix("page-"))
        end = start + self.options.page_size
        headers = {"X-Repo-Commit": snapshot.commit}
        if end < len(entries):
            parameters = urllib.parse.urlencode({"recursive": str(recursive).lower(), "cursor": f"page-{end}"})
            path = f"/api/models/{repository}/tree/{urllib.parse.quote(revision, safe='')}"
            headers["Link"] = f'<{self.options.hub_address}{path}?{parameters}>; rel="next"'
        self.answer_json(entries[start:end], headers)

    def resolve(self, repository: str, revision: str, path: str, is_cache: bool) -> None:
        if (snapshot := self.snapshot(repository, revision)) is None:
            return
        commit = {"X-Repo-Commit": snapshot.commit}
        if repository in self.options.gated and self.access is not True:
            message = f"Access to model {repository} is restricted. You must have access to it and be authenticated."
            self.fail(401, message, "GatedRepo", commit)
            return
        if (file := snapshot.files.get(path)) is None:
            self.fail(404, "Entry not found", "EntryNotFound", commit)
        elif file.is_lfs:
            OBJECTS[file.sha256] = file
            signature = hashlib.sha256(f"{file.sha256}{self.options.count('signature')}".encode()).hexdigest()
            location = f"{self.options.content_address}/repos/{file.sha256}?Signature={signature}"
            linked = {"X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{file.sha256}"', "Location": location}
            if name := self.options.xet_name(file):
                route = f"{self.options.hub_address}/api/models/{repository}/xet-read-token/{snapshot.commit}"
                linked |= {"X-Xet-Hash": name, "Link": f'<{route}>; rel="xet-auth"'}
            self.answer(302, {**commit, **linked})
        elif self.options.resolve_cache and not is_cache:
            location = f"/api/resolve-cache/models/{repository}/{snapshot.commit}/{urllib.parse.quote(path)}"
            linked = {"X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{file.oid}"', "ETag": f'"{file.oid}"'}
            self.answer(307, {**commit, **linked, "Location": location})
        else:
            self.small_file(file, {**commit, "ETag": f'"{file.oid}"'})

    def small_file(self, file: RepositoryFile, headers: dict[str, str]) -> None:
        """A text file goes out compressed, in chunks and without a length, to whoever accepts that."""
        if "gzip" not in self.headers.get("Accept-Encoding", "") or not file.path.endswith(TEXT_SUFFIXES):
            self.answer_file(file, headers, None, False)
            return
        headers = {**headers, "ETag": f"W/{headers['ETag']}", "Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
        self.begin(200, headers)
        if self.command != "HEAD":
            body = gzip.compress(file.location.read_bytes(), mtime=0)
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
            self.sent = len(body)
        self.note()


class Server(http.server.ThreadingHTTPServer):
    """A loopback server whose connections do not keep the program alive."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A model hub on loopback for tests.")
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--log", type=pathlib.Path)
    for name in ("token", "private", "gated", "rename", "fault"):
        parser.add_argument(f"--{name}", action="append", default=[])
    parser.add_argument("--rate-limit", type=int, default=1_000_000)
    parser.add_argument("--rate-window", type=float, default=300)
    parser.add_argument("--resolve-cache", action="store_true")
    parser.add_argument("--xet")
    return parser.parse_args(arguments)


def start(arguments: list[str]) -> tuple[Server, Server]:
    """Starts hub and content network on threads of their own; `Server.server_port` tells where."""
    parsed = parse_arguments(arguments)
    options = Options(parsed)
    servers = []
    for base, port in ((HubHandler, parsed.port), (ContentHandler, 0), (StoreHandler, 0)):
        handler = type(base.__name__, (base,), {"options": options})
        servers.append(Server(("127.0.0.1", port), handler))
    addresses = [f"http://127.0.0.1:{server.server_port}" for server in servers]
    options.hub_address, options.content_address, options.store_address = addresses
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers[0], servers[1]


def main() -> None:
    hub, _ = start(sys.argv[1:])
    print(f"http://127.0.0.1:{hub.server_port}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
