"""The list of alarms: what wants to be acknowledged first, then by priority, then the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont

from app.alarms.model import Alarm, AlarmId
from app.alarms.states import ANNUNCIATED, QUIET, AlarmState
from app.batch import Sample
from app.records.table import Column, ColumnKind
from app.values import NO_TIME, Value
from ui.alarm_words import PRIORITIES, STATE_MARKS, limit_words, state_words
from ui.format import full_text, iso_text, quality_mark, quality_text, time_text, tip_text, value_text
from ui.i18n import noop, tr
from ui.models.table import RIGHT_ALIGNED, Index, TableModel
from ui.tagbook import UNKNOWN, TagAbout
from ui.theme import PRIORITY_MARKS, Theme

COLUMNS = (
    noop("Priority"), noop("State"), noop("Tag"), noop("Alarm"), noop("Value"), noop("Since"), noop("Session"),
    noop("Comment"),
)  # fmt: skip
PRIORITY, STATE, TAG, ALARM, VALUE, SINCE, SESSION, COMMENT = range(8)
#: Beyond so many changes at once the rows are set anew.
_FEW = 200

TEXT, TIME = ColumnKind.TEXT, ColumnKind.TIME
#: What is exported of each alarm.
TABLE = (
    Column("Priority", TEXT),
    Column("State", TEXT),
    Column("Session", TEXT),
    Column("Tag", TEXT),
    Column("Alarm", TEXT),
    Column("Raised", TIME),
    Column("Times raised", ColumnKind.INTEGER),
    Column("Value when raised", ColumnKind.VALUE),
    Column("Changed", TIME),
    Column("Comment", TEXT),
)

AboutOf = Callable[[str, str], TagAbout]
SampleOf = Callable[[str, str], Sample | None]


class AlarmsModel(TableModel):
    """Annunciated alarms, and with :meth:`show_quiet` those that are shelved, suppressed or out of service."""

    columns = COLUMNS
    numbers = (VALUE,)
    time_column = SINCE

    counts_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        about_of: AboutOf = lambda source, tag: UNKNOWN,
        sample_of: SampleOf = lambda source, tag: None,
        parent: QObject | None = None,
    ) -> None:
        """Both are asked by the names of source and tag."""
        super().__init__(parent)
        self.theme = theme
        self._about_of = about_of
        self._sample_of = sample_of
        self._all: dict[AlarmId, Alarm] = {}
        self._rows: list[Alarm] = []
        self._with_quiet = False

    # ---- the model's duties

    def shown_rows(self) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        alarm, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(alarm, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(self.details(alarm))
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(alarm, column)
            case Qt.ItemDataRole.BackgroundRole if column in (PRIORITY, STATE) and alarm.unacknowledged:
                return QBrush(QColor(self.theme.behind_priority(alarm.limit.priority)))
            case Qt.ItemDataRole.FontRole if alarm.unacknowledged and column in (TAG, ALARM):
                font = QFont()
                font.setBold(True)
                return font
            case Qt.ItemDataRole.TextAlignmentRole if column == VALUE:
                return RIGHT_ALIGNED
            case _:
                return None

    def _text(self, alarm: Alarm, column: int) -> str:
        match column:
            case 0:
                return f"{PRIORITY_MARKS[alarm.limit.priority]} {tr(PRIORITIES[alarm.limit.priority])}"
            case 1:
                return f"{STATE_MARKS[alarm.state]} {state_words(alarm)}"
            case 2:
                return alarm.id.tag
            case 3:
                return limit_words(alarm.limit, self._about(alarm))
            case 4:
                return self._value(alarm)
            case 5:
                return time_text(alarm.changed_ns if alarm.state in QUIET else alarm.raised_ns, self.utc)
            case 6:
                return alarm.id.source
            case _:
                return self._comment(alarm)

    def _comment(self, alarm: Alarm) -> str:
        if not alarm.shelved_until_ns:
            return alarm.comment
        until = tr("until {time}").format(time=time_text(alarm.shelved_until_ns, self.utc)[: -len(".000")])
        return f"{until}: {alarm.comment}" if alarm.comment else until

    def _about(self, alarm: Alarm) -> TagAbout:
        return self._about_of(alarm.id.source, alarm.id.tag)

    def _value(self, alarm: Alarm) -> str:
        sample = self._sample_of(alarm.id.source, alarm.id.tag)
        if sample is None:
            return "—"
        about = self._about(alarm)
        text = value_text(sample.value, decimals=about.decimals, enumeration=about.enumeration)
        mark = quality_mark(0 if alarm.held else sample.quality)
        return f"{text} {about.unit} {mark}".replace("  ", " ").rstrip()

    def _colour(self, alarm: Alarm, column: int) -> QBrush | None:
        theme = self.theme
        if alarm.state in QUIET or (column == VALUE and alarm.held):
            return QBrush(QColor(theme.muted))
        if column == PRIORITY:
            # On the tinted ground of what is unacknowledged, text is text: the shape and the ground are enough.
            plain = alarm.unacknowledged
            return QBrush(QColor(theme.text if plain else theme.of_priority(alarm.limit.priority)))
        if column in (SINCE, SESSION):
            return QBrush(QColor(theme.muted))
        return None

    def details(self, alarm: Alarm) -> str:
        """Everything of it, a line each; for tooltips and the clipboard."""
        return "\n".join(f"{name}: {text}" if name else text for name, text in self.fields(alarm))

    def fields(self, alarm: Alarm) -> list[tuple[str, str]]:
        limit, about = alarm.limit, self._about(alarm)
        sample = self._sample_of(alarm.id.source, alarm.id.tag)
        rows = [
            (tr("Tag"), alarm.id.tag),
            (tr("Session"), alarm.id.source),
            (tr("Description"), about.description),
            (tr("Alarm"), limit_words(limit, about)),
            (tr("Priority"), tr(PRIORITIES[limit.priority])),
            (tr("State"), state_words(alarm)),
            (tr("Value"), "" if sample is None else f"{full_text(sample.value, about.enumeration)} {about.unit}"),
            (tr("Quality"), "" if sample is None else quality_text(sample.quality)),
            (tr("Raised"), iso_text(alarm.raised_ns, self.utc) if alarm.raises else ""),
            (tr("Times raised"), str(alarm.raises)),
            (tr("Value when raised"), full_text(alarm.value, about.enumeration)[:2000] if alarm.raises else ""),
            (tr("Changed"), iso_text(alarm.changed_ns, self.utc) if alarm.changed_ns else ""),
            (tr("Deadband"), f"{limit.deadband:g} {about.unit}" if limit.deadband else ""),
            (tr("On delay"), f"{limit.on_delay_s:g} s" if limit.on_delay_s else ""),
            (tr("Off delay"), f"{limit.off_delay_s:g} s" if limit.off_delay_s else ""),
            (tr("Shelved until"), iso_text(alarm.shelved_until_ns, self.utc) if alarm.shelved_until_ns else ""),
            (tr("Comment"), alarm.comment),
        ]
        return [(name, text.strip()) for name, text in rows if text.strip()]

    def table(self) -> list[tuple[Value, ...]]:
        """A row of :data:`TABLE` for each alarm that is shown, as they stand."""
        return [
            (
                PRIORITIES[alarm.limit.priority],
                state_words(alarm),
                alarm.id.source,
                alarm.id.tag,
                limit_words(alarm.limit, self._about(alarm)),
                alarm.raised_ns or NO_TIME,
                alarm.raises,
                alarm.value,
                alarm.changed_ns or NO_TIME,
                alarm.comment,
            )
            for alarm in self._rows
        ]

    # ---- reading

    def alarm(self, row: int) -> Alarm:
        return self._rows[row]

    def shown(self) -> list[Alarm]:
        return list(self._rows)

    @property
    def unacknowledged(self) -> int:
        return sum(alarm.unacknowledged for alarm in self._all.values())

    @property
    def active(self) -> int:
        return sum(alarm.state in ANNUNCIATED and alarm.active for alarm in self._all.values())

    @property
    def quiet(self) -> int:
        return sum(alarm.state in QUIET for alarm in self._all.values())

    @property
    def worst(self) -> Alarm | None:
        """The first of those that want to be acknowledged."""
        return min((alarm for alarm in self._all.values() if alarm.unacknowledged), key=_order, default=None)

    # ---- changing

    def update(self, changed: Iterable[Alarm], gone: Iterable[AlarmId] = ()) -> None:
        """Alarms as they are now; those that are normal again leave the list."""
        for alarm in changed:
            if alarm.state is AlarmState.NORMAL:
                self._all.pop(alarm.id, None)
            else:
                self._all[alarm.id] = alarm
        for alarm_id in gone:
            self._all.pop(alarm_id, None)
        self._arrange()
        self.counts_changed.emit()

    def show_quiet(self, shown: bool) -> None:
        self._with_quiet = shown
        self._arrange()
        self.counts_changed.emit()

    def repaint_values(self, first: int, last: int) -> None:
        """The rows on the screen: their live values may be others."""
        last = min(last, len(self._rows) - 1)
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, VALUE), self.index(last, VALUE))

    def set_utc(self, utc: bool) -> None:
        self.utc = utc
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, SINCE, SINCE)
        self._told()

    def _told(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def _arrange(self) -> None:
        """Rows go, come and move as such, so that selection and scroll survive."""
        shown = ANNUNCIATED | QUIET if self._with_quiet else ANNUNCIATED
        wanted = sorted((alarm for alarm in self._all.values() if alarm.state in shown), key=_order)
        there, wanted_ids = {alarm.id for alarm in self._rows}, {alarm.id for alarm in wanted}
        if len(there ^ wanted_ids) > _FEW:
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()
            return
        for row in range(len(self._rows) - 1, -1, -1):
            if self._rows[row].id not in wanted_ids:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, alarm in enumerate(wanted):
            if alarm.id not in there:
                place = min(row, len(self._rows))
                self.beginInsertRows(QModelIndex(), place, place)
                self._rows.insert(place, alarm)
                self.endInsertRows()
        if [alarm.id for alarm in self._rows] != [alarm.id for alarm in wanted]:
            self._move(wanted)
        self._rows = wanted
        self._told()

    def _move(self, wanted: list[Alarm]) -> None:
        self.layoutAboutToBeChanged.emit()
        places = {alarm.id: row for row, alarm in enumerate(wanted)}
        before = self.persistentIndexList()
        after = [self.index(places[self._rows[index.row()].id], index.column()) for index in before]
        self._rows = wanted
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _order(alarm: Alarm) -> tuple[bool, bool, int, int]:
    return alarm.state in QUIET, not alarm.unacknowledged, -alarm.limit.priority, -alarm.raised_ns
