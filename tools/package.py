"""Packs a binary as Lambda wants it: a zip with an executable `bootstrap`, and the licenses of what is linked.

The same binary gives the same zip, so that checksums can be compared. Zopfli
makes it smaller than zlib does: what Lambda has to fetch before a cold start.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import zopfli

ROOT = Path(__file__).resolve().parents[1]
LICENSES = ("LICENSE", "THIRD-PARTY-LICENSES.md")


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    """An entry that says nothing about when and where it was made."""
    made = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    made.compress_type = zipfile.ZIP_DEFLATED
    made.create_system = 3
    made.external_attr = (0o100000 | mode) << 16
    return made


def write_checksum(archive: Path) -> str:
    """Writes the checksum beside a file, in the form of sha256sum."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(archive.name + ".sha256").write_text(f"{digest}  {archive.name}\n")
    return digest


def pack(binary: Path, archive: Path) -> str:
    """Writes the archive, and its checksum beside it."""
    with zopfli.ZipFile(archive, "w") as zip_file:
        zip_file.writestr(entry("bootstrap", 0o755), binary.read_bytes())
        for name in LICENSES:
            zip_file.writestr(entry(name, 0o644), (ROOT / name).read_bytes())
    return write_checksum(archive)


if __name__ == "__main__":
    packed = Path(sys.argv[2])
    digest = pack(Path(sys.argv[1]), packed)
    print(f"{packed}: {packed.stat().st_size} bytes, sha256 {digest}")
