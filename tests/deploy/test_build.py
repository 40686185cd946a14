"""The zip can run on Lambda, and a build downloads nothing."""

import os
import re
import shutil
import stat
import subprocess
import zipfile

import pytest

from emulator import ARCH, FUNCTION
from render import ROOT

ARCHIVE = ROOT / "dist" / f"start-chat-contact-{ARCH}.zip"
GLIBC = ROOT / "tools/glibc"


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_zip_has_an_executable_bootstrap():
    with zipfile.ZipFile(ARCHIVE) as archive:
        assert archive.namelist() == ["bootstrap", "LICENSE", "THIRD-PARTY-LICENSES.md"]
        entry = archive.getinfo("bootstrap")
        assert stat.S_IMODE(entry.external_attr >> 16) == 0o755
        assert archive.read(entry) == FUNCTION.read_bytes()


def test_the_same_binary_gives_the_same_zip(tmp_path):
    again = tmp_path / ARCHIVE.name
    done = run(ROOT / ".tools/cargo-lambda/bin/python", ROOT / "tools/package.py", FUNCTION, again)
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == ARCHIVE.read_bytes()
    checked = run("sha256sum", "--check", f"{ARCHIVE.name}.sha256", cwd=ARCHIVE.parent)
    assert checked.returncode == 0, checked.stderr


def test_amazon_linux_has_the_required_glibc():
    done = run(GLIBC, FUNCTION)
    assert done.returncode == 0, done.stderr
    needed = re.search(r"needs glibc (2\.\d+)", done.stdout).group(1)
    # With an older limit the check refuses the same binary. It refuses a file without glibc too.
    older = GLIBC.read_text().replace("newest=2.34", "newest=2.17")
    assert run("bash", "-c", older, "glibc", FUNCTION).returncode == (0 if needed <= "2.17" else 1)
    assert run(GLIBC, ROOT / "Cargo.toml").returncode != 0


def test_the_build_uses_the_profile_in_cargo_toml(tmp_path):
    """By itself, cargo-lambda would set a target CPU and panic = "abort"."""
    log = tmp_path / "arguments"
    spy = tmp_path / "cargo"
    # Logs the arguments of cargo build, and builds nothing.
    spy.write_text(
        f"""#!/bin/sh
case "$*" in
*build*) echo "$* $RUSTFLAGS $CARGO_ENCODED_RUSTFLAGS $CARGO_BUILD_RUSTFLAGS" >> {log} ;;
*) exec {shutil.which("cargo")} "$@" ;;
esac
"""
    )
    spy.chmod(0o755)
    path = f"{tmp_path}:{ROOT}/.tools/cargo-lambda/bin:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "CARGO": str(spy), "RUSTUP": "/nonexistent"}
    build = ["cargo-lambda", "lambda", "build", "--release", "--skip-target-check", "--bin", "start-chat-contact"]
    done = run(*build, cwd=ROOT, env=env)
    assert done.returncode == 0, done.stderr
    builds = log.read_text().splitlines()
    assert len(builds) == 1, builds
    for added in ("target-cpu", "profile.", "--config"):
        assert added not in builds[0], builds[0]


@pytest.mark.skipif(ARCH != "x86_64", reason="the parameters name x86_64")
def test_sam_builds_the_same_binary_and_downloads_nothing(tmp_path):
    fetchers = tmp_path / "fetchers"
    fetchers.mkdir()
    log = tmp_path / "fetched"
    for name in ("rustup", "curl", "wget", "git", "npm", "pip", "pip3"):
        (fetchers / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {log}\nexit 1\n')
        (fetchers / name).chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{fetchers}:{ROOT}/.tools/cargo-lambda/bin:{os.environ['PATH']}",
        # Without rustup, cargo-lambda installs no target.
        "RUSTUP": "/nonexistent",
        "CARGO_ENCODED_RUSTFLAGS": run(ROOT / "tools/rustflags").stdout,
        "CARGO_NET_OFFLINE": "true",
        "SAM_CLI_TELEMETRY": "0",
    }
    build = [ROOT / ".tools/sam/bin/sam", "build", "--parameter-overrides", "Architecture=x86_64", "--region", "us-east-1"]
    done = run(*build, "--no-cached", "--build-dir", tmp_path / "built", cwd=ROOT, env=env)
    assert done.returncode == 0, done.stderr
    assert not log.exists(), log.read_text()
    built = tmp_path / "built/StartChatContactFunction/bootstrap"
    assert built.read_bytes() == FUNCTION.read_bytes()
