"""The shipped binary in AWS's Runtime Interface Emulator, and a stand-in of Amazon Connect."""

import contextlib
import json
import os
import platform
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import samcli

from render import FLOW, INSTANCE, ROOT

ARCH = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
FUNCTION = Path(os.environ.get("FUNCTION", ROOT / "target/shipped" / ARCH / "start-chat-contact"))
LOCAL_AWS = ROOT / "target/debug/local-aws"
RIE = Path(samcli.__file__).parent / "local/rapid" / f"aws-lambda-rie-{ARCH}"


def free_port() -> int:
    """Returns a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http(url: str, body=None, method: str | None = None, timeout: float = 40):
    """Sends a request. Returns the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.loads(answer.read() or b"null")


def until(result, seconds: float = 60):
    """Polls a function until its result is true. Returns the result."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := result():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


@contextlib.contextmanager
def process(command: list, log: Path, env: dict):
    """Runs a process until the end of the block, with its output in a file."""
    with log.open("w") as output:
        started = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=log.parent)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(timeout=5)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


class StandIn:
    """The stand-in of Amazon Connect, as `make serve` runs it."""

    def __init__(self, log: Path):
        text = until(lambda: (found := log.read_text()) and "Ctrl-C ends it" in found and found)
        self.connect = re.search(r"Amazon Connect, stand-in +(http://\S+)", text).group(1)
        self.front = re.search(r"HTTP API, payload format 2.0 +(http://127\.0\.0\.1:\d+)/", text).group(1)

    def chats(self) -> list[dict]:
        """Returns the bodies of the requests that started chats."""
        requests = http(f"{self.front}/_local/requests")
        return [request["body"] for request in requests if request["path"] == "/contact/chat"]

    def fail(self, fault: dict):
        """Adds a fault."""
        http(f"{self.front}/_local/faults", fault)

    def clear(self):
        """Deletes requests and faults."""
        for what in ("requests", "faults"):
            http(f"{self.front}/_local/{what}", method="DELETE")


class Emulator:
    """The emulator with the binary."""

    def __init__(self, port: int, log: Path):
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self.log = log

    def invoke(self, event):
        """Returns the function's answer to an event, or its error."""
        return http(self.url, event)

    def lines(self) -> list[dict]:
        """Returns the log lines of chats."""
        found = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, found) if line.get("message") == "chat"]


@contextlib.contextmanager
def stand_in(folder: Path, function: Path = FUNCTION, **settings: str):
    """Starts a stand-in of Amazon Connect, in front of a function with these settings."""
    log = folder / "stand-in.log"
    command = [LOCAL_AWS, "serve", "--function", function, "--port", "0", "--no-rate-limit"]
    with process(command, log, {**os.environ, **settings}):
        yield StandIn(log)


@contextlib.contextmanager
def emulator(folder: Path, connect: str, **settings: str):
    """Starts an emulator whose function has these settings and calls this Amazon Connect."""
    port, log = free_port(), folder / f"emulator-{time.monotonic_ns()}.log"
    env = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_FUNCTION_NAME": "start-chat-contact",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "29",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_ENDPOINT_URL_CONNECT": connect,
        "INSTANCE_ID": INSTANCE,
        "CONTACT_FLOW_ID": FLOW,
        "ALLOWED_CONTACT_FLOW_IDS": "a1b2c3d4-5678-90ab-cdef-333333333333",
        **settings,
    }
    command = [
        RIE,
        "--runtime-interface-emulator-address",
        f"127.0.0.1:{port}",
        "--runtime-api-address",
        f"127.0.0.1:{free_port()}",
        FUNCTION,
    ]
    with process(command, log, env) as started:
        until(lambda: started.poll() is not None or listening(port))
        assert started.poll() is None, log.read_text()
        yield Emulator(port, log)


def listening(port: int) -> bool:
    """Returns true if a process listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def event(name: str):
    """Parses a file of `events/`."""
    return json.loads((ROOT / "events" / name).read_text())
