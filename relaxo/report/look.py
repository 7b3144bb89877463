"""Look: every size, colour and choice of the figures that a user may change, read from one TOML file."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from matplotlib import RcParams, rcParamsDefault
from matplotlib.colors import is_color_like

from relaxo.errors import InputError
from relaxo.keys import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_Size = Annotated[float, msgspec.Meta(gt=0)]
_Window = Annotated[tuple[float, float], msgspec.Meta(description="lower and upper end")]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Page(_Part, frozen=True):
    """Sizes, as journals state them."""

    single_mm: Annotated[float, msgspec.Meta(ge=60)] = 88.0
    double_mm: Annotated[float, msgspec.Meta(ge=120)] = 180.0
    height_mm: Annotated[float, msgspec.Meta(ge=120)] = 225.0
    """A page, less its caption."""
    dpi: Annotated[int, msgspec.Meta(ge=50, le=2400)] = 600
    text_pt: _Size = 7.0
    small_pt: _Size = 6.0
    letter_pt: _Size = 9.0
    """Of the letters that name the parts of a figure."""


class Series(_Part, frozen=True):
    """What tells agents apart; used in turn."""

    #: Okabe and Ito's blue, vermilion, bluish green, reddish purple, orange, sky blue.
    colours: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = (
        "#0072B2",
        "#D55E00",
        "#009E73",
        "#CC79A7",
        "#E69F00",
        "#56B4E9",
    )
    #: Their number shares no factor with the colours', so that the pair repeats late.
    markers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("o", "s", "^", "D", "v", "P", "X")


class MapsPart(_Part, frozen=True):
    """How maps are coloured."""

    show: Literal["times", "rates"] = "times"
    """T1 and T2 in ms, or R1 and R2 in 1/s with the colours reversed."""
    scale: Literal["auto", "linear", "logarithmic", "log_like"] = "auto"
    """``auto``: logarithmic where times span more than a factor of 5; ``log_like``: that of Fuderer et al., linear
    below 1/e of the upper end and logarithmic above."""
    T1_window_ms: _Window | None = None
    """Lower and upper end; those of the wells where nothing is said, as of the next three."""
    T2_window_ms: _Window | None = None
    R1_window_per_s: _Window | None = None
    R2_window_per_s: _Window | None = None

    def __post_init__(self) -> None:
        for name in ("T1_window_ms", "T2_window_ms", "R1_window_per_s", "R2_window_per_s"):
            window = getattr(self, name)
            if window is not None and not 0 <= window[0] < window[1]:
                raise ValueError(f"{name} goes from a lower end, not below 0, to a higher one")

    def window(self, quantity: str) -> tuple[float, float] | None:
        """Return the window of ``T1``, ``T2``, ``R1`` or ``R2``, in ms or 1/s."""
        window: tuple[float, float] | None = getattr(
            self, f"{quantity}_window_{'ms' if quantity.startswith('T') else 'per_s'}"
        )
        return window


class Look(_Part, frozen=True):
    """How figures look."""

    page: Page = Page()
    series: Series = Series()
    maps: MapsPart = MapsPart()
    matplotlib: dict[str, Any] = {}
    """Settings of matplotlib by their names in a matplotlibrc; they come last."""


# Learnt here, while there is one thread only, for msgspec's sake: relaxo.recipe says why.
_USUAL = msgspec.convert({}, Look)
_current: ContextVar[Look] = ContextVar("look", default=_USUAL)


def look() -> Look:
    """Return the look that is in force."""
    return _current.get()


@contextmanager
def looking(wanted: Look | None) -> Iterator[None]:
    """Draw what is drawn within with a look; None leaves it as it is."""
    token = _current.set(wanted or look())
    try:
        yield
    finally:
        _current.reset(token)


def load_look(path: Path) -> Look:
    """Read a look from a TOML file; what the file does not say stays as it is.

    Raises
    ------
    InputError
        When the file cannot be read, or holds a key, a value, a colour or a setting that does not exist.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        wanted = msgspec.convert(table, Look)
    except OSError as error:
        raise InputError(
            f"the style cannot be read: {error.strerror}", where=str(path), hint="Check the path"
        ) from error
    except msgspec.ValidationError as error:
        what, hint = complaint(error, table, Look)
        raise InputError(what, where=str(path), hint=hint) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"the style cannot be used: {error}", where=str(path), hint="docs/figures.md lists what a style can hold"
        ) from error
    for colour in wanted.series.colours:
        if not is_color_like(colour):
            raise InputError(f"{colour!r} is no colour", where=str(path), hint='Write it as "#0072B2"')
    settings = RcParams(rcParamsDefault)
    for name, value in wanted.matplotlib.items():
        try:
            settings[name] = value  # type: ignore[index] # any name: whether it is one is what is asked
        except (KeyError, ValueError) as error:
            raise InputError(
                f"matplotlib knows no setting {name} = {value!r}",
                where=str(path),
                hint='Write it in quotes, as "font.size" = 8, under [matplotlib]',
            ) from error
    return wanted
