"""The bundle of a release deploys without a compiler."""

import ast
import os
import subprocess
import sys

import boto3
import pytest
import tomllib
from moto.server import ThreadedMotoServer
from samtranslator.yaml_helper import yaml_parse

from emulator import ARCH
from render import ROOT

VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
LEAST = "Region: us-east-1\nInstanceId: a1b2c3d4-5678-90ab-cdef-111111111111\nContactFlowIds: [a1b2c3d4-5678-90ab-cdef-222222222222]\n"


@pytest.fixture(name="bundle", scope="module")
def bundle_fixture(tmp_path_factory):
    """The unpacked bundle."""
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run([sys.executable, ROOT / "tools/bundle.py", ARCH], check=True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", ROOT / "dist" / f"start-chat-contact-{VERSION}-{ARCH}.zip", folder], check=True)
    for name in ("deploy", "doctor", "smoke"):
        (folder / f"start-chat-contact-{VERSION}" / name).chmod(0o755)
    return folder / f"start-chat-contact-{VERSION}"


def test_sam_packages_the_zip_as_it_is(bundle, tmp_path):
    server = ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": url, "SAM_CLI_TELEMETRY": "0"}
        s3 = boto3.client("s3", "us-east-1", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test")
        s3.create_bucket(Bucket="releases")
        sam = [ROOT / ".tools/sam/bin/sam", "package", "--s3-bucket", "releases", "--region", "us-east-1"]
        packaged = tmp_path / "packaged.yaml"
        done = subprocess.run([*sam, "--output-template-file", packaged], cwd=bundle, env={**os.environ, **keys}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        uri = yaml_parse(packaged.read_text())["Resources"]["StartChatContactFunction"]["Properties"]["CodeUri"]
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        uploaded = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        assert uploaded == (bundle / f"start-chat-contact-{ARCH}.zip").read_bytes()
    finally:
        server.stop()


def test_the_template_is_valid(bundle):
    done = subprocess.run([ROOT / ".tools/lint/bin/cfn-lint", bundle / "template.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("tool", ["sam", "aws"])
def test_deploy_builds_nothing(bundle, tmp_path, tool):
    (bundle / "stacks/test.yaml").write_text(LEAST)
    (tmp_path / tool).write_text('#!/bin/sh\necho "$@" >> "$LOG"\n')
    (tmp_path / tool).chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": sys.executable, "LOG": str(tmp_path / "log"), "BUCKET": "releases", "AWS_EC2_METADATA_DISABLED": "true"}
    # Without credentials it ends where it would look at the stack.
    subprocess.run([bundle / "deploy", "test", "--yes"], env=env, capture_output=True, check=False)
    calls = (tmp_path / "log").read_text().splitlines()
    expected = {"sam": ["deploy"], "aws": ["cloudformation package", "cloudformation deploy"]}[tool]
    assert len(calls) == len(expected)
    assert all(call.startswith(start) for call, start in zip(calls, expected)), calls
    assert "template.yaml" in calls[0]


def test_its_scripts_are_python_3_9(bundle):
    for file in (bundle / "tools/aws").glob("*.py"):
        text = file.read_text()
        ast.parse(text, feature_version=(3, 9))
        assert "samtranslator" not in text and " | None" not in text, file
