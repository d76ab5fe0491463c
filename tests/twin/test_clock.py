from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.twin.clock import START, Clock


def test_time_passes_only_by_advancing() -> None:
    """Nothing moves the clock but the test, and sleeping is advancing."""
    clock = Clock()
    clock.advance(10)
    clock.sleep(5)
    assert clock.now() == datetime(2026, 1, 5, 12, 0, 15, tzinfo=UTC)
    assert clock.time() == clock.monotonic() == START.timestamp() + 15


def test_what_is_due_happens_in_order_and_at_its_own_moment() -> None:
    """An action sees the time at which it was due, not the end of the sleep it fell into."""
    clock, seen = Clock(), []
    start = clock.time()
    clock.after(20, lambda: seen.append(("second", clock.time() - start)))
    clock.after(10, lambda: seen.append(("first", clock.time() - start)))
    clock.after(60, lambda: seen.append(("too late", clock.time() - start)))
    clock.advance(30)
    assert seen == [("first", 10), ("second", 20)]


def test_an_action_may_order_another() -> None:
    """What is ordered on the way, and falls due on the way, happens on the way."""
    clock, seen = Clock(), []
    clock.after(5, lambda: clock.after(5, lambda: seen.append(clock.time())))
    clock.advance(10)
    assert seen == [START.timestamp() + 10]


def test_a_process_goes_on_after_each_of_its_waits() -> None:
    """A generator that yields seconds runs in step with the clock, and ends when it ends."""
    clock, seen = Clock(), []

    def process() -> Iterator[float]:
        for word in ("one", "two"):
            seen.append(word)
            yield 10

    clock.start(process())
    assert seen == ["one"]
    clock.advance(100)
    assert seen == ["one", "two"]


def test_time_does_not_run_backwards() -> None:
    """A negative sleep is a bug of the caller's."""
    with pytest.raises(ValueError, match="only moves forward"):
        Clock().advance(-1)


def test_another_thread_waits_for_the_driver() -> None:
    """A heartbeat in the background sleeps in virtual time without moving it."""
    clock, beats, asleep = Clock(), [], threading.Event()

    def beat() -> None:
        asleep.set()
        clock.sleep(20)
        beats.append(clock.time())

    thread = threading.Thread(target=beat)
    thread.start()
    assert asleep.wait(10)
    while thread.is_alive():
        clock.advance(5)
        thread.join(0.01)
    assert beats[0] >= START.timestamp() + 20


def test_a_heartbeat_can_be_stopped_while_it_sleeps() -> None:
    """`wait` ends with its event, in a thread that nobody drives any more; in the driver it
    is a sleep."""
    clock, stop, beats = Clock(), threading.Event(), []

    def beat() -> None:
        while not clock.wait(stop, 20):
            beats.append(clock.time())

    thread = threading.Thread(target=beat)
    thread.start()
    while not beats:
        clock.wait(threading.Event(), 5)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    before = clock.time()
    assert clock.wait(stop, 60)
    assert clock.time() == before


def test_closing_wakes_who_still_sleeps() -> None:
    """No thread outlives the world it waits for."""
    clock = Clock()
    thread = threading.Thread(target=lambda: clock.sleep(10**6))
    thread.start()
    clock.close()
    thread.join(10)
    assert not thread.is_alive()


def test_a_look_takes_what_a_request_takes() -> None:
    """With `per_call` each look moves the clock, so that a poller in another process sees time."""
    clock = Clock(per_call=2)
    clock.look()
    clock.look()
    assert clock.time() == START.timestamp() + 4


def test_pace_ties_the_clock_to_real_time() -> None:
    """With `pace` virtual time follows the real one, many times faster."""
    clock = Clock(pace=10**6)
    clock.look()
    assert clock.time() > START.timestamp()
