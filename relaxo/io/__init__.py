"""Files in, files out."""

from relaxo.io.choose import choose
from relaxo.io.fingerprint import fingerprint
from relaxo.io.load import load
from relaxo.io.scan import scan
from relaxo.io.text import printable

__all__ = [
    "choose",
    "fingerprint",
    "load",
    "printable",
    "scan",
]
