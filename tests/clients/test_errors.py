"""Every way in which a call can fail is a typed exception that says what to do."""

import functools
import json
import re
import subprocess
import sys
import textwrap
import threading
import time
import typing
from pathlib import Path

import cairohints
import grpc
import pytest
from cairohints import errors, failures, requests, server_process, version
from cairohints.connection import channel_options
from cairohints.v1 import vm_service_pb2 as pb
from cairohints.v1.vm_service_pb2_grpc import VmServiceStub
from compiling import compiled
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from programs import ENDLESS, STATEFUL

ROOT = Path(__file__).resolve().parents[2]
PROTO = (ROOT / "proto" / "cairohints" / "v1" / "vm_service.proto").read_text()
SERVER = ROOT / "vm-host" / "src" / "server" / "error.rs"


def reasons_of_the_proto():
    """`{reason: code}`, as the service's comment lists them."""
    found = {}
    for code, listed in re.findall(r"^// - ([A-Z_]+): ([A-Z_, ]+)$", PROTO, re.MULTILINE):
        found.update({reason.strip(): code for reason in listed.split(",")})
    return found


def reasons_of_a_failure():
    """The reasons that the comment of `Failure.reason` lists."""
    comment = PROTO.split("message Failure {")[1].split("string reason = 1;")[0]
    return re.findall(r"// ([A-Z_]{4,}):", comment)


class Refusal(grpc.RpcError):
    """A failed call as gRPC hands it out."""

    def __init__(self, code, message, *details):
        self._code, self._message = grpc.StatusCode[code], message
        number = self._code.value[0]
        status = status_pb2.Status(code=number, message=message)
        for detail in details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        self._status = status.SerializeToString()

    def code(self):
        return self._code

    def details(self):
        return self._message

    def trailing_metadata(self):
        return (("grpc-status-details-bin", self._status),)


def test_no_reason_of_the_server_is_forgotten():
    listed = reasons_of_the_proto()
    assert len(listed) > 50
    assert set(failures.BY_REASON) == set(listed)
    assert set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)" [A-Z][A-Za-z]+ "', SERVER.read_text())) == set(
        listed
    )
    assert set(failures.BY_FAILURE) == set(reasons_of_a_failure())


@pytest.mark.parametrize("reason", sorted(reasons_of_the_proto()))
def test_each_reason_is_typed(reason):
    code = reasons_of_the_proto()[reason]
    info = error_details_pb2.ErrorInfo(reason=reason, domain="cairohints", metadata={"vm": "vms/x"})
    guide = error_details_pb2.Help(links=[error_details_pb2.Help.Link(description="do better")])
    error = failures.call_error(Refusal(code, "it failed", info, guide))
    assert type(error) is failures.BY_REASON[reason]
    assert (error.reason, error.code, error.metadata) == (reason, code, {"vm": "vms/x"})
    assert str(error) == "it failed\nhint: do better"


@pytest.mark.parametrize("code", [code.name for code in grpc.StatusCode if code.name != "OK"])
def test_errors_of_grpc_itself_are_typed(code):
    error = failures.call_error(Refusal(code, "broken"))
    assert type(error) is failures.BY_CODE.get(code, errors.ServerError)
    assert str(error).startswith("broken") and error.code == code


def test_a_reason_of_a_newer_server_is_typed_by_its_code():
    info = error_details_pb2.ErrorInfo(reason="FULL_MOON", domain="cairohints")
    error = failures.call_error(Refusal("RESOURCE_EXHAUSTED", "not tonight", info))
    assert type(error) is errors.LimitReached and error.reason == "FULL_MOON"
    strange = error_details_pb2.ErrorInfo(reason="BAD_PROGRAM", domain="elsewhere")
    error = failures.call_error(Refusal("INTERNAL", "a proxy", strange))
    assert type(error) is errors.ServerError and error.reason == ""


@pytest.mark.parametrize("reason", reasons_of_a_failure())
def test_each_failure_of_a_program_is_typed(reason):
    message = pb.Failure(reason=reason, message="Error at pc=0:1:\nno\n", exit_code=3)
    error = failures.vm_failure(message)
    assert type(error) is failures.BY_FAILURE[reason] and type(error) is not errors.VmFailed
    assert str(error).startswith("Error at pc=0:1:\nno") and error.exit_code == 3


# The real server.


def refused(act, cls, reason, *words):
    """What a call is refused with; it says what to do."""
    with pytest.raises(cls) as info:
        act()
    assert type(info.value) is cls and info.value.reason == reason
    text = str(info.value)
    assert "\nhint: " in text and all(word in text for word in words), text
    return info.value


def test_bad_requests(client):
    program = compiled(STATEFUL)

    def make(**options):
        return lambda: cairohints.Vm(program, client=client, **options)

    refused(make(layout="tiny"), errors.InvalidArgument, "UNKNOWN_LAYOUT", "`tiny`")
    refused(make(), errors.InvalidProgram, "PROGRAM_UNFIT")
    refused(make(layout="small", vm_id="No!"), errors.InvalidArgument, "BAD_VM_ID")
    refused(make(entry_point="nothing"), errors.InvalidArgument, "BAD_ENTRY_POINT", "`nothing`")
    refused(make(entry_point=10**6), errors.InvalidArgument, "BAD_ENTRY_POINT")
    refused(
        make(layout="small", entry_point="loop", args=[1]), errors.InvalidArgument, "BAD_ARGUMENTS"
    )
    refused(make(layout="small", args=[1]), errors.InvalidArgument, "BAD_ARGUMENTS", "`main`")
    refused(
        make(layout="small", dynamic_layout_params={}), errors.InvalidArgument, "BAD_LAYOUT_PARAMS"
    )
    for bad in (b"not json", b"{}", b'{"prime": "0x5"}'):
        refused(functools.partial(client.upload, bad), errors.InvalidProgram, "BAD_PROGRAM")


def test_states_and_names(client):
    program = compiled(STATEFUL)
    vm = cairohints.Vm(program, client=client, layout="small", vm_id="states")
    error = refused(
        lambda: cairohints.Vm(program, client=client, layout="small", vm_id="states"),
        errors.AlreadyExists,
        "VM_ALREADY_EXISTS",
    )
    assert "states" in str(error)
    refused(vm.pause, errors.WrongState, "VM_NOT_RUNNING")
    refused(lambda: vm.return_values(1), errors.WrongState, "VM_NOT_SUCCEEDED")
    refused(lambda: vm.run_until("nowhere"), errors.InvalidArgument, "UNKNOWN_LABEL", "`nowhere`")
    vm.run()
    refused(vm.run, errors.WrongState, "VM_ENDED")
    refused(lambda: vm.return_values(10**6), errors.InvalidArgument, "BAD_COUNT")
    vm.close()
    deadline = time.monotonic() + 60
    while vm.name in client.list_vms():
        assert time.monotonic() < deadline
    refused(vm.scopes, errors.VmNotFound, "VM_NOT_FOUND", "`vms/states`")


def test_a_duplicate_request_is_one_vm_and_another_is_refused(client):
    options = cairohints.vm.VmOptions(layout="small")
    request = options.request(client.upload(compiled(STATEFUL)).hash)
    first = client.call(client.stub.CreateVm, request).vm
    assert client.call(client.stub.CreateVm, request).vm.name == first.name
    request.trace = not request.trace
    refused(
        lambda: client.call(client.stub.CreateVm, request),
        errors.InvalidArgument,
        "REQUEST_ID_REUSED",
    )
    client.forget(first.name)


def test_a_vm_that_is_deleted_while_it_runs(client):
    vm = cairohints.Vm(compiled(ENDLESS), client=client)
    thread = threading.Timer(
        0.2, lambda: client.call(client.stub.DeleteVm, pb.DeleteVmRequest(name=vm.name))
    )
    thread.start()
    refused(vm.run, errors.VmNotFound, "VM_DELETED", vm.name)
    thread.join()


def test_too_many_watchers_and_too_large_messages(client):
    vm = cairohints.Vm(compiled(STATEFUL), client=client, layout="small")
    watching = [vm.watch() for _ in range(16)]
    for events in watching:
        next(events)
    refused(lambda: next(vm.watch()), errors.LimitReached, "TOO_MANY_WATCHERS", vm.name)
    base = vm.segments.add()
    refused(
        lambda: vm.memory.load(base, [1] * (2**20 + 1)), errors.LimitReached, "MESSAGE_TOO_LARGE"
    )
    refused(
        lambda: cairohints.Vm(
            compiled(STATEFUL), client=client, layout="small", program_input="x" * (17 << 20)
        ),
        errors.InvalidArgument,
        "JSON_TOO_LARGE",
    )


def test_limits_and_the_end_of_a_server(tmp_path):
    """A server of its own, which has room for two VMs and is told to end while one runs."""
    socket = tmp_path / "vm.sock"
    command = [str(server_process.find_vm_host()), "serve", "--unix", str(socket)]
    limits = ["--max-vms", "2", "--max-program-bytes", "30000", "--grace", "3"]
    with subprocess.Popen([*command, *limits], stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with cairohints.Client(f"unix:{socket}") as client:
            one, two = (cairohints.Vm(compiled(ENDLESS), client=client) for _ in range(2))
            refused(
                lambda: cairohints.Vm(compiled(ENDLESS), client=client),
                errors.LimitReached,
                "TOO_MANY_VMS",
                "`2`",
            )
            padded = json.dumps({**json.loads(compiled(ENDLESS)), "padding": " " * 30000})
            refused(
                lambda: client.upload(padded.encode()), errors.InvalidProgram, "PROGRAM_TOO_LARGE"
            )
            two.close()
            ended = []
            thread = threading.Thread(target=lambda: ended.append(_error(one.run)))
            thread.start()
            while one.state is not cairohints.VmState.RUNNING:
                time.sleep(0.01)
            process.terminate()
            # The signal takes its time.
            while _error(lambda: cairohints.Vm(compiled(ENDLESS), client=client).close()) is None:
                time.sleep(0.01)
            refused(
                lambda: cairohints.Vm(compiled(ENDLESS), client=client),
                errors.ServerDraining,
                "SERVER_DRAINING",
            )
            thread.join(20)
            (error,) = ended
            assert isinstance(error, errors.ServerUnavailable) and "\nhint: " in str(error)
            process.wait(20)
            refused(client.list_vms, errors.ServerUnavailable, "", "vm-host serve")


def _error(act):
    try:
        act()
    except Exception as error:
        return error


def test_a_local_server_ends_with_its_client_also_a_killed_one():
    code = """if True:
        import os, sys, threading, cairohints
        from cairohints.server_process import local_server
        vm = cairohints.Vm(sys.stdin.buffer.read(), layout="small")
        vm.run_for_steps(2)
        print(local_server().process.pid, vm.worker_process_id, flush=True)
        threading.Event().wait()
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(compiled(STATEFUL))
        process.stdin.close()
        pids = [int(text) for text in process.stdout.readline().split()]
        assert len(pids) == 2 and all(Path(f"/proc/{pid}").exists() for pid in pids)
        process.kill()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_hints_import_from_the_folders_of_the_program(tmp_path):
    """A local server's workers see the folder of the script, as if its hints ran there."""
    (tmp_path / "of_the_program.py").write_text("WORD = 'found'\n")
    (tmp_path / "script.py").write_text(
        textwrap.dedent(
            """\
            import sys, cairohints
            vm = cairohints.Vm(sys.stdin.buffer.read())
            vm.run()
            print([variable.text for variable in vm.scopes()[0] if variable.name == "word"])
            """
        )
    )
    source = "func main() {\n    %{ from of_the_program import WORD as word %}\n    ret;\n}\n"
    run = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        input=compiled(source),
        capture_output=True,
        cwd="/",
        check=True,
    )
    assert run.stdout == b"[\"'found'\"]\n"


def test_a_local_server_goes_without_an_environment_that_fits_no_worker(tmp_path):
    """The client's own environment is of another Python, and nothing of it is needed."""
    (tmp_path / "pyvenv.cfg").write_text("version = 3.5.0\n")
    code = f"""if True:
        import sys, cairohints
        sys.prefix = {str(tmp_path)!r}
        cairohints.run(sys.stdin.buffer.read(), layout="small")
        print("ran")
        """
    run = subprocess.run(
        [sys.executable, "-c", code], input=compiled(STATEFUL), capture_output=True, check=True
    )
    assert run.stdout.decode().endswith("ran\n")
    said = run.stderr.decode()
    assert f"without the packages of the active environment `{tmp_path}`" in said
    assert "there is no hint worker for its Python `3.5`\nhint: " in said


@pytest.mark.parametrize("layout", typing.get_args(requests.Layout))
def test_the_server_knows_every_layout_that_type_checkers_do(layout, client):
    """Some of these have no parameters yet, which is another error."""
    try:
        cairohints.Vm(compiled(ENDLESS), client=client, layout=layout)
    except cairohints.CallError as error:
        assert error.reason != "UNKNOWN_LAYOUT", error


@pytest.mark.parametrize("address", ["unix_address", "tcp_address"])
def test_every_answer_has_the_version_of_the_server(address, request):
    """Also an error, a stream, and a call that the service does not have."""
    name = request.getfixturevalue(address)
    with grpc.insecure_channel(name, channel_options(name)) as channel:
        stub = VmServiceStub(channel)
        _, call = stub.ListVms.with_call(pb.ListVmsRequest())
        found = [call.initial_metadata()]
        vm_of_nobody = pb.GetVmRequest(name="vms/none").SerializeToString()
        for name in ("GetVm", "WatchVm", "Dance"):
            with pytest.raises(grpc.RpcError) as info:
                next(channel.unary_stream(f"/cairohints.v1.VmService/{name}")(vm_of_nobody))
            # gRPC has the headers of an answer without a body among its trailers.
            found.append([*info.value.initial_metadata(), *info.value.trailing_metadata()])
    assert [dict(each)["cairohints-version"] for each in found] == [cairohints.__version__] * 4


@pytest.mark.parametrize("act", ["answered", "refused"])
def test_a_client_that_does_not_fit_the_server_says_both_versions(act, unix_address, monkeypatch):
    server = cairohints.__version__
    for module in (version, failures):
        monkeypatch.setattr(module, "__version__", "9.8.7")
    said = f"(?s)server is version `{server}`, this client is version `9.8.7`.*hint: "
    with cairohints.Client(unix_address) as client:
        with pytest.raises(cairohints.VersionMismatch, match=said):
            client.list_vms() if act == "answered" else client.upload(b"not json")
