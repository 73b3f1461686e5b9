#!/usr/bin/env python3
"""A loopback server whose answers fail at random, by a seed: plain files, a model hub and an S3 bucket.

    chaosserver.py SEED [--rate BYTES_PER_SECOND] [--size BYTES] [--calm]

Prints two addresses: the server's, and that of a second origin to which it redirects. It ends when its standard input
does. Each path fails a few times and then answers well, so a client that does everything right always gets there; with
`--calm` nothing fails. `/_log` is the requests so far as JSON.

  /files/NAME                  plain files, with credentials `user:CHAOS_SECRET` asked for
  /api/models/ORG/NAME/…, /ORG/NAME/resolve/…   the hub, token `hf_CHAOS_SECRET`
  /bucket/…                    the bucket, path style; only the key's identifier is looked at
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

COMMIT = "d" * 40
SECRET = "CHAOS_SECRET"
# Faults of a path before it answers well, of which no more than so many without a byte of body in a row.
FAULTS_PER_PATH = 4
PIECE = 16 << 10


def content(name, size):
    return hashlib.shake_128(name.encode()).digest(size)


class World:
    """What is served, and what went wrong so far."""

    def __init__(self, seed, size, rate, is_calm):
        self.random = random.Random(seed)
        self.rate, self.is_calm = rate, is_calm
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
        self.tree = json.dumps(self.entries()).encode()

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

    def fault(self, path, kinds):
        """What goes wrong with this request; None for nothing."""
        with self.lock:
            count = self.faults.get(path, 0)
            if self.is_calm or count >= FAULTS_PER_PATH:
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


# What may go wrong with the list of a repository or bucket, and with a file.
ANSWER_FAULTS = ["status-500", "status-502", "status-504", "busy", "overloaded", "reset", "cut", "hang-up"]
FILE_FAULTS = [
    *ANSWER_FAULTS, "whole", "shifted", "no-range", "gzip", "stall", "retagged", "elsewhere", "expiring", "nameless",
]


# An object of a bucket is what is stored, whatever encoding it says it has; and who lists it gives no hash of it.
OBJECT_FAULTS = [fault for fault in FILE_FAULTS if fault != "gzip"]
HASHED_FILE_FAULTS = [*FILE_FAULTS, "flip"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None

    def log_message(self, *arguments):
        pass

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
            return self.file("/".join(parts[1:]), HASHED_FILE_FAULTS)
        if parts[0] == "bucket":
            return self.file("/".join(parts[2:]), OBJECT_FAULTS) if len(parts) > 2 else self.listing()
        if parts[0] == "api":
            return self.hub(parts)
        return self.file("/".join(parts[4:]), HASHED_FILE_FAULTS)

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

    def file(self, path, kinds):
        data = self.world.files.get(path)
        if data is None:
            return self.answer(404, b"")
        fault = self.world.fault(self.path, kinds)
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
        if fault == "flip" and data:
            place = self.world.pick(0, len(data) - 1)
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]
        self.serve(path, data, self.world.pick(0, len(data)) if fault == "stall" else None, fault)

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
    arguments = parser.parse_args()
    world = World(arguments.seed, arguments.size, arguments.rate, arguments.calm)
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
