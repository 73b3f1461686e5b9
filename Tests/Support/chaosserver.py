#!/usr/bin/env python3
"""A loopback server whose answers fail at random, by a seed: plain files, a model hub, an S3 bucket, a Git repository.

    chaosserver.py SEED [--rate BYTES_PER_SECOND] [--size BYTES] [--calm] [--always FAULT] [--repositories FOLDER]

Prints two addresses: the server's, and that of a second origin to which it redirects. It ends when its standard input
does. Each path fails a few times and then answers well, so a client that does everything right always gets there; with
`--calm` nothing fails, with `--always` every file fails in one way for ever. `/_log` is the requests so far as JSON.

  /files/NAME                  plain files, with credentials `user:CHAOS_SECRET` asked for
  /api/models/ORG/NAME/…, /ORG/NAME/resolve/…   the hub, token `hf_CHAOS_SECRET`
  /bucket/…                    the bucket, path style; only the key's identifier is looked at
  /model.git/…                 the repository, with `--repositories`; its large files by the batch API below info/lfs,
                               from /lfs/TICKET/OID. All of it wants a password that is CHAOS_SECRET
"""

import argparse
import base64
import gzip
import hashlib
import json
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from git_backend import ask_git_backend

COMMIT = "d" * 40
SECRET = "CHAOS_SECRET"
# Faults of a path before it answers well, of which no more than so many without a byte of body in a row.
FAULTS_PER_PATH = 4
PIECE = 16 << 10


def content(name, size):
    return hashlib.shake_128(name.encode()).digest(size)


class World:
    """What is served, and what went wrong so far."""

    def __init__(self, seed, size, rate=0, is_calm=False, always=None, repositories=None):
        self.random = random.Random(seed)
        self.rate, self.is_calm, self.always, self.repositories = rate, is_calm, always, repositories
        self.lock = threading.Lock()
        self.faults, self.log, self.ports = {}, [], []
        self.flipped = set()
        self.files = {
            "config.json": b'{"seed": %d}\n' % seed,
            "deep/er/vocab.txt": content("vocab", 70_000),
            "empty.txt": b"",
            "model-1.safetensors": content("one", size),
            "model-2.safetensors": content("two", size // 3 + 1),
        }
        self.large = {"model-1.safetensors", "model-2.safetensors"}
        self.signed = set()
        # Permissions of the batch API, by ticket: downloads that one is still good for.
        self.tickets = {}
        self.contents = {hashlib.sha256(data).hexdigest(): path for path, data in self.files.items()}
        self.tree = json.dumps(self.entries()).encode()
        if repositories:
            self.make_repository(repositories / "model.git")

    def entries(self):
        """The hub's list of the files."""
        entries = []
        for path, data in sorted(self.files.items()):
            entry = {"type": "file", "path": path, "size": len(data)}
            entry["oid"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            if path in self.large:
                entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
            entries.append(entry)
        return entries

    def make_repository(self, folder):
        """A bare repository of one commit, the large files as pointers."""
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
        files = {**self.files, ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"}
        for path in self.large:
            name = hashlib.sha256(self.files[path]).hexdigest()
            text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(self.files[path])}\n"
            files[path] = text.encode()
        stream = b"commit refs/heads/main\ncommitter C <c@example.com> 1700000000 +0000\ndata 1\nx\n"
        for path, data in sorted(files.items()):
            stream += f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
        subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, check=True)

    def fault(self, path, kinds, most=FAULTS_PER_PATH):
        """What goes wrong with this request; None for nothing."""
        with self.lock:
            if self.always:
                return self.always if kinds is FILE_FAULTS else None
            count = self.faults.get(path, 0)
            if self.is_calm or count >= most:
                return None
            self.faults[path] = count + 1
            # Wrong bytes are fetched again once; those that are wrong twice are an error.
            fault = self.random.choice([kind for kind in kinds if kind != "flip" or path not in self.flipped] + [None])
            if fault == "flip":
                self.flipped.add(path)
            return fault

    def pick(self, low, high):
        with self.lock:
            return self.random.randint(low, max(low, high))


# What may go wrong with the list of a repository or bucket, with a batch of large files, and with a file.
ANSWER_FAULTS = ["status-500", "status-502", "status-504", "busy", "overloaded", "reset", "cut", "hang-up"]
BATCH_FAULTS = [*ANSWER_FAULTS, "object-429", "object-503", "short-lived", "short-lived"]
FILE_FAULTS = [
    *ANSWER_FAULTS, "whole", "shifted", "no-range", "gzip", "packed", "stall", "retagged", "elsewhere", "expiring",
    "nameless", "flip",
]
# Git gives up a whole conversation for one answer, so that the tries of several add up.
GIT_FAULTS = 2


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        self.content = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.headers["Transfer-Encoding"] == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        self.do_GET()

    def do_GET(self):
        if self.path == "/_log":
            with self.world.lock:
                return self.answer(200, json.dumps(self.world.log).encode())
        self.entry = {
            "path": self.path, "range": self.headers["Range"], "authorization": self.headers["Authorization"],
            "port": self.server.server_port, "sent": 0, "fault": None,
        }
        with self.world.lock:
            self.world.log.append(self.entry)
        parts = [urllib.parse.unquote(part) for part in urllib.parse.urlsplit(self.path).path.split("/")[1:]]
        if parts[0] == "signed":
            return self.signed(parts)
        if parts[0] == "files":
            return self.file("/".join(parts[1:]))
        if parts[0] == "bucket":
            return self.file("/".join(parts[2:])) if len(parts) > 2 else self.listing()
        if parts[0] == "api":
            return self.hub(parts)
        if parts[0] == "model.git":
            return self.repository(parts)
        if parts[0] == "lfs":
            return self.large_file(*parts[1:])
        return self.file("/".join(parts[4:]))

    def repository(self, parts):
        given = (self.headers["Authorization"] or "").removeprefix("Basic ")
        if base64.b64decode(given).decode().partition(":")[2] != SECRET:
            return self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="chaos"'})
        if parts[1:3] == ["info", "lfs"]:
            return self.batch()
        fault = self.world.fault(self.path, ANSWER_FAULTS, GIT_FAULTS)
        if fault and self.fail(fault, b"git" * 100):
            return None
        url = urllib.parse.urlsplit(self.path)
        fields = {name.upper().replace("-", "_"): value for name, value in self.headers.items()}
        fields = {name if name == "CONTENT_TYPE" else f"HTTP_{name}": value for name, value in fields.items()}
        status, lines, body = ask_git_backend(
            self.world.repositories, self.command, url.path, url.query, fields, getattr(self, "content", b"")
        )
        self.answer(int(status.split()[0]), body, dict(lines))

    def batch(self):
        """Where the large files are, at either origin, as long as the ticket is good."""
        fault = self.world.fault(self.path, BATCH_FAULTS)
        if fault and self.fail(fault, b'{"objects":[' * 20):
            return None
        ticket = str(self.world.pick(1, 1 << 40))
        with self.world.lock:
            self.world.tickets[ticket] = self.world.random.randint(0, 2) if fault == "short-lived" else 1 << 30
        objects = []
        for entry in json.loads(self.content)["objects"]:
            answer = {"oid": entry["oid"], "size": entry["size"]}
            port = self.world.ports[self.world.pick(0, 1)]
            if fault and fault.startswith("object-") and self.world.pick(0, 1):
                answer["error"] = {"code": int(fault[7:]), "message": "try again"}
            else:
                href = f"http://127.0.0.1:{port}/lfs/{ticket}/{entry['oid']}?X-Amz-Signature={SECRET}"
                download = {"href": href, "header": {"X-Permit": SECRET}, "expires_in": 3600}
                answer["actions"] = {"download": download}
                answer["authenticated"] = port != self.server.server_port
            objects.append(answer)
        self.answer(200, json.dumps({"transfer": "basic", "objects": objects}).encode())

    def large_file(self, ticket, name):
        if self.headers["X-Permit"] != SECRET:
            return self.answer(401, b"")
        with self.world.lock:
            left = self.world.tickets.get(ticket, 0)
            self.world.tickets[ticket] = left - 1
        if left <= 0:
            self.entry["fault"] = "ended"
            return self.answer(403, b"expired\n")
        self.file(self.world.contents[name], key=name)

    def hub(self, parts):
        if parts[4] == "revision":
            return self.document(json.dumps({"sha": COMMIT}).encode())
        self.document(self.world.tree)

    def listing(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        text = "".join(
            f"<Contents><Key>m/{escape(path)}</Key><Size>{len(data)}</Size><ETag>{self.tag(path)}</ETag></Contents>"
            for path, data in sorted(self.world.files.items()) if f"m/{path}".startswith(query.get("prefix", ""))
        )
        self.document(f"<ListBucketResult><IsTruncated>false</IsTruncated>{text}</ListBucketResult>".encode())

    @staticmethod
    def tag(path):
        return f'"{hashlib.md5(path.encode()).hexdigest()}"'

    # Answers

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def answer(self, status, body, headers=None):
        self.head(status, {"Content-Length": len(body), **(headers or {})})
        self.wfile.write(body)

    def send(self, body, limit=None):
        """The body, as fast as it may go, or the first bytes of it."""
        for start in range(0, len(body) if limit is None else min(limit, len(body)), PIECE):
            piece = body[start:min(start + PIECE, len(body) if limit is None else limit)]
            self.wfile.write(piece)
            self.entry["sent"] += len(piece)
            if self.world.rate:
                time.sleep(len(piece) / self.world.rate)

    def hang_up(self, reset=False):
        self.wfile.flush()
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.connection.close()
        self.connection.shutdown(socket.SHUT_RDWR)

    def fail(self, fault, body):
        """A fault that any answer can have; False when it is another."""
        self.entry["fault"] = fault
        kind, _, argument = fault.partition("-")
        if kind == "status":
            self.answer(int(argument), b"sorry\n")
        elif kind == "busy":
            self.answer(429, b"", {"Retry-After": "0"})
        elif kind == "overloaded":
            self.answer(503, b"", {"Retry-After": "0"})
        elif kind in ("reset", "cut", "hang"):
            if kind != "hang":
                self.head(200, {"Content-Length": len(body)})
                self.send(body, self.world.pick(0, len(body) - 1))
            self.hang_up(reset=kind == "reset")
        else:
            return False
        return True

    def document(self, body):
        fault = self.world.fault(self.path, ANSWER_FAULTS)
        if not (fault and self.fail(fault, body)):
            self.answer(200, body)

    def signed(self, parts):
        """A location that was good for one request."""
        self.entry["fault"] = "signed"
        with self.world.lock:
            is_good = parts[1] in self.world.signed
            self.world.signed.discard(parts[1])
        if not is_good and parts[1] != "always":
            return self.answer(403, b"expired\n")
        data = self.world.files["/".join(parts[2:])]
        self.serve("/".join(parts[2:]), data, self.world.pick(0, len(data)) if parts[1] != "always" else None)

    def file(self, path, key=None):
        data = self.world.files.get(path)
        if data is None:
            return self.answer(404, b"")
        fault = self.world.fault(key or self.path, FILE_FAULTS)
        self.entry["fault"] = fault
        if fault is None:
            return self.serve(path, data)
        if self.fail(fault, data):
            return None
        other = next(port for port in self.world.ports if port != self.server.server_port)
        if fault in ("elsewhere", "expiring"):
            ticket = "always" if fault == "elsewhere" else str(self.world.pick(1, 1 << 40))
            with self.world.lock:
                self.world.signed.add(ticket)
            target = f"http://127.0.0.1:{other}/signed/{ticket}/{urllib.parse.quote(path)}?X-Amz-Signature={SECRET}"
            return self.answer(302, b"", {"Location": target})
        if fault == "gzip":
            return self.answer(200, gzip.compress(data), {"Content-Encoding": "gzip", "ETag": '"packed"'})
        if fault == "packed":
            return self.send_packed(data, self.tag(path))
        if fault == "loop":
            return self.answer(302, b"", {"Location": self.path})
        if fault == "longer":
            return self.answer(200, data + b"more", {"ETag": self.tag(path), "Accept-Ranges": "bytes"})
        if fault == "shorter":
            return self.answer(200, data[:-10], {"ETag": self.tag(path), "Accept-Ranges": "bytes"})
        if fault == "flip" and data:
            place = self.world.pick(0, len(data) - 1)
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
        self.serve(path, data, self.world.pick(0, len(data)) if fault == "stall" else None, fault)

    def send_packed(self, data, tag):
        """What a server on the way makes of it: compressed, of unknown length, under the name of the plain version."""
        self.head(200, {"Content-Encoding": "gzip", "ETag": tag, "Accept-Ranges": "bytes", "Transfer-Encoding": "chunked"})
        body = gzip.compress(data)
        for start in range(0, len(body), PIECE):
            piece = body[start:start + PIECE]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def serve(self, path, data, limit=None, fault=None):
        """The file or the range that is asked for."""
        tag = '"other"' if fault == "retagged" else self.tag(path)
        headers = {"Accept-Ranges": "bytes", **({} if fault == "nameless" else {"ETag": tag})}
        wanted, condition = self.headers["Range"], self.headers["If-Range"]
        if fault == "whole" or (condition and condition != tag):
            wanted = None
        if fault == "no-range" and wanted:
            return self.answer(416, b"", {"Content-Range": f"bytes */{len(data) + 1}"})
        body, status = data, 200
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last) + 1 if last else len(data), len(data))
            if start >= len(data):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            shift = 7 if fault == "shifted" else 0
            body, status = data[start + shift:end], 206
            headers["Content-Range"] = f"bytes {start + shift}-{end - 1}/{len(data)}"
        if self.headers["x-amz-checksum-mode"] and status == 200:
            digest = hashlib.sha256(self.world.files[path]).digest()
            headers["x-amz-checksum-sha256"] = base64.b64encode(digest).decode()
        self.head(status, {**headers, "Content-Length": len(body)})
        self.send(body, limit)
        if fault == "stall":
            time.sleep(4)
        if limit is not None:
            self.hang_up()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that go away are what this is about."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", type=int)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--size", type=int, default=3_000_000)
    parser.add_argument("--calm", action="store_true")
    parser.add_argument("--always")
    parser.add_argument("--repositories", type=pathlib.Path)
    options = parser.parse_args()
    world = World(options.seed, options.size, options.rate, options.calm, options.always, options.repositories)
    Handler.world = world
    servers = [Server(("127.0.0.1", 0), Handler) for _ in range(2)]
    world.ports = [server.server_port for server in servers]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(*(f"http://127.0.0.1:{port}" for port in world.ports), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
