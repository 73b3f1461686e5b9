"""A registry of Ollama models as registry.ollama.ai answers, on two ports: the registry, and the storage it redirects to.

Prints the address of the registry as one line. Models:

  library/tiny:latest   configuration, weights, template, parameters, licence; the template is listed twice
  library/tiny:broken   a blob whose content is not that of its digest
  secret/tiny:latest    wants a bearer token from /token, which is given to anyone; storage must not see it
  locked/tiny:latest    wants a token that is given to user "me", password "pw" only
  signed/tiny:latest    wants a token that is given for a signature of the key in `id_ed25519.pub` only

With a folder as argument, the requests are appended to `requests.jsonl` there, and the key is looked for there.
"""

import base64
import hashlib
import json
import pathlib
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MEDIA = "application/vnd.ollama.image."
WEIGHTS = b"GGUF" + hashlib.shake_128(b"weights").digest(300_000)
LAYERS = [
    ("model", WEIGHTS),
    ("template", b"{{ .Prompt }}"),
    ("license", b"MIT License"),
    ("params", b'{"stop":["<|im_end|>"]}'),
    ("template", b"{{ .Prompt }}"),
]
CONFIG = json.dumps({"model_format": "gguf", "model_family": "llama", "model_type": "1B", "file_type": "Q4_0"}).encode()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def describe(media: str, data: bytes) -> dict:
    return {"mediaType": media, "digest": digest(data), "size": len(data)}


def manifest(layers) -> bytes:
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": describe("application/vnd.docker.container.image.v1+json", CONFIG),
        "layers": [describe(MEDIA + kind, data) for kind, data in layers],
    }
    return json.dumps(document, separators=(",", ":")).encode()


BROKEN = b"what the digest promises"
BLOBS = {digest(data): data for data in [CONFIG, BROKEN, *(data for _, data in LAYERS)]}
BLOBS[digest(BROKEN)] = b"what the server has: bad"
MANIFESTS = {"latest": manifest(LAYERS), "broken": manifest([*LAYERS, ("system", BROKEN)])}
TOKENS = {"secret": "token-of-secret", "locked": "token-of-locked", "signed": "token-of-signed"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    log: pathlib.Path | None = None
    registry = storage = ""

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code, message, **fields):
        self.answer(status, json.dumps({"errors": [{"code": code, "message": message}]}).encode(), **fields)

    def send_range(self, data):
        wanted = self.headers.get("Range")
        if not wanted:
            return self.answer(200, data, Accept_Ranges="bytes")
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
        self.answer(206, data[start : end + 1], Content_Range=f"bytes {start}-{end}/{len(data)}")

    def is_signed(self, authorization: str, query: dict) -> bool:
        """Whether it is the known key's signature of this request, as Ollama's own program makes it."""
        key, _, signature = authorization.partition(":")
        known = (self.log.parent / "id_ed25519.pub").read_text().split()[1]
        if key != known or len(query.get("nonce", "")) != 22 or abs(int(query.get("ts", "0")) - time.time()) > 300:
            return False
        nothing = base64.b64encode(hashlib.sha256(b"").hexdigest().encode()).decode()
        message = f"GET,{self.registry}{self.path},{nothing}".encode()
        try:
            # The last 32 bytes of the key's form in OpenSSH are the key.
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[-32:]).verify(base64.b64decode(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        at_storage = self.server.server_address[1] == int(self.storage.rpartition(":")[2])
        authorization = self.headers.get("Authorization")
        if self.log:
            entry = {"path": self.path, "storage": at_storage, "authorization": authorization, "accept": self.headers.get("Accept")}
            with self.lock, self.log.open("a") as file:
                file.write(json.dumps(entry) + "\n")
        if at_storage:
            data = BLOBS.get(url.path.removeprefix("/blob/"))
            return self.send_range(data) if data is not None and query.get("signature") == "s" else self.answer(403)
        if url.path == "/token":
            namespace = query.get("scope", "").removeprefix("repository:").partition("/")[0]
            login = "Basic " + base64.b64encode(b"me:pw").decode()
            if namespace == "locked" and authorization != login:
                return self.error(401, "UNAUTHORIZED", "authentication required")
            if namespace == "signed" and not self.is_signed(authorization or "", query):
                return self.error(401, "UNAUTHORIZED", "unknown key")
            return self.answer(200, json.dumps({"token": TOKENS[namespace]}).encode())
        parts = url.path.strip("/").split("/")
        if len(parts) != 5 or parts[0] != "v2":
            return self.error(404, "NAME_INVALID", "invalid repository name")
        _, namespace, model, kind, reference = parts
        token = TOKENS.get(namespace)
        if token and authorization != f"Bearer {token}":
            challenge = f'Bearer realm="{self.registry}/token",service="registry",scope="repository:{namespace}/{model}:pull"'
            return self.error(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)
        if kind == "manifests" and model == "tiny":
            body = MANIFESTS.get(reference) or next((m for m in MANIFESTS.values() if digest(m) == reference), None)
            if body:
                return self.answer(200, body, Content_Type="application/vnd.docker.distribution.manifest.v2+json")
            return self.error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        if kind == "blobs" and reference in BLOBS:
            return self.answer(307, Location=f"{self.storage}/blob/{reference}?signature=s")
        self.error(404, "NAME_UNKNOWN", "repository name not known to registry")


def main():
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    Handler.registry, Handler.storage = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    if len(sys.argv) > 1:
        Handler.log = pathlib.Path(sys.argv[1]) / "requests.jsonl"
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    print(Handler.registry, flush=True)
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
