"""Prometheus of the stack: that it scrapes the server, and what its rules make of that."""

import re

import cairohints
import pytest
from runs import EXAMPLE, OPTIONS, kill_a_worker, run_example
from stack import ROOT, TAG, docker, until


def test_prometheus_scrapes_the_server(stack, alice):
    def up():
        targets = stack.prometheus("targets")["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}

    until("both targets are up", lambda: up() == {"vm-host": "up", "prometheus": "up"})
    run_example(alice)

    def seen():
        found = stack.series('sum by (tenant) (cairohints_steps_total{tenant="alice"})')
        return found and found[0][1] >= 32

    until("the steps are counted", seen)


def test_rules_are_loaded_and_evaluate(stack):
    def evaluated():
        rules = [rule for group in stack.prometheus("rules")["groups"] for rule in group["rules"]]
        assert {rule["type"] for rule in rules} == {"recording", "alerting"}
        return all(rule["health"] == "ok" and not rule.get("lastError") for rule in rules) and rules

    rules = until("all rules are evaluated", evaluated)
    recorded = [rule["name"] for rule in rules if rule["type"] == "recording"]
    # Those whose hints did run.
    until("rates are recorded", lambda: stack.series("tenant:cairohints_steps:rate1m"))
    assert "tenant:cairohints_steps:rate1m" in recorded


def test_every_metric_that_rules_name_is_there(stack, alice):
    rules = [rule for group in stack.prometheus("rules")["groups"] for rule in group["rules"]]
    names = metrics_in(" ".join(rule["query"] for rule in rules))
    assert len(names) > 15
    # What nothing has counted, and what there is none of, has no name.
    run_example(alice)
    with cairohints.Client(stack.address, root_certificates=stack.secrets / "ca.pem") as stranger:
        with pytest.raises(cairohints.PermissionDenied):
            stranger.list_vms()

    def all_are_there():
        missing = names - set(stack.prometheus("label/__name__/values"))
        print("not there:", *missing)
        return not missing

    with cairohints.Vm(EXAMPLE, client=alice, **OPTIONS):
        until("all are scraped", all_are_there, 30)


def metrics_in(text):
    """The names of the server's metrics in an expression."""
    return set(re.findall(r"(?<![:\w])cairohints_[a-z_]+", text))


def test_an_alert_fires(stack, alice):
    # A rate needs the count before.
    until(
        "workers that end are counted",
        lambda: stack.series('cairohints_worker_ends_total{reason="signal"}'),
    )
    assert isinstance(kill_a_worker(stack, alice), cairohints.WorkerDied)

    def firing():
        alerts = stack.prometheus("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    until("the alert fires", lambda: "CairohintsWorkersDie" in firing())
    assert "CairohintsDown" not in firing()


def test_rules_say_what_they_should(built):
    """Prometheus' own tests of rules: series go in, alerts and records come out."""
    arguments = ["run", "--rm", "--network", "none", "--entrypoint", "promtool"]
    arguments += ["-v", f"{ROOT}/vm-host/docker/prometheus:/etc/prometheus:ro"]
    arguments += ["-v", f"{ROOT}/tests/stack/rules_test.yml:/rules_test.yml:ro"]
    image = f"cairohints/prometheus:{TAG}"
    docker(*arguments, image, "test", "rules", "/rules_test.yml")
    docker(*arguments, image, "check", "config", "/etc/prometheus/prometheus.yml")
