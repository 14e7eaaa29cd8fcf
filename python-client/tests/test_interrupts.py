"""Whose Ctrl-C is, before, while and after a VM runs."""

import bdb
import os
import signal

import pytest

from cairohints import interrupts


@pytest.fixture(autouse=True)
def python_s_own():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


def now():
    return signal.getsignal(signal.SIGINT)


def test_it_is_announced_between_hints_and_raised_inside_of_them():
    told, busy = [], [False]
    with interrupts.announced(lambda: busy[0], lambda: told.append(1)):
        press_ctrl_c()
        assert told == [1]
        busy[0] = True
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()
    assert told == [1] and now() is signal.default_int_handler


def test_a_run_inside_of_a_hint_gives_it_back():
    outer, inner = [], []
    with interrupts.announced(lambda: False, lambda: outer.append(1)):
        with interrupts.announced(lambda: False, lambda: inner.append(1)):
            press_ctrl_c()
        press_ctrl_c()
    assert (outer, inner) == ([1], [1]) and now() is signal.default_int_handler


def test_a_debugger_gives_it_back_after_its_hint():
    told = []
    debugger = bdb.Bdb()
    of_debugger = type(debugger).set_continue.__get__(debugger)
    with interrupts.announced(lambda: False, lambda: told.append(1)) as announcer:
        found = signal.signal(signal.SIGINT, of_debugger)
        announcer.take()
        press_ctrl_c()
        signal.signal(signal.SIGINT, of_debugger)
    assert told == [1] and now() is signal.default_int_handler
    # The debugger gives back what it had found, when nobody waits any more.
    signal.signal(signal.SIGINT, found)
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    assert told == [1]
    with interrupts.announced(lambda: False, lambda: told.append(2)):
        press_ctrl_c()
    assert told == [1, 2] and now() is signal.default_int_handler


def test_a_handler_of_the_program_stays():
    mine = []
    signal.signal(signal.SIGINT, lambda *_: mine.append(1))
    handler = now()
    with interrupts.announced(lambda: False, lambda: pytest.fail("not ours")):
        press_ctrl_c()
    assert mine == [1] and now() is handler
