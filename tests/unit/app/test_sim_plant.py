"""The physics of the simulated plant."""

from __future__ import annotations

import math

import pytest

from app.backends.sim_plant import Plant, PlantTag
from app.values import DataType, Duration, Timestamp, Value

_TYPES: dict[DataType, tuple[type, ...]] = {
    DataType.BOOLEAN: (bool,),
    DataType.INTEGER: (int,),
    DataType.DOUBLE: (float,),
    DataType.STRING: (str,),
    DataType.TIME: (Timestamp,),
    DataType.ELAPSED_TIME: (Duration,),
    DataType.QUALIFIED_ENUM: (int,),
    DataType.UNKNOWN: (bytes,),
}


def run(plant: Plant, seconds: int) -> None:
    for second in range(seconds):
        plant.step(1.0, second * 1_000_000_000)


def parts(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def within(tag: PlantTag) -> bool:
    numbers = [part for part in parts(tag.value) if isinstance(part, int | float) and not isinstance(part, bool)]
    low = -math.inf if tag.low is None else tag.low
    high = math.inf if tag.high is None else tag.high
    return all(low <= number <= high for number in numbers)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_hour_stays_within_limits_and_keeps_its_types(seed: int) -> None:
    plant = Plant(seed)
    for _ in range(60):
        run(plant, 60)
        for tag in plant.tags.values():
            assert within(tag), (tag.name, tag.value)
            assert all(type(part) in _TYPES[tag.data_type] for part in parts(tag.value)), (tag.name, tag.value)


def test_names_are_unique_whatever_their_case() -> None:
    names = [name.lower() for name in Plant().tags]
    assert len(set(names)) == len(names)
    assert all(name == tag.name and "." in name for name, tag in Plant().tags.items())


def test_an_enumeration_has_a_word_for_every_number() -> None:
    plant = Plant()
    run(plant, 600)
    for tag in plant.tags.values():
        if tag.data_type is DataType.QUALIFIED_ENUM:
            assert isinstance(tag.value, int)
            assert tag.enumeration[tag.value], tag.name


@pytest.mark.parametrize(("level", "high", "low"), [(98.0, True, False), (2.0, False, True), (50.0, False, False)])
def test_alarms_follow_the_level(level: float, high: bool, low: bool) -> None:
    plant = Plant()
    plant.tags["Tank301.Level"].value = level
    plant.step(0.1, 0)
    assert (plant.tags["Tank301.LevelHigh"].value, plant.tags["Tank301.LevelLow"].value) == (high, low)


def test_a_pump_stops_trips_and_counts_its_starts() -> None:
    plant = Plant()
    run(plant, 30)
    starts, ran = plant.tags["Pump101.Starts"].value, plant.tags["Pump101.RunTime"].value
    assert ran == Duration(30_000_000_000)
    assert isinstance(starts, int)
    plant.tags["Pump101.Trip"].value = True
    run(plant, 30)
    assert plant.tags["Pump101.State"].value == 2
    assert plant.tags["Pump101.Flow"].value == pytest.approx(0, abs=0.01)
    assert plant.tags["Pump101.RunTime"].value == ran
    plant.tags["Pump101.Trip"].value = False
    run(plant, 1)
    assert plant.tags["Pump101.Starts"].value == starts + 1


def test_a_batch_runs_to_its_end_and_the_next_has_a_new_name() -> None:
    plant = Plant()
    run(plant, 200)
    first, started = plant.tags["Reactor.BatchId"].value, plant.tags["Reactor.BatchStart"].value
    conversion = plant.tags["Reactor.Conversion"].value
    assert isinstance(conversion, float)
    assert 70 < conversion < 100
    run(plant, 60)
    assert plant.tags["Reactor.BatchId"].value != first
    assert plant.tags["Reactor.BatchStart"].value != started
    after = plant.tags["Reactor.Conversion"].value
    assert isinstance(after, float)
    assert after < conversion


def test_the_volume_is_that_of_the_level() -> None:
    plant = Plant()
    run(plant, 300)
    for number in ("101", "301", "302"):
        level, volume = plant.tags[f"Tank{number}.Level"].value, plant.tags[f"Tank{number}.Volume"].value
        assert isinstance(level, float)
        assert volume == pytest.approx(level * 0.5)
