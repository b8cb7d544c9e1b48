"""Alarms: the engine on the window's feed, their pane, the limits of tags, and what operators do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QToolButton

from app.alarms.engine import AlarmEngine
from app.alarms.limits import Condition, Priority, TagLimits, from_json, to_json
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import AlarmEvent, AlarmState
from app.batch import Sample
from app.errors import GatewayError
from app.events.notices import Notice, NoticeKind, Severity
from app.records.export import export_table
from app.sessions import calls
from app.sessions.session import Session
from app.sessions.state import SessionState
from app.values import NS_PER_S, iso_utc
from ui.alarm_words import PRIORITIES, change_words, limit_words, state_words
from ui.bridge import act
from ui.desk.desk import Desk
from ui.desk.files import file_to_write
from ui.desk.trends import TrendsDesk
from ui.feed import FeedFrame
from ui.format import parse_time, time_text, value_text
from ui.forms.details import DetailsDialog
from ui.forms.limits import LimitsForm, sample_text
from ui.forms.shelve import ShelveForm
from ui.i18n import count_text, noop, tr
from ui.models.alarm_history import AlarmHistory
from ui.models.alarms import TABLE, AlarmsModel
from ui.tagbook import UNKNOWN, TagAbout
from ui.tagref import TagRef
from ui.theme import PRIORITY_MARKS, icon
from ui.views.alarms import AlarmsView
from ui.views.watch_table import WatchTable

_SEVERITIES = {Priority.LOW: Severity.INFO, Priority.MEDIUM: Severity.WARNING}
_ACTIONS = {
    AlarmEvent.ACKNOWLEDGE: noop("alarm acknowledged"),
    AlarmEvent.SHELVE: noop("alarm shelved"),
    AlarmEvent.UNSHELVE: noop("alarm unshelved"),
    AlarmEvent.DISABLE: noop("alarm taken out of service"),
    AlarmEvent.ENABLE: noop("alarm taken back into service"),
}


class AlarmsDesk(QObject):
    """A part of the workspace: limits, and what is shelved or out of service; states are found anew."""

    def __init__(self, desk: Desk, trends: TrendsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._trends = trends
        self.engine = AlarmEngine(desk.clock)
        self.model = AlarmsModel(desk.theme, self._about, self._sample)
        self.view = AlarmsView(self.model)
        self._history = AlarmHistory()
        self._versions: dict[str, int] = {}  # of the items of each session, when its alarms were bound
        self._binding: set[str] = set()
        self.listeners: list[Callable[[Sequence[Change]], object]] = []  # told of every change
        window = desk.window
        window.add_pane(
            "alarms", tr("Alarms"), self.view, Qt.DockWidgetArea.BottomDockWidgetArea, beside="log"
        )  # behind the log, until there is something to see
        self._count = QToolButton()
        self._count.setAutoRaise(True)
        self._count.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._count.setToolTip(tr("Show the alarms"))
        self._count.clicked.connect(lambda *_: window.show_pane("alarms"))
        window.statusBar().insertPermanentWidget(1, self._count)
        window.add_action(tr("Alarm limits …"), self._edit_current, "Ctrl+L", "tag", "alarm")
        window.add_action(tr("Acknowledge alarms"), self.view.acknowledge, "Ctrl+K", "tag", "acknowledge")
        window.items.limits_wanted.connect(self._edit_chosen)
        desk.frame.connect(self._take)
        desk.second.connect(self._second)
        desk.session_opened.connect(self._opened)
        desk.session_ended.connect(lambda session_id: self._changed(self.engine.hold(session_id)))
        desk.theme_changed.connect(self._set_theme)
        desk.utc_changed.connect(self.model.set_utc)
        desk.limits_wanted.connect(self.edit)
        view = self.view
        view.acknowledge_wanted.connect(lambda these, comment: self._operate(these, AlarmEvent.ACKNOWLEDGE, comment))
        view.event_wanted.connect(self._operate)
        view.shelve_wanted.connect(self._shelve)
        view.limits_wanted.connect(lambda these: self.edit([TagRef(a.id.source, a.id.tag) for a in these]))
        view.trend_wanted.connect(self._trend)
        view.details_wanted.connect(self._show_details)
        view.export_wanted.connect(lambda: act(self._export(), name="export the alarms", failed=desk.say))
        self.model.counts_changed.connect(self._show_count)
        desk.parts["alarms"] = self
        self._set_theme(desk.theme)

    async def _export(self) -> None:
        """What is shown, as it is when a file is chosen."""
        path = await file_to_write(self._desk, tr("Export the alarms"), tr("alarms"))
        if path is None:
            return
        await export_table(path, TABLE, self.model.table(), sheet=tr("Alarms"))
        self._desk.say(tr("Saved in {path}").format(path=path))
        self._desk.told(tr("alarms exported"), value=str(path))

    # ---- names

    def _about(self, source: str, tag: str) -> TagAbout:
        session = self._desk.session_named(source)
        return UNKNOWN if session is None else self._desk.book.about(session.id, tag)

    def _sample(self, source: str, tag: str) -> Sample | None:
        session = self._desk.session_named(source)
        if session is None:
            return None
        key = self.engine.key(source, tag)
        return None if key is None else session.items.sample(key)

    # ---- sources

    def _opened(self, session: Session) -> None:
        if self.engine.tags(session.name):
            act(self._bind(session), name="watch alarms", failed=self._desk.say)

    async def _bind(self, session: Session) -> None:
        """Subscribe the tags with alarms; from then on their samples count. Again after somebody removed one."""
        if session.id in self._binding:
            return
        self._binding.add(session.id)
        try:
            items = await self._desk.watch(session, self.engine.tags(session.name))
        finally:
            self._binding.discard(session.id)
        self._versions[session.id] = session.items.version
        changes = self.engine.bind(session.name, session.id, {item.key: item.tag for item in items})
        state = session.info().source_state
        if session.state is not SessionState.READY or (state is not None and not state.connected):
            changes += self.engine.hold(session.id)
        for item in items:
            if (sample := session.items.sample(item.key)) is not None:
                changes += self.engine.sample(session.id, item.key, sample.value, sample.quality, sample.worker_time)
        self._changed(changes)

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        """Losses and returns count before the events of their frame: what a lost source says comes of the loss, and
        what one that is back says is news."""
        last = {session_id: said for session_id, notice in frame.notices if (said := _says_live(notice)) is not None}
        lost = {session_id for session_id, notice in frame.notices if _says_live(notice) is False}
        changes = [change for session_id in lost for change in self.engine.hold(session_id)]
        for session_id, live in last.items():
            changes += self.engine.resume(session_id) if live else []
        for session_id, batch in frame.batches:
            changes += self.engine.take(session_id, batch)
        self._changed(changes + self.engine.tick())
        self.view.refresh_values()

    def _second(self) -> None:
        self._changed(self.engine.tick())
        for session in self._desk.runtime.manager.list():
            bound = self._versions.get(session.id)
            if bound is not None and session.items.version != bound and session.state is SessionState.READY:
                self._versions[session.id] = session.items.version
                if self._unwatched(session):
                    act(self._bind(session), name="watch alarms", failed=self._desk.say)

    def _unwatched(self, session: Session) -> bool:
        """Whether somebody has removed an item that alarms stand on."""
        keys = [self.engine.key(session.name, tag) for tag in self.engine.tags(session.name)]
        return any(key is not None and session.items.get(key) is None for key in keys)

    def _changed(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        self._history.add(changes)
        gone = [change.before.id for change in changes if change.after is None]
        self.model.update([change.after for change in changes if change.after is not None], gone)
        for change in changes:
            self._tell(change)
        for told in list(self.listeners):
            told(changes)

    def _tell(self, change: Change) -> None:
        alarm = change.now
        words = change_words(change, self._about(alarm.id.source, alarm.id.tag))
        if not words:
            return
        session = self._desk.session_named(alarm.id.source)
        raised = change.event is AlarmEvent.RAISE or (change.event is None and alarm.chattering)
        severity = _SEVERITIES.get(alarm.limit.priority, Severity.ERROR) if raised else Severity.INFO
        about = self._about(alarm.id.source, alarm.id.tag)
        details = {
            "source": alarm.id.source,
            "tag": alarm.id.tag,
            "condition": alarm.id.condition.value,
            "priority": tr(PRIORITIES[alarm.limit.priority]),
            "state": state_words(alarm),
            "value": value_text(alarm.value, decimals=about.decimals, enumeration=about.enumeration) if raised else "",
        }
        session_id = "" if session is None else session.id
        self._desk.feed.notice(session_id, Notice(NoticeKind.ALARM, severity, change.time_ns, words, details))

    # ---- operators

    def operate_for(
        self, ids: Sequence[AlarmId], event: AlarmEvent, comment: str, until_ns: int, who: str
    ) -> list[AlarmId]:
        """What an operator elsewhere does, who is named in the log; those for which it makes no sense."""
        changes, refused = self.engine.operate(ids, event, comment=comment, until_ns=until_ns)
        self._changed(changes)
        self._log_acts(changes, event, comment, until_ns, who)
        return refused

    def _operate(self, alarms: Sequence[Alarm], event: AlarmEvent, comment: str, until_ns: int = 0) -> None:
        changes, refused = self.engine.operate(
            [alarm.id for alarm in alarms], event, comment=comment, until_ns=until_ns
        )
        self._changed(changes)
        done = self._log_acts(changes, event, comment, until_ns)
        said = tr("{what}: {count}").format(what=tr(_ACTIONS[event]).capitalize(), count=done)
        if refused:
            said += tr(", {count} did not need it").format(count=len(refused))
        self._desk.say(said)

    def _log_acts(
        self, changes: Sequence[Change], event: AlarmEvent, comment: str, until_ns: int, who: str = ""
    ) -> int:
        """How many there were."""
        done = [change for change in changes if change.event is event]
        words = tr(_ACTIONS[event])
        for change in done:
            alarm = change.now
            session = self._desk.session_named(alarm.id.source)
            parts = [words, limit_words(alarm.limit, self._about(alarm.id.source, alarm.id.tag))]
            if until_ns:
                parts.append(tr("until {time}").format(time=time_text(until_ns, self._desk.utc)))
            if who:
                parts.append(tr("by {who}").format(who=who))
            told = ": ".join([", ".join(parts), comment]) if comment else ", ".join(parts)
            self._desk.told(told, session_id="" if session is None else session.id, tag=alarm.id.tag)
        return len(done)

    def _shelve(self, alarms: list[Alarm], seconds: int, comment: str) -> None:
        now_ns = self._desk.clock.utc_ns()
        if seconds:
            self._operate(alarms, AlarmEvent.SHELVE, comment, now_ns + seconds * NS_PER_S)
            return
        form = ShelveForm(alarms, comment, now_ns, self._desk.theme, self._desk.window)
        form.asked.connect(lambda until_ns, said: self._operate(alarms, AlarmEvent.SHELVE, said, until_ns))
        form.open()

    def _trend(self, alarm: Alarm) -> None:
        session = self._desk.session_named(alarm.id.source)
        if session is None:
            self._desk.say(tr("{source} is not open.").format(source=alarm.id.source))
            return
        act(self._trends.add_pen(session, alarm.id.tag), name="trend", failed=self._desk.say)

    def _show_details(self, alarm: Alarm) -> None:
        present = self.engine.get(alarm.id) or alarm
        about = self._about(alarm.id.source, alarm.id.tag)
        rows = self.model.fields(present) + self._history.rows(alarm.id, about, utc=self._desk.utc)
        DetailsDialog(tr("Alarm"), rows, self._desk.window).show()

    # ---- limits

    def _edit_current(self) -> None:
        """Of what is chosen where the focus is: rows of a watch list, else the item."""
        focus = QApplication.focusWidget()
        if isinstance(focus, WatchTable) and (refs := focus.selected_refs()):
            self.edit(refs)
        elif tag := self._desk.window.items.current_tag():
            self._edit_chosen([tag])
        else:
            self._desk.say(tr("Choose a tag in the items or in a watch list first."))

    def _edit_chosen(self, tags: list[str]) -> None:
        session = self._desk.session(self._desk.window.items.session_id)
        if session is not None:
            self.edit([TagRef(session.name, tag) for tag in tags])

    def edit(self, refs: Iterable[TagRef]) -> None:
        """A form for the limits of these tags."""
        chosen = list(dict.fromkeys(refs))
        if chosen:
            act(self._edit(chosen), name="alarm limits", failed=self._desk.say)

    async def _edit(self, refs: list[TagRef]) -> None:
        first = refs[0]
        about = self._about(first.source, first.tag)
        session = self._desk.session_named(first.source)
        if session is not None and not about.data_type:
            about = await self._desk.book.ask_now(session.id, first.tag)
        limits = [self.engine.limits(ref.source, ref.tag) for ref in refs]
        form = LimitsForm(refs, limits, about, self._desk.theme, self._desk.window, await self._looker(first, about))
        self._desk.second.connect(form.refresh)

        def save(made: TagLimits) -> None:
            self.set_limits(dict.fromkeys(refs, made))

        form.saved.connect(save)
        form.open()

    async def _looker(self, ref: TagRef, about: TagAbout) -> Callable[[], str]:
        """What the tag is now, in words: live where it is watched by anything, else as it was when asked for."""
        session = self._desk.session_named(ref.source)
        if session is None or session.state is not SessionState.READY:
            return lambda: tr("{source} is not open.").format(source=ref.source)
        watched = session.items
        key = next((item.key for item in watched.all() if item.tag == ref.tag), None)
        if key is not None:
            return lambda: "" if (now := watched.sample(key)) is None else sample_text(now.value, now.quality, about)
        handle = next(iter(watched.servers()), None)
        if handle is None:
            return str
        try:
            (row,) = await calls.read(session, handle, [ref.tag])
        except GatewayError as error:  # limits can be set all the same
            text = error.fault.message
        else:
            text = sample_text(row.value, row.quality, about) if row.success else row.error
        return lambda: text

    def set_limits(self, wanted: Mapping[TagRef, TagLimits]) -> None:
        """In place of what these tags had, told in the log; sources that are open are watched at once."""
        changes: list[Change] = []
        for ref, limits in wanted.items():
            if limits == self.engine.limits(ref.source, ref.tag):
                continue
            changes += self.engine.set_limits(ref.source, ref.tag, limits)
            session = self._desk.session_named(ref.source)
            about = self._about(ref.source, ref.tag)
            told = "; ".join(limit_words(limit, about) for limit in limits.limits) or tr("none")
            self._desk.told(
                tr("alarm limits set: {limits}").format(limits=told),
                session_id="" if session is None else session.id,
                tag=ref.tag,
            )
        self._changed(changes)
        self._bind_sources({ref.source for ref in wanted})

    def _bind_sources(self, sources: Iterable[str]) -> None:
        for source in sources:
            session = self._desk.session_named(source)
            if session is not None and session.state is SessionState.READY:
                act(self._bind(session), name="watch alarms", failed=self._desk.say)

    # ---- looks

    def _set_theme(self, theme: Any) -> None:
        self.view.set_theme(theme)
        self._show_count()

    def _show_count(self) -> None:
        count, worst, theme = self.model.unacknowledged, self.model.worst, self._desk.theme
        words = tr("1 alarm") if count == 1 else tr("{count} alarms", None, count).format(count=count_text(count))
        mark = "" if worst is None else PRIORITY_MARKS[worst.limit.priority]
        active = self.model.active  # acknowledged, but there all the same
        calm = tr("{count} active").format(count=count_text(active)) if active else tr("no alarms")
        text = f"{mark} {words}" if worst is not None else calm
        if self._count.text() != text:
            self._count.setText(text)
            self._count.setAccessibleName(tr("Alarms that nobody has acknowledged: {count}").format(count=count))
        back = "transparent" if worst is None else theme.behind_priority(worst.limit.priority)
        colour = theme.muted if worst is None else theme.text
        sheet = (
            f"QToolButton {{ color: {colour}; background: {back}; padding: 1px 6px; border-radius: 3px; border: 0 }}"
        )
        if self._count.styleSheet() != sheet:
            self._count.setStyleSheet(sheet)
            self._count.setIcon(icon("alarm", theme))

    # ---- the workspace

    def state(self) -> dict[str, Any]:
        quiet = [
            alarm for alarm in self.engine.alarms() if alarm.state in (AlarmState.SHELVED, AlarmState.OUT_OF_SERVICE)
        ]
        return {
            "limits": [
                {"source": source, "tag": tag, **to_json(limits)}
                for source, tag, limits in sorted(self.engine.all_limits(), key=lambda entry: entry[:2])
            ],
            "quiet": [_quiet_to_json(alarm) for alarm in quiet],
        }

    async def restore(self, state: dict[str, Any]) -> None:
        """In place of all that there is; what cannot be read is told and left out."""
        problems: list[str] = []
        wanted: dict[TagRef, TagLimits] = {}
        for entry in _entries(state.get("limits"), problems):
            try:
                ref = TagRef(str(entry["source"]), str(entry["tag"]))
                wanted[ref] = from_json(entry)
            except (KeyError, ValueError) as error:
                problems.append(f"{entry.get('tag', '?')}: {error}")
        before = [TagRef(source, tag) for source, tag, _ in self.engine.all_limits()]
        changes: list[Change] = []
        for ref in before:
            if ref not in wanted:
                changes += self.engine.set_limits(ref.source, ref.tag, TagLimits(()))
        for ref, limits in wanted.items():
            changes += self.engine.set_limits(ref.source, ref.tag, limits)
        for entry in _entries(state.get("quiet"), problems):
            try:
                changes += self._restore_quiet(entry)
            except (KeyError, ValueError) as error:
                problems.append(f"{entry.get('tag', '?')}: {error}")
        self._changed(changes)
        self._bind_sources({ref.source for ref in wanted})
        if problems:
            self._desk.told(
                tr("alarms left out of the workspace: {problems}").format(problems="; ".join(problems[:20]))
            )
            self._desk.say(tr("{count} alarms of the workspace could not be read.").format(count=len(problems)))

    def _restore_quiet(self, entry: dict[str, Any]) -> list[Change]:
        alarm_id = AlarmId(str(entry["source"]), str(entry["tag"]), Condition(str(entry["condition"])))
        comment = str(entry.get("comment", ""))
        if "until" not in entry:
            return self.engine.operate([alarm_id], AlarmEvent.DISABLE, comment=comment)[0]
        until_ns = parse_time(str(entry["until"])).ns
        if until_ns <= self._desk.clock.utc_ns():
            return []
        return self.engine.operate([alarm_id], AlarmEvent.SHELVE, comment=comment, until_ns=until_ns)[0]


def _quiet_to_json(alarm: Alarm) -> dict[str, Any]:
    entry = {"source": alarm.id.source, "tag": alarm.id.tag, "condition": alarm.id.condition.value}
    if alarm.state is AlarmState.SHELVED:
        entry["until"] = iso_utc(alarm.shelved_until_ns)
    return {**entry, "comment": alarm.comment} if alarm.comment else entry


def _entries(told: object, problems: list[str]) -> list[dict[str, Any]]:
    if told is None:
        return []
    if not isinstance(told, list):
        problems.append(tr("a list was expected"))
        return []
    good = [entry for entry in told if isinstance(entry, dict)]
    problems.extend(tr("an entry is no object") for _ in range(len(told) - len(good)))
    return good


def _says_live(notice: Notice) -> bool | None:
    match notice.kind:
        case NoticeKind.SOURCE_LOST:
            return False
        case NoticeKind.SOURCE_BACK:
            return True
        case NoticeKind.STATE:
            return notice.details["new"] == SessionState.READY
        case _:
            return None
