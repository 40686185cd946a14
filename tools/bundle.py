"""Packs a release's bundle: all that deploying takes, without a compiler and without make.

`bundle.py ARCH` writes dist/start-chat-contact-VERSION-ARCH.zip. Its template has the zip of
the function as CodeUri. The same files give the same bundle.
"""

import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WHOLE = ["docs", "examples", "tools/aws", "stacks/example.yaml", "domain.yaml", "samconfig.toml", "LICENSE", "THIRD-PARTY-LICENSES.md", "README.md", "CHANGELOG.md", "SECURITY.md"]
SCRIPT = '#!/bin/sh\nset -eu\ncd "$(dirname "$0")"\nexec "${{PYTHON:-python3}}" tools/aws/{name}.py "$@"\n'
BUILD = re.compile(r"      BuildMethod: rust-cargolambda\n      BuildProperties:\n        Binary: start-chat-contact\n")


def template(arch: str, text: str) -> str:
    """The template with the zip in place of the build, for its processor only."""
    changes = [
        (BUILD, ""),
        (re.compile(r"^      CodeUri: \.$", re.M), f"      CodeUri: start-chat-contact-{arch}.zip"),
        (re.compile(r"    Default: arm64\n    AllowedValues: \[arm64, x86_64\]"), f"    Default: {arch}\n    AllowedValues: [{arch}]"),
    ]
    for pattern, replacement in changes:
        text, count = pattern.subn(replacement, text)
        if count != 1:
            raise SystemExit(f"tools/bundle.py: template.yaml has {pattern.pattern!r} {count} times")
    return text


def files(arch: str) -> dict[str, tuple[bytes, int]]:
    """The contents and modes by name."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", *WHOLE], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {name: ((ROOT / name).read_bytes(), 0o644) for name in listed.split("\0") if name}
    function = f"start-chat-contact-{arch}.zip"
    found[function] = ((ROOT / "dist" / function).read_bytes(), 0o644)
    found["template.yaml"] = (template(arch, (ROOT / "template.yaml").read_text()).encode(), 0o644)
    # Tells the tools that there is nothing to build.
    found["ARCHITECTURE"] = (f"{arch}\n".encode(), 0o644)
    found["requirements.txt"] = (b"boto3>=1.40\nPyYAML>=6\n", 0o644)
    for name in ("deploy", "doctor", "smoke"):
        found[name] = (SCRIPT.format(name=name).encode(), 0o755)
    return found


def main(arch: str):
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
    bundle = ROOT / "dist" / f"start-chat-contact-{version}-{arch}.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, (content, mode) in sorted(files(arch).items()):
            entry = zipfile.ZipInfo(f"start-chat-contact-{version}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    bundle.with_name(bundle.name + ".sha256").write_text(f"{digest}  {bundle.name}\n")
    print(f"{bundle.relative_to(ROOT)}: {bundle.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main(sys.argv[1])
