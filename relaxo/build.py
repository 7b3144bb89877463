"""Which build of Relaxo this is: the commit that it was made from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

#: Written into packages by packaging/build_kernel.py.
RECORD = "_commit.txt"
_LENGTH = 10


def commit() -> str | None:
    """Return the commit that this Relaxo was made from, shortened; None where nobody wrote it down."""
    package = Path(str(files("relaxo")))
    try:
        return (package / RECORD).read_text(encoding="ascii").strip()[:_LENGTH]
    except OSError:
        return _checked_out(package.parent / ".git")


def _checked_out(repository: Path) -> str | None:
    """Return the commit that a checkout stands at, without asking git, which a user need not have."""
    try:
        head = (repository / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return head[:_LENGTH]
        branch = head.removeprefix("ref: ")
        loose = repository / branch
        if loose.is_file():
            return loose.read_text(encoding="ascii").strip()[:_LENGTH]
        packed = (repository / "packed-refs").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((line.split()[0][:_LENGTH] for line in packed if line.endswith(f" {branch}")), None)
