"""A server's certificate that is not trusted (yet, or any more), and the question whether to trust it."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.values import Fault
from ui.i18n import noop, tr
from ui.theme import Theme, fixed_font

_WIDTH = 560
_MARGIN = 16
_NEW = noop(
    "This server's certificate is not trusted yet. Compare the fingerprint with the one that the server's owner tells "
    "you; trust it only if they are the same."
)
_CHANGED = noop(
    "▲ The server shows ANOTHER certificate than the one that was trusted. Somebody may stand between you and the "
    "server. Trust it only if the server's owner says that it was renewed, and tells you this fingerprint."
)


class CertificateForm(QDialog):
    """Accepted = the user trusts the certificate. A changed one can be trusted only after a second, deliberate step."""

    def __init__(
        self,
        fault: Fault,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        now: datetime.datetime | None = None,
    ) -> None:
        """``fault``: CertificateNotTrusted or CertificateChanged, with what the backend tells of the certificate."""
        super().__init__(parent)
        self._theme = theme
        self._now = now or datetime.datetime.now(datetime.UTC)
        self._changed = fault.code == "CertificateChanged"
        self.setWindowTitle(tr("Server certificate"))
        self.setAccessibleName(tr("Server certificate"))
        self.setMinimumWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(12)
        layout.addWidget(self._warning())
        layout.addLayout(self._facts(fault))
        self._sure = QCheckBox(tr("The server's owner has told me this new fingerprint"))
        self._sure.setAccessibleName(self._sure.text())
        self._sure.setVisible(self._changed)
        layout.addWidget(self._sure)
        layout.addStretch(1)
        layout.addLayout(self._buttons())

    def _warning(self) -> QLabel:
        words = QLabel(tr(_CHANGED if self._changed else _NEW))
        words.setAccessibleName(tr("What to do"))
        words.setWordWrap(True)
        words.setMargin(8)
        words.setMinimumWidth(_WIDTH - 2 * _MARGIN)  # else its height is reckoned for a narrow column
        back = self._theme.error_back if self._changed else self._theme.warning_back
        words.setStyleSheet(f"background: {back}; color: {self._theme.text}; border-radius: 3px")
        return words

    def _facts(self, fault: Fault) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        details = fault.details
        self._row(form, tr("Server"), details.get("endpoint", ""))
        self._row(form, tr("Issued to"), details.get("subject", ""))
        issuer = details.get("issuer", "")
        own = issuer == details.get("subject")
        self._row(form, tr("Issued by"), tr("{issuer} (by itself)").format(issuer=issuer) if own else issuer)
        self._validity(form, details.get("not_before", ""), details.get("not_after", ""))
        self._row(form, "SHA-256", grouped(details.get("fingerprint", ""))).setFont(fixed_font())
        for number, trusted in enumerate(filter(None, details.get("trusted", "").split(", "))):
            self._row(form, tr("Trusted so far") if not number else tr("and"), grouped(trusted)).setFont(fixed_font())
        return form

    def _validity(self, form: QFormLayout, start: str, stop: str) -> None:
        problem = ""
        if _moment(start) is not None and self._now < (_moment(start) or self._now):
            problem = tr(" — NOT VALID YET")
        elif _moment(stop) is not None and self._now > (_moment(stop) or self._now):
            problem = tr(" — EXPIRED")
        label = self._row(form, tr("Valid"), tr("{start} to {stop}").format(start=start[:10], stop=stop[:10]) + problem)
        if problem:
            label.setStyleSheet(f"color: {self._theme.bad}")

    def _row(self, form: QFormLayout, name: str, text: str) -> QLabel:
        label = QLabel(text)
        label.setAccessibleName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)  # what a stranger's certificate says is no markup
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        form.addRow(name, label)
        return label

    def _buttons(self) -> QHBoxLayout:
        self._trust = QPushButton(tr("Trust this certificate"))
        self._trust.setAutoDefault(False)
        self._trust.clicked.connect(self.accept)
        self._trust.setEnabled(not self._changed)
        self._sure.toggled.connect(self._trust.setEnabled)
        self._refuse = QPushButton(tr("Do not connect"))
        self._refuse.setDefault(True)
        self._refuse.clicked.connect(self.reject)
        self._refuse.setFocus()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self._trust, self._refuse):
            button.setAccessibleName(button.text())
            buttons.addWidget(button)
        return buttons


def grouped(fingerprint: str) -> str:
    """In groups of four, two lines: as people read it out to each other."""
    groups = [fingerprint[i : i + 4].upper() for i in range(0, len(fingerprint), 4)]
    half = (len(groups) + 1) // 2
    return "\n".join(" ".join(part) for part in (groups[:half], groups[half:]) if part)


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
