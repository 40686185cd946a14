"""Packs a binary as Lambda wants it: a zip with an executable `bootstrap`.

The same binary gives the same zip, so that checksums can be compared. Zopfli
makes it smaller than zlib does: what Lambda has to fetch before a cold start.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import zopfli


def pack(binary: Path, archive: Path) -> str:
    """Writes the archive, and its checksum beside it in the form of sha256sum."""
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    with zopfli.ZipFile(archive, "w") as zip_file:
        zip_file.writestr(entry, binary.read_bytes())
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(archive.name + ".sha256").write_text(f"{digest}  {archive.name}\n")
    return digest


if __name__ == "__main__":
    packed = Path(sys.argv[2])
    digest = pack(Path(sys.argv[1]), packed)
    print(f"{packed}: {packed.stat().st_size} bytes, sha256 {digest}")
