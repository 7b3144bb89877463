"""The relaxivities with their intervals, what they mean, and how they are computed and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from relaxo_gui.core import relaxivity
from relaxo_gui.resources.theme import GRID, PADDING, Theme
from relaxo_gui.session_model.fit_words import r_squared_words
from relaxo_gui.session_model.line_words import (
    NAMES,
    UNIT,
    agent_title,
    alternative_words,
    estimate_words,
    published_words,
    verdicts,
)
from relaxo_gui.widgets.labels import text_label
from relaxo_gui.widgets.option_form import Field, OptionForm, Value
from relaxo_gui.widgets.segments import Segments
from relaxo_gui.widgets.value_grid import Row, ValueGrid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from relaxo.data import AgentResult, ReferenceAgent
    from relaxo.pipeline import Result
    from relaxo.recipe import Recipe
    from relaxo_gui.actions import Commands

_NEED = "No relaxivities yet: give the concentrations of at least three wells of an agent."
_NOT_STATED = "not stated"
_METHOD = (
    Field(
        "method",
        "Method",
        "how the line is fitted: least squares, as most published relaxivities are; York, with the stated errors of "
        "rates and concentrations; robust, which gives wells far off the line no weight",
        "least_squares",
        choices=(("least_squares", "Least squares"), ("york", "York"), ("robust", "Robust")),
    ),
    Field(
        "weights",
        "Weights",
        "what the error of a rate is taken to be proportional to: nothing, the rate itself, or its standard error",
        "none",
        choices=(("none", "Equal"), ("relative", "Relative, 1/R²"), ("standard_error", "Standard errors")),
    ),
    Field(
        "intercept",
        "Rate without agent",
        "fitted, that measured in the blank, or fixed to the values below",
        "free",
        choices=(("free", "Fitted"), ("blank", "Of the blank"), ("fixed", "Fixed")),
    ),
    Field("intercept_R1_per_s", "R₁ without agent", "the fixed rate", None, "s⁻¹", blank=_NOT_STATED, step=0.01),
    Field("intercept_R2_per_s", "R₂ without agent", "the fixed rate", None, "s⁻¹", blank=_NOT_STATED, step=0.01),
    Field(
        "stock_error_percent",
        "Error of the stock",
        "standard error of the stock solution, which all wells of an agent share: it is added to the error of r₁ and "
        "r₂, and cancels in their ratio",
        None,
        "%",
        blank=_NOT_STATED,
        step=1,
    ),
    Field(
        "pipetting_error_percent",
        "Error of pipetting",
        "standard error of each concentration; the methods York and robust use it",
        None,
        "%",
        blank=_NOT_STATED,
        step=1,
    ),
    Field(
        "rate_error_percent",
        "Error of a rate",
        "how well a whole measurement repeats; the methods York and robust use it",
        None,
        "%",
        blank=_NOT_STATED,
        step=1,
    ),
    Field(
        "beyond_window",
        "Times out of reach",
        "what becomes of a well whose time these images cannot measure",
        "exclude",
        choices=(("exclude", "Leave out"), ("warn", "Let count")),
    ),
    Field(
        "ratio_threshold",
        "Is r₂/r₁ below",
        "a value that something is claimed about; it is answered with its probability",
        None,
        blank="no question",
        step=0.5,
    ),
)
_CONDITIONS = (
    Field("field_T", "Field", "in place of what the images say", None, "T", blank="as the images say", step=0.5),
    Field(
        "temperature_C",
        "Temperature",
        "of the samples; published values of the nearest are compared with",
        None,
        "°C",
        lower=-50,
        upper=150,
        blank=_NOT_STATED,
        step=1,
    ),
    Field(
        "medium", "Medium", "what the agents are dissolved in, such as water, blood or plasma", "", blank=_NOT_STATED
    ),
)


class RegressionPanel(QScrollArea):
    """Values above, their meaning under them, then the settings."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._model = commands.model
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._asked: object = None
        self._shown: object = ()
        self.per = Segments({"ion": "per ion", "molecule": "molecule"}, shortcuts=False)
        self.per.setToolTip("What concentrations and relaxivities count; the tables and the figure follow")
        self.per.chosen.connect(self._count)
        self.values = ValueGrid(4, (1, 2, 3))
        self.verdict = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText)
        self.verdict.setAccessibleName("What the numbers mean")
        self.method = OptionForm(_METHOD)
        self.method.chosen.connect(self._regress)
        self.conditions = OptionForm(_CONDITIONS)
        self.conditions.chosen.connect(self._state)
        self.comparison: OptionForm | None = None
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(PADDING, 2 * GRID, PADDING, PADDING)
        self._layout.setSpacing(2 * GRID)
        head = QHBoxLayout()
        head.addWidget(text_label(f"Relaxivities ({UNIT})", bold=True))
        head.addStretch(1)
        head.addWidget(self.per)
        self._layout.addLayout(head)
        self._layout.addWidget(self.values)
        self._layout.addWidget(self.verdict)
        self._layout.addSpacing(GRID)
        self._layout.addWidget(text_label("How they are computed", bold=True))
        self._layout.addWidget(self.method)
        self._layout.addSpacing(GRID)
        self._layout.addWidget(text_label("What they are compared with", bold=True))
        self._compare_at = self._layout.count()
        self._layout.addWidget(self.conditions)
        self._layout.addStretch(1)
        self.setWidget(inside)
        self._model.snapshot_changed.connect(self.refresh)
        self._model.changed.connect(self.refresh)
        self._model.opened.connect(self.refresh)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's own
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "values"):
            self.refresh()

    def refresh(self) -> None:
        """Show the settings of the recipe, and the values as they stand."""
        known, recipe = self._model.snapshot, self._model.recipe
        result = known.result if known is not None else None
        theme, agents = Theme.of(self.palette()), self._agents()
        if recipe is not None and (recipe, agents) != self._asked:
            self._asked = (recipe, agents)
            self._set(recipe)
        if (result, theme) != self._shown:
            self._shown = (result, theme)
            self._fill(result, theme)

    def _set(self, recipe: Recipe) -> None:
        part = recipe.regression
        self.per.choose(relaxivity.counted_per(part))
        self.method.set_values({key: getattr(part, key) for key in self.method.fields})
        fixed = part.intercept == "fixed"
        self.method.allow(
            {
                "weights": part.method != "york",
                "intercept_R1_per_s": fixed,
                "intercept_R2_per_s": fixed,
                "pipetting_error_percent": part.method != "least_squares",
                "rate_error_percent": part.method != "least_squares",
            }
        )
        self.conditions.set_values({key: getattr(recipe.conditions, key) for key in self.conditions.fields})
        fields = _comparison(recipe, self._agents())
        if self.comparison is None or [*self.comparison.fields.values()] != fields:
            if self.comparison is not None:
                self.comparison.deleteLater()
            self.comparison = OptionForm(fields)
            self.comparison.chosen.connect(self._compare)
            self._layout.insertWidget(self._compare_at, self.comparison)
        values: dict[str, Value] = {
            "reference": _key_of(part.reference),
            "control": part.control or "",
            "interpolate_reference": part.interpolate_reference,
        }
        values |= {f"{_IONS}{name}": relaxivity.ions_per_molecule(name, part) for name in self._agents()}
        self.comparison.set_values(values)

    def _agents(self) -> tuple[str, ...]:
        known = self._model.contents.values()
        return tuple(dict.fromkeys(each.agent for each in known if each.agent and each.concentration_mM))

    def _fill(self, result: Result | None, theme: Theme) -> None:
        agents, control = (result.agents, result.control) if result is not None else ((), None)
        colours = [theme.agent(self._model.agent_place(agent.name)) for agent in agents]
        rows = [row for agent, colour in zip(agents, colours, strict=True) for row in _rows(agent, control, colour)]
        if result is not None and result.reference is not None and agents:
            rows += _reference_rows(result, result.reference)
        self.values.show_rows(rows or [Row((_NEED,), muted=True)])
        said = verdicts(result) if result is not None and agents else []
        self.verdict.setVisible(bool(said))
        lines = [
            f"<p style='margin:0 0 {GRID}px 0;{f'color:{theme.amber};' if warns else ''}'>{_escaped(text)}</p>"
            for text, warns in said
        ]
        self.verdict.setText("".join(lines))

    def _count(self, per: str) -> None:
        recipe = self._model.recipe
        if recipe is not None:
            counted = None if per == recipe.regression.per else per
            self._commands.choices.regress_by(f"Relaxivities per {per}", report_per=counted)

    def _regress(self, key: str, value: Value) -> None:
        self._commands.choices.regress_by(self.method.fields[key].title, **{key: value})

    def _state(self, key: str, value: Value) -> None:
        self._commands.choices.under_conditions(self.conditions.fields[key].title, **{key: value})

    def _compare(self, key: str, value: Value) -> None:
        recipe = self._model.recipe
        if recipe is None or self.comparison is None:
            return
        title = self.comparison.fields[key].title
        if key.startswith(_IONS):
            agent = key.removeprefix(_IONS)
            ions = {name: count for name, count in recipe.regression.ions_per_molecule.items() if name != agent}
            if isinstance(value, int | float) and value >= 1:
                ions[agent] = round(value)
            self._commands.choices.regress_by(title, ions_per_molecule=ions)
        else:
            self._commands.choices.regress_by(title, **{key: value or None if key == "control" else value})


_IONS = "ions "


def _comparison(recipe: Recipe, agents: Sequence[str]) -> list[Field]:
    """Return the questions that depend on what was measured."""
    published = [("", "none")] if not recipe.regression.reference else []
    named: dict[str, str] = {}
    for known in relaxivity.references():
        key = known.synonyms[0] if known.synonyms else known.agent
        named.setdefault(key, key)
    if not any(relaxivity.is_called(known, recipe.regression.reference) for known in relaxivity.references()):
        named[recipe.regression.reference] = recipe.regression.reference
    fields = [
        Field(
            "reference",
            "Published agent",
            "the agent whose published relaxivities are drawn in grey and compared with",
            _key_of("Gd-DTPA"),
            choices=(*published, *sorted(named.items(), key=lambda pair: pair[1].lower())),
        ),
        Field(
            "interpolate_reference",
            "Interpolate published values between fields",
            "where nothing is published for this field; the value is then marked so",
            False,
        ),
        Field(
            "control",
            "Control",
            "the agent that was measured along to see whether the experiment is right",
            "",
            choices=(("", "by its name"), *((name, name) for name in agents)),
        ),
    ]
    return fields + [
        Field(
            f"{_IONS}{name}",
            f"Ions per molecule of {name}",
            "how many paramagnetic ions a molecule has: needed to count per molecule",
            None,
            lower=1,
            upper=1000,
            step=1,
            blank="not known",
        )
        for name in agents
    ]


def _key_of(name: str) -> str:
    """Return the name that the list has for a published agent."""
    found = next((known for known in relaxivity.references() if relaxivity.is_called(known, name)), None)
    if found is None:
        return name
    return found.synonyms[0] if found.synonyms else found.agent


def _rows(agent: AgentResult, control: str | None, colour: str) -> Iterator[Row]:
    yield Row((agent_title(agent, control), "value ± SE", "95 % interval", "wells"), bold=True, colour=colour)
    for line in (agent.r1, agent.r2):
        if line is None:
            continue
        quality = r_squared_words(line.quality.r_squared) if line.quality is not None else ""
        yield Row(
            (NAMES[line.quantity], *estimate_words(line.relaxivity), str(len(line.wells))),
            tip=f"Rate without agent {estimate_words(line.intercept)[0]} s⁻¹\n{quality}\nWells {', '.join(line.wells)}",
        )
        for text in alternative_words(line):
            yield Row((text,), muted=True)
    if agent.ratio is not None:
        yield Row((NAMES["r2_over_r1"], *estimate_words(agent.ratio), ""))


def _reference_rows(result: Result, reference: ReferenceAgent) -> Iterator[Row]:
    name = result.recipe.regression.reference or reference.agent
    yield Row((f"{name}, published",), muted=True, bold=True, tip=reference.citation)
    for key, value, error in (("r1", reference.r1, reference.r1_se), ("r2", reference.r2, reference.r2_se)):
        if value is not None:
            yield Row((NAMES[key], published_words(value, error), "", ""), muted=True)
    yield Row((f"{relaxivity.conditions(reference)}; {reference.citation}",), muted=True)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
