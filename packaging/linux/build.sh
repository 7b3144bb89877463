#!/usr/bin/env bash
# Build the Debian package and the archive for Linux:  packaging/linux/build.sh [OUT]
# Needs Python 3.11 or newer, g++, dpkg-deb, help2man and icu-devtools.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-$root/dist}
python3 "$root/packaging/frozen/build.py" --out "$out/frozen"
python3 "$root/packaging/linux/debian.py" "$out/frozen/relaxo" --icons "$out/frozen/icons" --out "$out"
python3 "$root/packaging/linux/archive.py" "$out/frozen/relaxo" --out "$out"
