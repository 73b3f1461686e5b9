"""The requests that a WSGI server has answered, as lines of JSON in a file."""

import json
import pathlib
import threading


class RequestLog:
    """Appends one line for each request."""

    def __init__(self, file: pathlib.Path):
        self.file = file
        self.lock = threading.Lock()

    def __call__(self, environ, status: str) -> None:
        entry = {
            "method": environ["REQUEST_METHOD"],
            "host": environ.get("HTTP_HOST"),
            "path": environ["PATH_INFO"],
            "query": environ.get("QUERY_STRING", ""),
            "authorization": environ.get("HTTP_AUTHORIZATION"),
            "range": environ.get("HTTP_RANGE"),
            "status": int(status.split()[0]),
        }
        with self.lock, self.file.open("a") as stream:
            stream.write(json.dumps(entry) + "\n")
