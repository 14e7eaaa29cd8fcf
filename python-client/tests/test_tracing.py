"""Calls are part of the trace of the program that makes them."""

import contextlib

import pytest

import cairohints
from cairohints.tracing import trace_metadata

PROGRAM = {"hints": {"0": [{"code": "pass"}]}}

trace = pytest.importorskip("opentelemetry.trace")
sdk = pytest.importorskip("opentelemetry.sdk.trace")


@contextlib.contextmanager
def span():
    tracer = sdk.TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("outside") as current:
        yield current.get_span_context()


def test_a_call_in_a_span_says_which(client, server):
    with cairohints.Vm(PROGRAM, client=client):
        pass
    assert "traceparent" not in server.metadata
    with span() as outside:
        with cairohints.Vm(PROGRAM, client=client):
            pass
    sent = server.metadata["traceparent"]
    version, trace_id, span_id, flags = sent.split("-")
    assert version == "00" and int(flags, 16) & 1, "a sampled span"
    assert (int(trace_id, 16), int(span_id, 16)) == (outside.trace_id, outside.span_id)


async def test_asynchronous_calls_do_so_too(server):
    with span() as outside:
        async with cairohints.AsyncVm(PROGRAM, address=server.address):
            pass
    assert f"{outside.trace_id:032x}" in server.metadata["traceparent"]


def test_a_propagator_that_fails_fails_no_call(client, server, monkeypatch):
    from opentelemetry import baggage, context, propagate

    with span():
        token = context.attach(baggage.set_baggage("secret", "told"))
        assert [name for name, _ in trace_metadata()] == ["traceparent"]
        context.detach(token)

        def broken(carrier):
            raise RuntimeError("broken")

        monkeypatch.setattr(propagate, "inject", broken)
        assert trace_metadata() == ()
        with cairohints.Vm(PROGRAM, client=client):
            pass
    assert "traceparent" not in server.metadata
