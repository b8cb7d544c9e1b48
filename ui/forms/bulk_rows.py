"""The rows of a bulk write: what each would change, why it is left out, what has to be asked. Without Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.batch import Sample
from app.sessions.items import Item
from app.values import QUALITY_CONFIGURATION_ERROR, QualityClass, Value, quality_class, same_value
from ui.format import full_text, number_text, parse_value, quality_said, value_text
from ui.forms.bulk_paste import BulkLine
from ui.forms.write_flow import BIG_CHANGE, Stage, State, Wish, WriteClass, WriteFlow, type_name
from ui.forms.write_job import Target
from ui.i18n import count_text, noop, tr
from ui.tagbook import TagAbout

FAILED = (Stage.REJECTED, Stage.NO_ANSWER)
#: What a bulk write says of its ends, in this order.
_ENDS = (
    (Stage.CONFIRMED, noop("{count} confirmed")),
    (Stage.CLAMPED, noop("{count} read back as something else")),
    (Stage.UNCONFIRMED, noop("{count} written but not read back")),
    (Stage.REJECTED, noop("{count} not written")),
    (Stage.NO_ANSWER, noop("{count} without an answer")),
)


class BulkRow:
    """One line, and what has become of it."""

    __slots__ = ("about", "editable", "flow", "item", "line", "new", "problem", "session", "state", "wanted")

    def __init__(
        self,
        line: BulkLine,
        session: Target | None = None,
        item: Item | None = None,
        about: TagAbout | None = None,
        problem: str = "",
        big_change: float = BIG_CHANGE,
    ) -> None:
        self.line = line
        self.session = session
        self.item = item
        self.about = about or TagAbout()
        self.flow = WriteFlow(self.about, big_change)
        self.new: Value = None
        self.problem = line.problem or problem  # why it cannot be written
        self.wanted = True
        self.state: State | None = None
        self.problem = self.problem or self._obstacle()
        self.editable = not self.problem  # another value can be typed: nothing else is in the way
        if self.editable:
            self._read_line()
            self.flow.edited(self.live())

    def _obstacle(self) -> str:
        """Why no value whatever can be written."""
        if self.about.read_only:
            return tr("the tag is read only")
        if self.about.unwritable:
            return self.about.unwritable
        live = self.live()
        if live is not None and live.value is None and live.quality & 0xFC == QUALITY_CONFIGURATION_ERROR:
            return tr("the source knows no such tag ({quality})").format(quality=quality_said(live.quality))
        return ""

    @property
    def _before(self) -> Value:
        live = self.live()
        return None if live is None else live.value

    @property
    def is_array(self) -> bool:
        return isinstance(self._before, tuple)

    @property
    def type_name(self) -> str:
        """As the source tells it, else that of the value that was read."""
        return type_name(self.about, self._before)

    def _parsed(self, text: str) -> Value:
        return parse_value(text, self.type_name, self.about.enumeration, array=self.is_array or None)

    def problem_of(self, text: str) -> str:
        """What would be wrong with that text as the new value, or outside the tag's range; "" = nothing."""
        try:
            return self.flow.out_of_range(self._parsed(text))
        except ValueError as error:
            return str(error)

    def _read_line(self) -> None:
        self.problem, self.new = "", None
        if self.line.typed:
            self.new = self.line.value
            return
        text = self.line.text
        if text is None or (not text.strip() and self.type_name.lower() != "string"):
            self.problem = tr("there is no value")
            return
        try:
            self.new = self._parsed(text)
        except ValueError as error:
            self.problem = str(error)

    def edit(self, text: str) -> None:
        """Another value instead of the one that came; what had become of that is over. Only where it is editable."""
        self.line = replace(self.line, text=text, value=None)
        self.state = None
        self._read_line()
        self.flow.edited(self.live())

    def edit_text(self) -> str:
        """What :meth:`edit` would take for the present value."""
        if not self.line.typed:
            return self.line.text or ""
        return full_text(self.line.value)

    def live(self) -> Sample | None:
        if self.session is None or self.item is None:
            return None
        return self.session.items.sample(self.item.key)

    @property
    def unchanged(self) -> bool:
        """Whether the tag has this value already, in good quality."""
        live = self.live()
        good = live is not None and quality_class(live.quality) is QualityClass.GOOD
        return not self.problem and good and live is not None and same_value(live.value, self.new)

    @property
    def write_class(self) -> WriteClass:
        return self.flow.write_class

    def included(self, *, unchanged: bool) -> bool:
        """Whether it will be written; ``unchanged``: also what would change nothing."""
        return self.wanted and not self.problem and (unchanged or not self.unchanged)

    @property
    def failed(self) -> bool:
        return self.state is not None and self.state.stage in FAILED

    # ---- words

    def old_text(self) -> str:
        live = self.live()
        return "" if live is None else self._text(live.value)

    def new_text(self) -> str:
        if self.problem and self.new is None:
            return self.edit_text().strip()
        return value_text(self.new, enumeration=self.about.enumeration, limit=60)

    def _text(self, value: Value) -> str:
        return value_text(value, decimals=self.about.decimals, enumeration=self.about.enumeration, limit=60)

    def difference_text(self) -> str:
        """How much a number changes; "" where that says nothing."""
        live = self.live()
        before = None if live is None else live.value
        numbers = not isinstance(before, bool) and not isinstance(self.new, bool) and not self.about.enumeration
        if not numbers or not isinstance(before, int | float) or not isinstance(self.new, int | float) or self.problem:
            return ""
        off = self.new - before
        if off == 0:
            return "0"
        text = number_text(abs(off), self.about.decimals) if isinstance(off, float) else str(abs(off))
        return f"{'+' if off > 0 else '−'}{text}"

    def why_not(self, *, unchanged: bool) -> str:
        """Why it is left out; "" = it is not."""
        if self.problem:
            return self.problem
        if not self.wanted:
            return tr("not chosen")
        return "" if unchanged or not self.unchanged else tr("it has this value already")


def mark_twice(rows: Iterable[BulkRow]) -> None:
    """A tag that stands in several lines: the first is written, and the others say so."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row.line.ref.source, row.line.ref.tag
        if key in seen and not row.problem:
            row.problem = tr("the tag stands in line {number} already").format(number=seen[key])
            row.editable = False
        seen.setdefault(key, row.line.number)


def questions(rows: Sequence[BulkRow], now_ns: int) -> dict[BulkRow, frozenset[str]]:
    """What has to be confirmed of each row, beyond that it is a bulk write."""
    found: dict[BulkRow, frozenset[str]] = {}
    for row in rows:
        if reasons := row.flow.reasons_to_ask(Wish(row.new), row.live(), now_ns):
            found[row] = frozenset(reasons)
    return found


def question_words(found: dict[BulkRow, frozenset[str]], most: int = 3) -> str:
    """The rows that are odd, the first of them by name."""
    if not found:
        return ""
    named = [f"{row.line.ref.tag}: {', '.join(sorted(reasons))}" for row, reasons in list(found.items())[:most]]
    rest = len(found) - len(named)
    more = tr(" and {count} more", None, rest).format(count=count_text(rest)) if rest else ""
    return tr("A second look at {count}: {rows}{more}.", None, len(found)).format(
        count=count_text(len(found)), rows="; ".join(named), more=more
    )


def ends_words(rows: Iterable[BulkRow], left: int) -> str:
    """How a run has ended; ``left``: what was not sent, because it was cancelled."""
    stages = Counter(row.state.stage for row in rows if row.state is not None)
    parts = [tr(words).format(count=count_text(stages[stage])) for stage, words in _ENDS if stages[stage]]
    if left:
        parts.append(tr("{count} not sent", None, left).format(count=count_text(left)))
    return ", ".join(parts) or tr("nothing was sent")


def needed(rows: Iterable[BulkRow]) -> WriteClass:
    """How many people have to log in for all of them."""
    return max((row.write_class for row in rows), default=WriteClass.ORDINARY)
