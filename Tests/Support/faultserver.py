"""A loopback HTTP server that misbehaves on request, and a small model hub.

Two ports share one log, so that tests see what crossed an origin. The ports are printed as one line; the server ends
when its standard input does. With a directory as argument a third port speaks TLS, with a certificate that is made
there (`certificate.pem`).

  /f/<fault>/<size>/<name>   deterministic content; the fault is described at its method
  /_log                      the requests so far, as JSON
  /_peak                     how many requests were in work at once
  everything else            the hub (Hub class)
"""

import gzip
import hashlib
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def content(name, size):
    return hashlib.shake_128(name.encode()).digest(size)


def blob_name(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class State:
    """What both servers share."""

    def __init__(self):
        self.lock = threading.Lock()
        self.log = []
        self.counts = {}
        self.ports = []
        self.active = 0
        self.peak = 0

    def count(self, key):
        with self.lock:
            self.counts[key] = self.counts.get(key, 0) + 1
            return self.counts[key]


STATE = State()


class Hub:
    """The repositories of the hub: name → files; access rules by name."""

    COMMIT = "c" * 40
    PAGE = 2

    def __init__(self):
        weights = content("weights", 300_000)
        self.files = {
            ".gitattributes": b"*.safetensors filter=lfs\n",
            "1_Pooling/config.json": b'{"pooling": true}\n',
            "config.json": b'{"model_type": "bert"}\n',
            "copy/model.safetensors": weights,
            "empty.txt": b"",
            "model.safetensors": weights,
            "onnx/deep/model.onnx": content("onnx", 5_000),
            "with space #1.txt": b"space\n",
        }
        self.large = {"model.safetensors", "copy/model.safetensors", "onnx/deep/model.onnx"}

    def tree(self):
        entries = []
        for path, data in sorted(self.files.items()):
            entry = {"type": "file", "path": path, "size": len(data), "oid": blob_name(data)}
            if path in self.large:
                entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
                entry["oid"] = blob_name(b"pointer")
            entries.append(entry)
            if "/" in path:
                entries.append({"type": "directory", "path": path.rsplit("/", 1)[0], "size": 0, "oid": "0" * 40})
        return entries


HUB = Hub()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        if self.path == "/_log":
            with STATE.lock:
                return self.answer(200, json.dumps(STATE.log).encode())
        if self.path == "/_peak":
            return self.answer(200, str(STATE.peak).encode())
        with STATE.lock:
            STATE.active += 1
            STATE.peak = max(STATE.peak, STATE.active)
        try:
            self.dispatch()
        finally:
            with STATE.lock:
                STATE.active -= 1

    def dispatch(self):
        proxied = self.path.startswith("http://")
        if proxied:
            self.path = "/" + self.path.split("/", 3)[3]
        wanted = ["Range", "If-Range", "Authorization", "Proxy-Authorization", "Accept-Encoding", "Host", "User-Agent"]
        entry = {name: self.headers[name] for name in wanted if self.headers[name]}
        entry.update(path=self.path, port=self.server.server_port, proxied=proxied)
        with STATE.lock:
            STATE.log.append(entry)
        parts = urllib.parse.urlsplit(self.path).path.split("/")
        if parts[1] == "f":
            fault, size, name = parts[2], int(parts[3]), parts[4]
            kind, _, argument = fault.partition("-")
            method = getattr(self, "fault_" + kind)
            return method(content(name, size), argument, STATE.count(self.path), name)
        self.hub(parts)

    # Answers

    def answer(self, status, body, headers=(), declared=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def head(self, status, length, headers=()):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def cut(self, reset=False):
        self.wfile.flush()
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close() if reset else self.connection.shutdown(socket.SHUT_RDWR)

    def requested(self, size):
        """The range asked for as (start, end), or None."""
        value = self.headers["Range"]
        if not value:
            return None
        start, _, end = value.removeprefix("bytes=").partition("-")
        return int(start), min(int(end) + 1 if end else size, size)

    def serve(self, data, etag='"v1"', limit=None, reset=False, honour=True, shift=0):
        """The data as a good server gives it, cut after `limit` bytes of body when given."""
        asked = self.requested(len(data))
        if_range = self.headers["If-Range"]
        headers = [("ETag", etag), ("Accept-Ranges", "bytes")] if etag else [("Accept-Ranges", "bytes")]
        if asked and (not honour or (if_range and if_range != etag)):
            asked = None
        if asked:
            start, end = asked
            if start >= len(data):
                return self.answer(416, b"", [("Content-Range", f"bytes */{len(data)}")])
            body = data[start + shift:end + shift]
            headers.append(("Content-Range", f"bytes {start + shift}-{start + shift + len(body) - 1}/{len(data)}"))
            self.head(206, len(body), headers)
        else:
            body = data
            self.head(200, len(body), headers)
        if limit is None or limit >= len(body):
            self.wfile.write(body)
        else:
            self.wfile.write(body[:limit])
            self.cut(reset)

    # Faults: the first word of <fault> names the method, the rest is its argument

    def fault_ok(self, data, argument, count, name):
        self.serve(data)

    def fault_noetag(self, data, argument, count, name):
        self.serve(data, etag=None)

    def fault_close(self, data, argument, count, name):
        """Closes after `argument` bytes, twice."""
        self.serve(data, limit=int(argument) if count <= 2 else None)

    def fault_reset(self, data, argument, count, name):
        """Resets after `argument` bytes, twice."""
        self.serve(data, limit=int(argument) if count <= 2 else None, reset=True)

    def fault_always(self, data, argument, count, name):
        """Closes after `argument` bytes, every time."""
        self.serve(data, limit=int(argument))

    def fault_norange(self, data, argument, count, name):
        """Cuts the first answer at `argument`; never honours Range, though it says so."""
        self.serve(data, limit=int(argument) if count == 1 else None, honour=False)

    def fault_change(self, data, argument, count, name):
        """A first version cut at `argument`, then another of equal length; If-Range is honoured."""
        if count == 1:
            return self.serve(content("old", len(data)), etag='"v0"', limit=int(argument))
        self.serve(data)

    def fault_swap(self, data, argument, count, name):
        """As change, but If-Range is ignored: only the ETag of the part tells."""
        if count == 1:
            return self.serve(content("old", len(data)), etag='"v0"', limit=int(argument))
        del self.headers["If-Range"]
        self.serve(data)

    def fault_blind(self, data, argument, count, name):
        """As swap, but no version has an ETag."""
        if count == 1:
            return self.serve(content("old", len(data)), etag=None, limit=int(argument))
        self.serve(data, etag=None)

    def fault_shrink(self, data, argument, count, name):
        """A longer version cut at `argument`, then 416, then the right one."""
        if count == 1:
            return self.serve(content("old", 2 * len(data)), etag='"v0"', limit=int(argument))
        if count == 2:
            return self.answer(416, b"", [("Content-Range", f"bytes */{len(data)}")])
        self.serve(data)

    def fault_shift(self, data, argument, count, name):
        """Cut at `argument`, then one range that begins 7 bytes late."""
        self.serve(data, limit=int(argument) if count == 1 else None, shift=7 if count == 2 else 0)

    def fault_416(self, data, argument, count, name):
        """Cut at `argument`, then one 416."""
        if count == 2:
            return self.answer(416, b"", [("Content-Range", f"bytes */{len(data) + 1}")])
        self.serve(data, limit=int(argument) if count == 1 else None)

    def fault_status(self, data, argument, count, name):
        """The status `argument`, always."""
        self.answer(int(argument), b"no\n")

    def fault_twice(self, data, argument, count, name):
        """The status `argument`, twice."""
        if count <= 2:
            return self.answer(int(argument), b"no\n")
        self.serve(data)

    def fault_retryafter(self, data, argument, count, name):
        """429 with Retry-After `argument`, once."""
        if count == 1:
            return self.answer(429, b"", [("Retry-After", argument)])
        self.serve(data)

    def fault_loop(self, data, argument, count, name):
        self.answer(302, b"", [("Location", self.path)])

    def fault_file(self, data, argument, count, name):
        self.answer(302, b"", [("Location", "file:///etc/hostname")])

    def fault_cross(self, data, argument, count, name):
        """Redirects to the other port."""
        other = next(port for port in STATE.ports if port != self.server.server_port)
        self.answer(302, b"", [("Location", f"http://127.0.0.1:{other}/f/ok/{len(data)}/{name}?signature=secret")])

    def fault_same(self, data, argument, count, name):
        """Redirects within the origin."""
        self.answer(307, b"", [("Location", f"../../ok/{len(data)}/{name}")])

    def fault_expiring(self, data, argument, count, name):
        """Redirects to a location that serves `argument` bytes once and 403 from then on."""
        other = next(port for port in STATE.ports if port != self.server.server_port)
        target = f"http://127.0.0.1:{other}/f/once-{argument}x{count}/{len(data)}/{name}"
        self.answer(302, b"", [("Location", target)])

    def fault_once(self, data, argument, count, name):
        if count > 1:
            return self.answer(403, b"expired\n")
        self.serve(data, limit=int(argument.partition("x")[0]))

    def fault_endless(self, data, argument, count, name):
        """No length, and `argument` bytes more than there should be."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(data + b"x" * int(argument))

    def fault_chunked(self, data, argument, count, name):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(data), 1000):
            part = data[start:start + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def fault_gzip(self, data, argument, count, name):
        """Compresses whatever was accepted."""
        body = gzip.compress(data)
        self.answer(200, body, [("Content-Encoding", "gzip"), ("ETag", '"z"')])

    def fault_flip(self, data, argument, count, name):
        """One wrong byte, `argument` times."""
        if count <= int(argument):
            data = bytes([data[0] ^ 1]) + data[1:]
        self.serve(data)

    def fault_stall(self, data, argument, count, name):
        """Stops after `argument` bytes, once."""
        if count > 1:
            return self.serve(data)
        self.head(200, len(data), [("ETag", '"v1"'), ("Accept-Ranges", "bytes")])
        self.wfile.write(data[:int(argument)])
        self.wfile.flush()
        time.sleep(30)

    def fault_late(self, data, argument, count, name):
        """Answers so many milliseconds later."""
        time.sleep(int(argument) / 1000)
        self.fault_ok(data, argument, count, name)

    def fault_slow(self, data, argument, count, name):
        """`argument` bytes every 20 ms."""
        asked = self.requested(len(data)) or (0, len(data))
        headers = [("ETag", '"v1"'), ("Accept-Ranges", "bytes")]
        if self.headers["Range"]:
            headers.append(("Content-Range", f"bytes {asked[0]}-{asked[1] - 1}/{len(data)}"))
        self.head(206 if self.headers["Range"] else 200, asked[1] - asked[0], headers)
        for start in range(asked[0], asked[1], int(argument)):
            self.wfile.write(data[start:min(start + int(argument), asked[1])])
            self.wfile.flush()
            time.sleep(0.02)

    # The hub

    def hub(self, parts):
        decoded = [urllib.parse.unquote(part) for part in parts]
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        if parts[1] == "api":
            # Only the repositories of this organisation are data sets or spaces.
            if (decoded[2] == "models") == decoded[3].startswith("other-"):
                return self.answer(404, b"", [("X-Error-Code", "RepoNotFound")])
            repo = "/".join(decoded[3:5])
            if not self.admit(repo, token):
                return
            if parts[5] == "revision":
                return self.hub_revision(repo, decoded[6])
            return self.hub_tree(repo)
        if parts[1] == "cdn":
            return self.serve(content_by_path(decoded[2:]), etag='"cdn"')
        if parts[1] in ("datasets", "spaces"):
            del decoded[1]
        repo = "/".join(decoded[1:3])
        if not self.admit(repo, token):
            return
        if repo == "org/renamed":
            target = self.path.replace("/org/renamed/", "/org/model/")
            return self.answer(307, b"", [("Location", target)])
        path = "/".join(decoded[5:])
        data = HUB.files.get(path)
        if data is None:
            return self.answer(404, b"", [("X-Error-Code", "EntryNotFound"), ("X-Repo-Commit", Hub.COMMIT)])
        if repo == "org/corrupt" and path == "config.json":
            data = b"X" + data[1:]
        if path in HUB.large:
            other = next(port for port in STATE.ports if port != self.server.server_port)
            quoted = urllib.parse.quote(path)
            headers = [("Location", f"http://127.0.0.1:{other}/cdn/{quoted}?Signature=secret")]
            return self.answer(302, b"", headers + [("X-Repo-Commit", Hub.COMMIT)])
        self.serve(data, etag=f'"{blob_name(data)}"')

    def admit(self, repo, token):
        """Answers for repositories that are not open to this token."""
        if repo == "org/gated" and token != "hf_good":
            self.answer(401, b"", [("X-Error-Code", "GatedRepo"), ("X-Request-Id", "req-1")])
        elif repo == "org/private" and token != "hf_good":
            self.answer(401, b'{"error": "Repository not found"}')
        elif token == "hf_expired":
            self.answer(401, b"", [("X-Error-Message", "Invalid credentials in Authorization header")])
        elif repo == "org/disabled":
            self.answer(403, b"", [("X-Error-Message", "Access to this resource is disabled.")])
        elif repo == "org/missing":
            self.answer(404, b"", [("X-Error-Code", "RepoNotFound")])
        else:
            return True
        return False

    def hub_revision(self, repo, revision):
        if revision not in ("main", "v1.0", "refs/pr/1"):
            return self.answer(404, b"", [("X-Error-Code", "RevisionNotFound")])
        self.answer(200, json.dumps({"id": repo, "sha": Hub.COMMIT}).encode())

    def hub_tree(self, repo):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        entries = HUB.tree()
        if query.get("recursive") != "true":
            entries = [entry for entry in entries if "/" not in entry["path"]]
        if repo == "org/evil":
            entries = [dict(entries[0], path="../../escape")]
        start = int(query.get("cursor", "0"))
        headers = []
        if start + Hub.PAGE < len(entries):
            path = urllib.parse.urlsplit(self.path).path
            base = "https://huggingface.co" if repo == "org/mirrored" else ""
            url = f"{base}{path}?recursive=true&cursor={start + Hub.PAGE}"
            headers = [("Link", f'<{url}>; rel="next"')]
        self.answer(200, json.dumps(entries[start:start + Hub.PAGE]).encode(), headers)


def content_by_path(parts):
    return HUB.files["/".join(parts)]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that hang up are part of the tests."""


def start_tls(directory):
    """Starts a server with a new certificate for 127.0.0.1 that nobody trusts, and returns its port."""
    certificate, key = (os.path.join(directory, name) for name in ("certificate.pem", "key.pem"))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command + ["-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def main():
    servers = [Server(("127.0.0.1", 0), Handler) for _ in range(2)]
    STATE.ports = [server.server_port for server in servers]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = list(STATE.ports)
    if len(sys.argv) > 1:
        ports.append(start_tls(sys.argv[1]))
    print(*ports, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
