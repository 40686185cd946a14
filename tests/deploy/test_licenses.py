"""The licenses of what is linked are in the repository."""

import subprocess

from render import ROOT

LICENSES = ROOT / "THIRD-PARTY-LICENSES.md"


def check(path):
    return subprocess.run([ROOT / "tools/check-licenses", path], capture_output=True, text=True, check=False)


def test_a_missing_crate_is_reported(tmp_path):
    assert check(LICENSES).returncode == 0
    less = tmp_path / "less.md"
    lines = LICENSES.read_text().splitlines()
    less.write_text("\n".join(line for line in lines if not line.startswith("- ring ")))
    done = check(less)
    assert done.returncode == 1 and "- ring " in done.stderr
