"""Fuzzes the function with schemathesis, from docs/openapi.yaml.

The seed is fixed, so that a failure can be reproduced.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import variants
from endpoint import FLOW, SECOND_FLOW, Endpoint

HERE = pathlib.Path(__file__).resolve().parent

SEED = "20261124"

CHECKS = [
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
]

# Kind of requests, lowerCamelCase or not, API, number of requests per path, and
# additional checks.
RUNS = [
    ("invalid", False, "/prod", 25, ["negative_data_rejection", "unsupported_method"]),
    ("invalid", True, "/v1", 10, ["negative_data_rejection"]),
    ("invalid", False, "/rest", 10, ["negative_data_rejection"]),
    ("valid", False, "/prod", 200, ["positive_data_acceptance"]),
    ("valid", True, "/rest", 100, ["positive_data_acceptance"]),
    ("valid", False, "/v1", 100, ["positive_data_acceptance"]),
]

CONFIGURATION = "[checks]\npositive_data_acceptance.expected-statuses = [200, 204]\n"


def run(endpoint, folder, kind, camel, path, count, checks):
    document = folder / "openapi.json"
    document.write_text(json.dumps(getattr(variants, kind)(camel)))
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    mode = "negative" if kind == "invalid" else "positive"
    # fmt: off
    command = [
        pathlib.Path(sys.executable).parent / "schemathesis", "--config-file", configuration,
        "run", document, "--url", endpoint.url + path, "--mode", mode,
        "--phases", "coverage,fuzzing", "--max-examples", str(count), "--seed", SEED,
        "--generation-database", "none", "--checks", ",".join(CHECKS + checks),
        "--warnings", "off", "--no-color",
    ]
    # fmt: on
    spelling = "lowerCamelCase" if camel else "PascalCase"
    print(f"== {kind} requests in {spelling} to {path}", flush=True)
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    return subprocess.run(command, cwd=folder, env=environment).returncode == 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        flows = {"CONTACT_FLOW_ID": FLOW, "ALLOWED_CONTACT_FLOW_IDS": SECOND_FLOW}
        longest = {"MAX_CHAT_DURATION_MINUTES": "10080"}
        with Endpoint(ALLOWED_ORIGINS="*", **flows, **longest) as endpoint:
            passed = [run(endpoint, pathlib.Path(folder), *parameters) for parameters in RUNS]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
