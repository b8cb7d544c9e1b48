"""The simulated plant: two tanks, a reactor with its temperature loop, pumps, valves, utilities.

A step moves the physics by a fixed time; the same seed gives the same plant. Everything that can be written acts: a
valve that is closed lets a level rise, a set point pulls its loop.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from app.values import DataType, Duration, SecurityClass, Timestamp, Value

ON_OFF = ("Off", "On")
PUMP_STATES = ("Stopped", "Running", "Tripped")
VALVE_STATES = ("Closed", "Moving", "Open")
MODES = ("Manual", "Automatic")


@dataclass(slots=True)
class PlantTag:
    """One attribute of the plant. ``deadband``: changes of a number below it are not reported."""

    name: str
    area: str
    data_type: DataType
    value: Value
    description: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int | None = None
    enumeration: tuple[str, ...] = ()
    security: SecurityClass = SecurityClass.VIEW_ONLY
    deadband: float = 0.0
    quality: int = 192
    changed_ns: int = 0
    written: Callable[[Value], None] | None = field(default=None, repr=False)

    @property
    def object_name(self) -> str:
        return self.name.partition(".")[0]

    @property
    def attribute(self) -> str:
        return self.name.partition(".")[2]


class Plant:
    """Tags by name, and the step that moves them."""

    def __init__(self, seed: int = 1) -> None:
        self.tags: dict[str, PlantTag] = {}
        self._random = random.Random(seed)
        self._time_s = 0.0
        self._batch = 1
        self._flows = {"101": 0.0, "301": 0.0}
        for make in (self._intake, self._reactor, self._storage, self._utilities, self._samples):
            make()

    # ---- what there is

    def _tag(self, name: str, area: str, data_type: DataType, value: Value, **more: object) -> PlantTag:
        tag = self.tags[name] = PlantTag(name, area, data_type, value, **more)  # type: ignore[arg-type]
        return tag

    def _real(
        self, name: str, area: str, value: float, unit: str, high: float, text: str, *, low: float = 0.0,
        security: SecurityClass = SecurityClass.VIEW_ONLY, decimals: int = 2,
    ) -> None:  # fmt: skip
        self._tag(
            name,
            area,
            DataType.DOUBLE,
            value,
            description=text,
            unit=unit,
            low=low,
            high=high,
            decimals=decimals,
            security=security,
            deadband=(high - low) * 0.0002,
        )

    def _choice(
        self, name: str, area: str, value: int, words: tuple[str, ...], text: str,
        security: SecurityClass = SecurityClass.VIEW_ONLY,
    ) -> None:  # fmt: skip
        self._tag(
            name,
            area,
            DataType.QUALIFIED_ENUM,
            value,
            description=text,
            enumeration=words,
            low=0,
            high=len(words) - 1,
            security=security,
        )

    def _flag(
        self, name: str, area: str, value: bool, text: str, security: SecurityClass = SecurityClass.VIEW_ONLY
    ) -> None:
        self._tag(name, area, DataType.BOOLEAN, value, description=text, security=security)

    def _tank(self, number: str, area: str, level: float) -> None:
        name = f"Tank{number}"
        self._real(f"{name}.Level", area, level, "%", 100, f"Level of tank {number}")
        self._real(f"{name}.Volume", area, level * 0.5, "m³", 50, f"Volume in tank {number}")
        self._real(f"{name}.Temperature", area, 21.0, "°C", 120, f"Temperature in tank {number}", low=-10)
        self._flag(f"{name}.LevelHigh", area, False, f"Level of tank {number} is above 90 %")
        self._flag(f"{name}.LevelLow", area, False, f"Level of tank {number} is below 10 %")
        self._tag(f"{name}.Product", area, DataType.STRING, "Water", description=f"What tank {number} holds",
                  security=SecurityClass.OPERATE)  # fmt: skip

    def _pump(self, number: str, area: str) -> None:
        name = f"Pump{number}"
        self._choice(f"{name}.State", area, 1, PUMP_STATES, f"State of pump {number}")
        self._flag(f"{name}.Command", area, True, f"Start pump {number}", SecurityClass.OPERATE)
        self._real(f"{name}.Speed", area, 75.0, "%", 100, f"Speed of pump {number}", security=SecurityClass.OPERATE)
        self._real(f"{name}.Flow", area, 0.0, "m³/h", 80, f"Flow behind pump {number}")
        self._real(f"{name}.Current", area, 0.0, "A", 40, f"Motor current of pump {number}")
        self._tag(f"{name}.RunTime", area, DataType.ELAPSED_TIME, Duration(0), description=f"Run time of pump {number}")
        self._tag(f"{name}.Starts", area, DataType.INTEGER, 9_007_199_254_740_993, unit="starts",
                  description=f"Starts of pump {number}: a 64-bit counter")  # fmt: skip
        self._flag(f"{name}.Trip", area, False, f"Trip pump {number}", SecurityClass.VERIFIED_WRITE)

    def _valve(self, number: str, area: str, position: float) -> None:
        name = f"Valve{number}"
        self._real(
            f"{name}.Command",
            area,
            position,
            "%",
            100,
            f"Wanted position of valve {number}",
            security=SecurityClass.OPERATE,
        )
        self._real(f"{name}.Position", area, position, "%", 100, f"Position of valve {number}")
        self._choice(f"{name}.State", area, 2, VALVE_STATES, f"State of valve {number}")

    def _loop(self, name: str, area: str, unit: str, high: float, value: float, text: str) -> None:
        self._real(f"{name}.PV", area, value, unit, high, f"{text}: measured")
        self._real(f"{name}.SP", area, value, unit, high, f"{text}: set point", security=SecurityClass.OPERATE)
        self._real(f"{name}.OP", area, 40.0, "%", 100, f"{text}: output", security=SecurityClass.TUNE)
        self._choice(f"{name}.Mode", area, 1, MODES, f"{text}: mode", SecurityClass.OPERATE)
        self._real(f"{name}.Gain", area, 2.0, "", 20, f"{text}: gain", security=SecurityClass.TUNE)

    def _intake(self) -> None:
        self._tank("101", "Intake", 55.0)
        self._pump("101", "Intake")
        self._valve("101", "Intake", 60.0)
        self._real("Intake.RiverLevel", "Intake", 3.2, "m", 8, "Level of the river")
        self._real("Intake.Turbidity", "Intake", 4.0, "NTU", 50, "Turbidity of the river water")

    def _reactor(self) -> None:
        self._loop("Reactor", "Reactor", "°C", 150, 82.0, "Reactor temperature")
        self._loop("ReactorPressure", "Reactor", "bar", 10, 2.4, "Reactor pressure")
        self._real("Reactor.AgitatorSpeed", "Reactor", 120.0, "rpm", 300, "Agitator", security=SecurityClass.OPERATE)
        self._real("Reactor.Conversion", "Reactor", 0.0, "%", 100, "Conversion of the batch")
        self._tag("Reactor.BatchId", "Reactor", DataType.STRING, "B-0001", description="Batch in the reactor",
                  security=SecurityClass.CONFIGURE)  # fmt: skip
        self._tag("Reactor.BatchStart", "Reactor", DataType.TIME, Timestamp(0), description="Start of the batch")
        self._tag("Reactor.Profile", "Reactor", DataType.DOUBLE, tuple([80.0] * 8), unit="°C",
                  description="Temperature along the wall, array of 8")  # fmt: skip
        self._tag("Reactor.Recipe", "Reactor", DataType.INTEGER, (3, 1, 4, 1, 5), description="Recipe steps",
                  security=SecurityClass.CONFIGURE)  # fmt: skip
        self._flag("Reactor.EmergencyCooling", "Reactor", False, "Cool at once", SecurityClass.SECURED_WRITE)

    def _storage(self) -> None:
        self._tank("301", "Storage", 35.0)
        self._tank("302", "Storage", 72.0)
        self._pump("301", "Storage")
        self._valve("301", "Storage", 50.0)
        self._tag("Storage.Totalizer", "Storage", DataType.INTEGER, 2**53 + 1, unit="l", description="Litres shipped")

    def _utilities(self) -> None:
        self._loop("Boiler", "Utilities", "bar", 16, 8.0, "Steam pressure")
        self._real("Compressor.Pressure", "Utilities", 7.2, "bar", 12, "Compressed air")
        self._real("Power.Active", "Utilities", 310.0, "kW", 800, "Active power", decimals=1)
        self._real("Power.Frequency", "Utilities", 50.0, "Hz", 55, "Grid frequency", low=45, decimals=3)
        self._real("Weather.Temperature", "Utilities", 12.0, "°C", 45, "Outside temperature", low=-30)
        self._choice("Lighting.State", "Utilities", 1, ON_OFF, "Yard lighting", SecurityClass.FREE_ACCESS)

    def _samples(self) -> None:
        """One tag of each kind that a display has to cope with."""
        area = "Samples"
        free = SecurityClass.FREE_ACCESS
        self._flag("Sample.Boolean", area, True, "A boolean to write", free)
        self._tag("Sample.Integer", area, DataType.INTEGER, 42, description="An integer to write", security=free,
                  low=-(2**63), high=2**63 - 1)  # fmt: skip
        self._tag("Sample.Double", area, DataType.DOUBLE, 1.5, description="A number to write", security=free,
                  decimals=3, low=-1e6, high=1e6)  # fmt: skip
        self._tag("Sample.String", area, DataType.STRING, "Good morning", description="A text to write", security=free)
        self._tag("Sample.Time", area, DataType.TIME, Timestamp(0), description="A time to write", security=free)
        self._tag("Sample.Elapsed", area, DataType.ELAPSED_TIME, Duration(1_500_000_000),
                  description="An elapsed time to write", security=free)  # fmt: skip
        self._tag("Sample.Bytes", area, DataType.UNKNOWN, b"\x00\x01\xfe\xff", description="Raw bytes", security=free)
        self._tag("Sample.Strings", area, DataType.STRING, ("alpha", "beta", "", "δέλτα"), security=free,
                  description="An array of texts")  # fmt: skip
        self._tag("Sample.Quality", area, DataType.DOUBLE, 20.0, unit="°C", decimals=2,
                  description="A number of changing quality")  # fmt: skip
        self._tag(
            "Sample.Tiny", area, DataType.DOUBLE, 1.25e-9, description="A number that is small, not 0", decimals=2
        )
        self._tag(
            "Sample.AVeryLongObjectNameThatNoColumnHasRoomFor.WithAnAttributeThatIsJustAsLong",
            area,
            DataType.INTEGER,
            7,
            description="A long name",
            security=free,
        )

    # ---- how it moves

    def _get(self, name: str) -> float:
        return float(self.tags[name].value)  # type: ignore[arg-type]

    def _set(self, name: str, value: Value) -> None:
        self.tags[name].value = value

    def _noise(self, size: float) -> float:
        return self._random.gauss(0.0, size)

    def step(self, dt_s: float, now_ns: int) -> None:
        """Move everything by ``dt_s``; ``now_ns`` is the wall clock, for tags that tell the time."""
        self._time_s += dt_s
        self._step_valves(dt_s)
        self._step_pumps(dt_s)
        self._step_tanks(dt_s)
        self._step_loops(dt_s)
        self._step_reactor(dt_s, now_ns)
        self._step_utilities()
        self._step_samples(now_ns)

    def _step_valves(self, dt_s: float) -> None:
        for number in ("101", "301"):
            wanted, position = self._get(f"Valve{number}.Command"), self._get(f"Valve{number}.Position")
            moved = position + max(-15.0 * dt_s, min(15.0 * dt_s, wanted - position))
            self._set(f"Valve{number}.Position", moved)
            self._set(f"Valve{number}.State", 1 if abs(wanted - moved) > 0.1 else (0 if moved < 1 else 2))

    def _step_pumps(self, dt_s: float) -> None:
        for number in ("101", "301"):
            name = f"Pump{number}"
            state = 2 if self.tags[f"{name}.Trip"].value else 1 if self.tags[f"{name}.Command"].value else 0
            if state == 1 and self.tags[f"{name}.State"].value != 1:
                self._set(f"{name}.Starts", int(self.tags[f"{name}.Starts"].value) + 1)  # type: ignore[arg-type]
            self._set(f"{name}.State", state)
            speed = self._get(f"{name}.Speed") / 100 if state == 1 else 0.0
            opening = self._get(f"Valve{number}.Position") / 100
            flow = 70.0 * speed * (0.15 + 0.85 * opening) * self._head(number)
            self._flows[number] += (flow - self._flows[number]) * min(1.0, dt_s / 1.5)
            shown = self._flows[number]
            self._set(f"{name}.Flow", max(0.0, shown + (self._noise(0.15) if shown > 0.5 else 0.0)))
            self._set(
                f"{name}.Current", max(0.0, 28.0 * speed * (0.6 + 0.4 * opening) + self._noise(0.05) * (speed > 0))
            )
            if state == 1:
                run = self.tags[f"{name}.RunTime"].value
                assert isinstance(run, Duration)
                self._set(f"{name}.RunTime", Duration(run.ns + round(dt_s * 1e9)))

    def _head(self, number: str) -> float:
        """How much a tank gives for its level: levels find a balance of their own, and an empty tank gives nothing."""
        level = self._get(f"Tank{number}.Level")
        return (0.7 + 0.006 * level) * min(1.0, level / 5.0)

    def _step_tanks(self, dt_s: float) -> None:
        demand = (34.0 + 14.0 * math.sin(self._time_s / 37.0)) * self._head("302")
        inflow = {
            # A float valve: it closes as the tank fills.
            "101": (38.0 + 12.0 * math.sin(self._time_s / 23.0)) * max(0.0, 2.1 - self._get("Tank101.Level") * 0.02),
            "301": self._flows["101"],
            "302": self._flows["301"],
        }
        outflow = {"101": self._flows["101"], "301": self._flows["301"], "302": demand}
        for number in ("101", "301", "302"):
            name = f"Tank{number}"
            # Hours would pass before a real tank moved; this one is filled in minutes.
            level = self._get(f"{name}.Level") + (inflow[number] - outflow[number]) * dt_s * 0.02
            level = max(0.0, min(100.0, level))
            self._set(f"{name}.Level", level)
            self._set(f"{name}.Volume", level * 0.5)
            self._set(f"{name}.LevelHigh", level > 90)
            self._set(f"{name}.LevelLow", level < 10)
            temperature = self._get(f"{name}.Temperature")
            self._set(f"{name}.Temperature", temperature + (21.0 - temperature) * 0.01 * dt_s + self._noise(0.02))
        shipped = self.tags["Storage.Totalizer"].value
        assert isinstance(shipped, int)
        self._set("Storage.Totalizer", shipped + round(demand * dt_s / 3.6))

    def _step_loops(self, dt_s: float) -> None:
        loads = {"Reactor": 12.0, "ReactorPressure": 0.3, "Boiler": 1.2}
        for name, load in loads.items():
            pv, sp, op = (self._get(f"{name}.{part}") for part in ("PV", "SP", "OP"))
            high = self.tags[f"{name}.PV"].high or 100.0
            if self.tags[f"{name}.Mode"].value == 1:
                error = (sp - pv) / high * 100
                op = max(0.0, min(100.0, op + (error * self._get(f"{name}.Gain") * 0.25 - (op - 40) * 0.02) * dt_s))
                self._set(f"{name}.OP", op)
            drift = load * math.sin(self._time_s / (19.0 + load)) * 0.06
            cooling = 6.0 if name == "Reactor" and self.tags["Reactor.EmergencyCooling"].value else 0.0
            pv += ((op - 40.0) / 100 * high * 0.12 + drift - cooling) * dt_s + self._noise(high * 0.0004)
            self._set(f"{name}.PV", max(0.0, min(high, pv)))

    def _step_reactor(self, dt_s: float, now_ns: int) -> None:
        conversion = self._get("Reactor.Conversion") + dt_s * 0.4
        start = self.tags["Reactor.BatchStart"].value
        if conversion >= 100 or start == Timestamp(0):
            conversion = 0.0
            self._batch += 1
            self._set("Reactor.BatchId", f"B-{self._batch:04d}")
            self._set("Reactor.BatchStart", Timestamp(now_ns))
        self._set("Reactor.Conversion", conversion)
        pv = self._get("Reactor.PV")
        profile = tuple(round(pv - 3 + i * 0.8 + self._noise(0.05), 2) for i in range(8))
        self._set("Reactor.Profile", profile)

    def _step_utilities(self) -> None:
        t = self._time_s
        pumps = sum(self._get(f"Pump{number}.Current") for number in ("101", "301"))
        self._set("Power.Active", 240 + pumps * 2.2 + 8 * math.sin(t / 11) + self._noise(0.8))
        self._set("Power.Frequency", 50 + 0.02 * math.sin(t / 7) + self._noise(0.003))
        self._set("Compressor.Pressure", 7.2 + 0.5 * math.sin(t / 5) + self._noise(0.01))
        self._set("Weather.Temperature", 12 + 6 * math.sin(t / 600) + self._noise(0.02))
        self._set("Intake.RiverLevel", 3.2 + 0.3 * math.sin(t / 300) + self._noise(0.002))
        self._set("Intake.Turbidity", max(0.2, 4 + 2 * math.sin(t / 90) + self._noise(0.05)))

    def _step_samples(self, now_ns: int) -> None:
        tag = self.tags["Sample.Quality"]
        tag.quality = (192, 192, 192, 64, 84, 192, 24, 20, 8, 192)[int(self._time_s / 4) % 10]
        tag.value = 20 + 5 * math.sin(self._time_s / 3)
