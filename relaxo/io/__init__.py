"""Files in, files out."""

from relaxo.io.choose import choose
from relaxo.io.dicom_write import Identity, write_stack
from relaxo.io.files import staged
from relaxo.io.fingerprint import fingerprint
from relaxo.io.load import load
from relaxo.io.nifti import write_map
from relaxo.io.patient import Patients, patients
from relaxo.io.scan import scan
from relaxo.io.signals import Signals, holds_signals, read_signals
from relaxo.io.tables import read_contents, read_rates
from relaxo.io.text import printable
from relaxo.io.timing_entries import set_times
from relaxo.io.untimed import Untimed, untimed

__all__ = [
    "Identity",
    "Patients",
    "Signals",
    "Untimed",
    "choose",
    "fingerprint",
    "holds_signals",
    "load",
    "patients",
    "printable",
    "read_contents",
    "read_rates",
    "read_signals",
    "scan",
    "set_times",
    "staged",
    "untimed",
    "write_map",
    "write_stack",
]
