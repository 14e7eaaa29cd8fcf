"""The stack as operators and tenants meet it; in the order in which these stand, on one stack."""

import json
import stat
import subprocess

import cairohints
import pytest
from cairohints.v1 import vm_service_pb2 as pb
from runs import ENDLESS, EXAMPLE, OPTIONS, in_background, of_hint, run_example, until_available
from stack import ROOT, TAG, docker, until

# How it stands there.


def test_it_may_do_nothing_that_it_need_not(stack):
    for service in ("vm-host", "prometheus"):
        told = stack.inspect(service)
        host = told["HostConfig"]
        assert host["ReadonlyRootfs"] and host["Init"] and not host["Privileged"]
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
        assert host["PidsLimit"] > 0 and host["Memory"] > 0
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert not [option for option in host["SecurityOpt"] if "unconfined" in option]
        assert told["Config"]["User"] == "10001:10001"
        published = [
            place for places in told["NetworkSettings"]["Ports"].values() for place in places or []
        ]
        assert {place["HostIp"] for place in published} == {"127.0.0.1"}
        assert len(published) == 1
    status = stack.python("print(open('/proc/1/status').read())")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert fields["Uid"].split() == ["10001"] * 4
    assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"].strip() == "1"
    # Docker's list of system calls.
    assert fields["Seccomp"].strip() == "2"


def test_every_layer_of_the_sandbox_holds_in_the_container(stack):
    said = [line for line in stack.log("vm-host").splitlines() if "sandbox: contained" in line]
    assert said
    layers = (
        "environment, descriptors, session, limits, user, privileges, ties, files, calls, self-test"
    )
    assert f"({layers})" in said[0] and "without" not in said[0]


def test_secrets_are_files_of_the_owner_alone_and_nowhere_else(stack):
    assert stat.S_IMODE(stack.secrets.stat().st_mode) == 0o700
    secret = [stack.token("alice"), stack.token("bob"), (stack.secrets / "server.key").read_text()]
    assert len(set(secret)) == 3
    assert not (stack.secrets / "ca.key").exists()
    seen = json.dumps(
        [stack.inspect("vm-host"), docker("history", "--no-trunc", f"cairohints/vm-host:{TAG}")]
    )
    seen += stack.python("print(open('/proc/1/environ').read())") + stack.log("vm-host")
    for text in secret:
        assert text.splitlines()[-1] not in seen
    # The default place is not in git; what is there stays.
    ignored = subprocess.run(
        ["git", "check-ignore", "vm-host/docker/secrets/server.key"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    assert ignored.returncode == 0
    assert stack.make_secrets() == ""
    assert stack.token("alice") == secret[0]


# Who calls.


def test_the_example_runs_from_outside(alice):
    assert run_example(alice) == [72, 1]


def test_strangers_are_told_apart(stack):
    roots = stack.secrets / "ca.pem"
    for arguments, reason in (
        ({"root_certificates": roots}, "NO_CREDENTIALS"),
        ({"root_certificates": roots, "token": "cairohints_" + "0" * 64}, "BAD_CREDENTIALS"),
    ):
        with cairohints.Client(stack.address, **arguments) as client:
            with pytest.raises(cairohints.PermissionDenied) as refused:
                client.list_vms()
            assert refused.value.reason == reason
    # Without encryption; with somebody else's authority.
    for arguments in ({}, {"tls": True, "token": stack.token("alice")}):
        with cairohints.Client(stack.address, **arguments) as client:
            with pytest.raises(cairohints.ServerUnavailable):
                client.call(client.stub.ListVms, pb.ListVmsRequest(), timeout=10)


def test_tenants_do_not_see_each_others_vms(alice, bob):
    with cairohints.Vm(EXAMPLE, client=alice, **OPTIONS) as vm:
        assert alice.list_vms() == [vm.name]
        assert bob.list_vms() == []
        answers = []
        for name in (vm.name, "vms/none"):
            with pytest.raises(cairohints.VmNotFound) as refused:
                bob.call(bob.stub.GetVm, pb.GetVmRequest(name=name))
            answers.append(str(refused.value).replace(name, "NAME"))
        assert answers[0] == answers[1]
        with pytest.raises(cairohints.VmNotFound):
            bob.call(bob.stub.DeleteVm, pb.DeleteVmRequest(name=vm.name))
        vm.run()
        assert list(vm.output) == [72, 1]


def test_both_tenants_run_the_example_from_containers(stack):
    for tenant in ("alice", "bob"):
        printed = stack.compose("run", "--rm", "-T", tenant)
        assert "output: [72, 1]" in printed and "VMs of this tenant: 1" in printed
        assert "sold article 2 for 12" in printed


def test_ruby_runs_the_example(stack):
    printed = stack.compose("run", "--rm", "-T", "ruby")
    assert "ran 32 steps; the trace has 768 bytes" in printed
    assert "an error: there is no VM `vms/none`" in printed


def test_a_tenant_who_is_added_to_the_file_may_call_at_once(stack):
    made = docker("run", "--rm", "--network", "none", f"cairohints/vm-host:{TAG}", "token").split()
    with open(stack.secrets / "tenants.toml", "a", encoding="utf-8") as file:
        file.write(f'[[tenant]]\nname = "carol"\ntokens = ["{made[1]}"]\n')
    settings = {"token": made[0], "root_certificates": stack.secrets / "ca.pem"}
    with cairohints.Client(stack.address, **settings) as carol:

        def known():
            try:
                return run_example(carol)
            except cairohints.PermissionDenied:
                return None

        assert until("carol is known", known) == [72, 1]


# What hints reach.


@pytest.mark.parametrize(
    "code",
    [
        "open('/run/secrets/server.key')",
        "open('/run/secrets/tenants.toml')",
        "open('/tmp/mine', 'w')",
        "open('/etc/passwd')",
        "import socket; socket.create_connection(('prometheus', 9090))",
        "import subprocess; subprocess.run(['/usr/bin/python3.11', '-V'])",
        "import os; os.kill(1, 9)",
        "import os; os.listdir('/run/secrets')",
    ],
)
def test_hints_are_kept_in(alice, code):
    with cairohints.Vm(of_hint(code), client=alice, **OPTIONS) as vm:
        with pytest.raises(cairohints.HintFailed, match="PermissionError"):
            vm.run()


def test_a_hint_that_takes_all_memory_ends_alone(alice):
    with cairohints.Vm(of_hint("x = bytearray(3 << 30)"), client=alice, **OPTIONS) as vm:
        with pytest.raises(cairohints.VmFailed) as failed:
            vm.run()
        assert "MemoryError" in str(failed.value) or failed.value.reason == "WORKER_LIMIT"
    assert run_example(alice) == [72, 1]


# What goes wrong.


def test_a_worker_that_is_killed_is_its_vms_affair(stack, alice, bob):
    with cairohints.Vm(EXAMPLE, client=bob, **OPTIONS) as other:
        other.run_for_steps(3)
        kept = set(stack.processes("hint-worker"))
        with cairohints.Vm(of_hint("while True: pass"), client=alice, **OPTIONS) as vm:
            wait = in_background(vm)
            started = until(
                "the worker is there", lambda: set(stack.processes("hint-worker")) - kept
            )
            stack.kill(*started)
            error = wait()
        assert isinstance(error, cairohints.WorkerDied), repr(error)
        other.run()
        assert list(other.output) == [72, 1]
    assert run_example(alice) == [72, 1]


def test_a_full_disk_is_said_so(stack, alice):
    with cairohints.Vm(EXAMPLE, client=alice, **OPTIONS) as vm:
        vm.run()
        fill = "import os\nfile = open('/tmp/full', 'wb')\ntry:\n    while True: file.write(bytes(1 << 20))\n"
        stack.python(fill + "except OSError as error: assert error.errno == 28, error\nos._exit(0)")
        with pytest.raises(cairohints.LimitReached) as failed:
            vm.pie()
        assert failed.value.reason == "NO_SPACE"
        # Nothing else needs the disk.
        assert run_example(alice) == [72, 1]
        stack.python("import os; os.unlink('/tmp/full')")
        assert vm.pie().startswith(b"PK")


def test_a_server_that_crashes_comes_back(stack, alice):
    with cairohints.Vm(ENDLESS, client=alice, **OPTIONS) as vm:
        wait = in_background(vm)
        until("it runs", lambda: vm.current_step > 0)
        before = stack.inspect("vm-host")["RestartCount"]
        stack.kill(*stack.processes("vm-host"))
        error = wait()
        assert isinstance(error, cairohints.ServerUnavailable), repr(error)
    until("Docker starts it again", lambda: stack.inspect("vm-host")["RestartCount"] > before)
    stack.wait_healthy("vm-host")
    # The same client goes on.
    assert until_available(alice) == [72, 1]


def test_a_server_that_is_restarted_ends_in_good_order(stack, alice):
    with cairohints.Vm(ENDLESS, client=alice, **OPTIONS) as vm:
        wait = in_background(vm)
        until("it runs", lambda: vm.current_step > 0)
        stack.compose("restart", "--timeout", "20", "vm-host")
        error = wait()
        assert isinstance(error, cairohints.CairoHintsError), repr(error)
        assert error.reason or isinstance(error, cairohints.ServerUnavailable), repr(error)
    stack.wait_healthy("vm-host")
    assert until_available(alice) == [72, 1]


# What it says.


def test_the_log_is_json_lines_that_name_tenants(stack):
    lines = [json.loads(line) for line in stack.log("vm-host").splitlines() if line.strip()]
    assert len(lines) > 20
    text = json.dumps(lines)
    assert '"alice"' in text and '"bob"' in text


# The end.


def test_it_ends_in_good_order_and_leaves_nothing(stack):
    assert all(stack.left()[kind] for kind in ("containers", "networks"))
    stack.compose("stop", "--timeout", "20", "vm-host")
    assert stack.inspect("vm-host")["State"]["ExitCode"] == 0
    stack.down()
    assert stack.left() == {"containers": [], "networks": [], "volumes": []}
