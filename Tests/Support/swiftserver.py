"""OpenStack Swift with its S3 interface (s3api), in a folder: one device, one replica, no services beside its own four.

    swiftserver.py FOLDER

Prints one line of JSON when it answers: its address, and the keys of an account. It ends when its standard input does.
"""

import contextlib
import json
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from swift.common.ring import RingBuilder

ACCESS, SECRET = "models:reader", "Key-Of-Reader"
BIN = pathlib.Path(sys.executable).parent
STORAGE = ("account", "container", "object")
PIPELINE = "catch_errors gatekeeper healthcheck listing_formats s3api tempauth slo versioned_writes symlink proxy-server"


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for entry in sockets:
        entry.bind(("127.0.0.1", 0))
    ports = [entry.getsockname()[1] for entry in sockets]
    for entry in sockets:
        entry.close()
    return ports


def settings(folder: pathlib.Path, port: int) -> str:
    return f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {pwd.getpwuid(os.getuid()).pw_name}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
log_level = ERROR
"""


def write_storage(folder: pathlib.Path, kind: str, port: int) -> pathlib.Path:
    file = folder / f"{kind}.conf"
    file.write_text(f"""{settings(folder, port)}
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
fallocate_reserve = 0
""")
    return file


def write_proxy(folder: pathlib.Path, port: int) -> pathlib.Path:
    file = folder / "proxy.conf"
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in PIPELINE.split()[:4])
    account, user = ACCESS.split(":")
    file.write_text(f"""{settings(folder, port)}
[pipeline:main]
pipeline = {PIPELINE}
{filters}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
max_bucket_listing = 50
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {SECRET} .admin
[filter:slo]
use = egg:swift#slo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
""")
    return file


def main() -> None:
    folder = pathlib.Path(sys.argv[1]).resolve()
    (folder / "devices/disk").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = nixlite\n[storage-policy:0]\nname = default\ndefault = yes\n")
    ports = dict(zip([*STORAGE, "proxy"], free_ports(4)))
    for kind in STORAGE:
        builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        device = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": ports[kind], "device": "disk", "weight": 1}
        builder.add_dev(device)
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{kind}.ring.gz"))
    files = {kind: write_storage(folder, kind, ports[kind]) for kind in STORAGE} | {"proxy": write_proxy(folder, ports["proxy"])}
    log = (folder / "log").open("wb")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    servers = [
        subprocess.Popen(
            [str(BIN / f"swift-{kind}-server"), str(file), "--verbose"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True,
        )
        for kind, file in files.items()
    ]
    try:
        address = f"http://127.0.0.1:{ports['proxy']}"
        wait_for(servers, [f"http://127.0.0.1:{port}/healthcheck" for port in ports.values()], folder / "log")
        print(json.dumps({"address": address, "access": ACCESS, "secret": SECRET}), flush=True)
        sys.stdin.read()
    finally:
        for server in servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def wait_for(servers: list[subprocess.Popen], urls: list[str], log: pathlib.Path) -> None:
    """Waits until all answer, whatever they say."""
    for url in urls:
        while True:
            if any(server.poll() is not None for server in servers):
                sys.exit(f"a server of Swift ended:\n{log.read_text()}")
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)


if __name__ == "__main__":
    main()
