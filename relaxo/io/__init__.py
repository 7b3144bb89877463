"""Files in, files out."""

from relaxo.io.choose import choose
from relaxo.io.dicom_write import Identity, write_stack
from relaxo.io.files import staged
from relaxo.io.fingerprint import fingerprint
from relaxo.io.load import load
from relaxo.io.nifti import write_map
from relaxo.io.scan import scan
from relaxo.io.signals import Signals, holds_signals, read_signals
from relaxo.io.tables import read_contents, read_rates
from relaxo.io.text import printable

__all__ = [
    "Identity",
    "Signals",
    "choose",
    "fingerprint",
    "holds_signals",
    "load",
    "printable",
    "read_contents",
    "read_rates",
    "read_signals",
    "scan",
    "staged",
    "write_map",
    "write_stack",
]
