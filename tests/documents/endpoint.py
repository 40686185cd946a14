"""The function behind the stand-in's API Gateway, as `make serve` runs it."""

import json
import os
import pathlib
import subprocess

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "target" / "debug"

INSTANCE = "a1b2c3d4-5678-90ab-cdef-111111111111"
FLOW = "a1b2c3d4-5678-90ab-cdef-222222222222"
SECOND_FLOW = "a1b2c3d4-5678-90ab-cdef-333333333333"


class Endpoint:
    """A running endpoint, until the end of the `with` block."""

    def __init__(self, *, function=None, timeout=29, **settings):
        function = function or os.environ.get("FUNCTION") or BUILD / "start-chat-contact"
        # fmt: off
        command = [
            BUILD / "local-aws", "serve", "--function", function, "--port", "0",
            "--no-rate-limit", "--quota", "1000000", "--timeout", str(timeout),
        ]
        # fmt: on
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Without the contact table, customers have as many chats as they start.
            env={"PATH": os.environ["PATH"], "CONTACT_TABLE": "", **settings},
            text=True,
        )
        line = self.process.stdout.readline()
        assert "http://" in line, f"the endpoint did not start: {line!r}"
        self.url = line.split()[-1].rstrip("/")
        # The log of requests is not read, and must not fill the pipe.
        drain = ["cat"]
        subprocess.Popen(drain, stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        self.session = requests.Session()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)

    def post(self, body=None, path="/", headers=None, customer=None):
        """Posts JSON, or text unchanged. `customer` is the verified customer id."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        if customer is not None:
            headers["X-Local-Claims"] = json.dumps({"sub": customer})
        data = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
        if isinstance(data, str):
            data = data.encode()
        return self.session.post(self.url + path, data=data, headers=headers)

    def invoke(self, event):
        """Invokes the function with an event, as `aws lambda invoke` does."""
        path = "/2015-03-31/functions/start-chat-contact/invocations"
        return self.session.post(self.url + path, data=json.dumps(event).encode())

    def fail(self, **fault):
        """Makes Connect fail in this way until the next call; without a fault, it works again."""
        fault = {"always": True, **fault}
        self.session.delete(self.url + "/_local/faults")
        if "kind" in fault:
            answer = self.session.post(self.url + "/_local/faults", json=fault)
            assert answer.ok, answer.text
