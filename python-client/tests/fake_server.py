"""A VmService that runs no Cairo: it walks through a program's hints over an attached session.

A program is `{"hints": {"0": [{"code": ...}]}, "failure": {...}?}`; a step is a hint. Memory is a dict.
"""

import json
import queue
import threading
from concurrent import futures

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from cairohints.programs import program_hash
from cairohints.v1 import hint_session_pb2 as session_pb
from cairohints.v1 import value_pb2
from cairohints.v1 import vm_service_pb2 as pb
from cairohints.v1.vm_service_pb2_grpc import VmServiceServicer, add_VmServiceServicer_to_server
from cairohints.values import PRIME, RelocatableValue, cells_of, run_of

EMPTY = b"\xff" * 32


def refuse(context, code, message, reason, advice=""):
    details = []
    parts = [error_details_pb2.ErrorInfo(domain="cairohints", reason=reason)]
    if advice:
        parts.append(error_details_pb2.Help(links=[error_details_pb2.Help.Link(description=advice)]))
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        details.append(packed)
    status = status_pb2.Status(code=code.value[0], message=message, details=details)
    context.abort_with_status(rpc_status.to_status(status))


class FakeVm:
    def __init__(self, name, request, program):
        self.request = request
        self.program = program
        self.message = pb.Vm(name=name, state=pb.VM_STATE_CREATED, program_hash=request.program_hash)
        self.message.ap.segment = self.message.fp.segment = 1
        self.memory = {}
        self.segments = 2
        self.to_client = queue.SimpleQueue()
        self.from_client = queue.SimpleQueue()
        self.attached = threading.Event()
        self.failed_to_start = None
        self.pause = False
        #: The hints that the client leaves.
        self.declined = set()

    def codes(self):
        return [hint["code"] for group in self.program["hints"].values() for hint in group]

    def cells(self, segment, offset, count):
        data = b""
        for position in range(offset, offset + count):
            value = self.memory.get((segment, position))
            data += EMPTY if value is None else run_of((0, 0), [value]).values
        return value_pb2.CellRun(segment=segment, offset=offset, values=data)

    def write(self, run):
        for offset, value in enumerate(cells_of(run.values), run.offset):
            self.memory[run.segment, offset] = value

    def exchange(self, **message):
        self.to_client.put(session_pb.SessionRequest(**message))
        while True:
            response = self.from_client.get(timeout=20)
            if response.WhichOneof("message") != "ask":
                return response
            self.to_client.put(session_pb.SessionRequest(answer=self.answer(response.ask)))

    def answer(self, ask):
        kind = ask.WhichOneof("question")
        if kind == "read_memory":
            question = ask.read_memory
            cells = [self.cells(question.segment, question.offset, question.count)]
            return session_pb.Answer(memory=session_pb.Memory(cells=cells))
        if kind == "resolve_name":
            return session_pb.Answer(
                raised={"class_path": "builtins.AttributeError", "message": ask.resolve_name.name}
            )
        raise NotImplementedError(kind)

    def start(self):
        self.exchange(
            start=session_pb.Start(
                protocol_version=2,
                min_protocol_version=2,
                prime=PRIME.to_bytes(32, "little"),
                program_input_json=self.request.program_input_json,
                python=session_pb.PythonInputs(
                    hint_locals_json=self.request.hint_locals_json,
                    static_locals_json=self.request.static_locals_json,
                ),
                segment_count=self.segments,
            )
        )
        codes = self.program.get("sent") or self.codes()
        hints = [session_pb.Hint(id=i, language="python", code=code) for i, code in enumerate(codes)]
        response = self.exchange(load_hints=session_pb.LoadHints(hints=hints))
        self.declined = set(response.hints_loaded.declined)
        return response.failed if response.HasField("failed") else None

    def step(self):
        number = self.message.current_step
        if number in self.declined:
            self.message.current_step += 1
            self.message.pc.offset += 1
            return None
        registers = {
            name: value_pb2.Relocatable(segment=int(name != "pc"), offset=offset)
            for name, offset in (("pc", number), ("ap", 10), ("fp", 10))
        }
        response = self.exchange(
            execute_hint=session_pb.ExecuteHint(
                hint_id=number, current_step=number, segment_count=self.segments, **registers
            )
        )
        failed = response.failed if response.HasField("failed") else None
        effects = failed.effects if failed is not None else response.done.effects
        for run in effects.writes:
            self.write(run)
        self.segments += len(effects.added_segments)
        self.message.current_step += 1
        self.message.pc.offset += 1
        return failed


class FakeService(VmServiceServicer):
    def __init__(self):
        self.programs = {}
        self.vms = {}
        self.uploads = 0
        #: What answers say of the server, if anything.
        self.version = None
        #: What came along with the last CreateVm.
        self.metadata = {}

    def find(self, name, context):
        if name not in self.vms:
            refuse(context, grpc.StatusCode.NOT_FOUND, f"there is no vm `{name}`", "VM_NOT_FOUND")
        return self.vms[name]

    def UploadProgram(self, requests, context):
        if self.version is not None:
            context.send_initial_metadata((("cairohints-version", self.version),))
        declared = next(requests).declaration.size_bytes
        data = b"".join(request.chunk for request in requests)
        assert len(data) == declared
        self.uploads += 1
        try:
            program = json.loads(data)
        except ValueError:
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "this is no JSON", "BAD_PROGRAM")
        self.programs[program_hash(data)] = program
        return pb.UploadProgramResponse(program_hash=program_hash(data))

    def CreateVm(self, request, context):
        self.metadata = dict(context.invocation_metadata())
        if request.program_hash not in self.programs:
            refuse(context, grpc.StatusCode.NOT_FOUND, "no such program", "PROGRAM_NOT_FOUND")
        if request.layout == "nonsense":
            code = grpc.StatusCode.INVALID_ARGUMENT
            refuse(context, code, "no such layout", "UNKNOWN_LAYOUT", "use `small`")
        name = f"vms/{request.vm_id or len(self.vms)}"
        self.vms[name] = FakeVm(name, request, self.programs[request.program_hash])
        return pb.CreateVmResponse(vm=self.vms[name].message)

    def GetVm(self, request, context):
        return pb.GetVmResponse(vm=self.find(request.name, context).message)

    def ListVms(self, request, context):
        names = sorted(self.vms)
        start = int(request.page_token or 0)
        more = str(start + 1) if start + 1 < len(names) else ""
        vms = [self.vms[name].message for name in names[start : start + 1]]
        return pb.ListVmsResponse(vms=vms, next_page_token=more)

    def DeleteVm(self, request, context):
        self.find(request.name, context).to_client.put(None)
        del self.vms[request.name]
        return pb.DeleteVmResponse()

    def PauseVm(self, request, context):
        vm = self.find(request.name, context)
        vm.pause = True
        return pb.PauseVmResponse(vm=vm.message)

    def RunVm(self, request, context):
        vm = self.find(request.name, context)
        if vm.message.state in (pb.VM_STATE_SUCCEEDED, pb.VM_STATE_FAILED):
            refuse(context, grpc.StatusCode.FAILED_PRECONDITION, "the vm has ended", "VM_ENDED")
        kind = request.WhichOneof("until")
        end = vm.message.current_step + request.steps if kind == "steps" else None
        stop, failed = pb.STOP_REASON_ENDED, None
        if vm.request.hint_engine == pb.HINT_ENGINE_ATTACHED:
            assert vm.attached.wait(10)
            failed = vm.failed_to_start
        while failed is None and vm.message.current_step < len(vm.codes()):
            if vm.pause or vm.message.current_step == end:
                stop = pb.STOP_REASON_PAUSED if vm.pause else pb.STOP_REASON_REACHED
                vm.pause = False
                vm.message.state = pb.VM_STATE_PAUSED
                return pb.RunVmResponse(vm=vm.message, stop_reason=stop)
            if vm.request.hint_engine == pb.HINT_ENGINE_ATTACHED:
                failed = vm.step()
            else:
                vm.message.current_step += 1
        if failed is not None:
            vm.message.state = pb.VM_STATE_FAILED
            vm.message.failure.reason = "HINT_RAISED"
            vm.message.failure.message = f"Error at pc=0:0:\n{failed.python.traceback}"
            vm.message.failure.exception_class = failed.python.class_path
            vm.message.failure.exception_message = failed.message
            return pb.RunVmResponse(vm=vm.message, stop_reason=pb.STOP_REASON_FAILED)
        if "failure" in vm.program:
            vm.message.state = pb.VM_STATE_FAILED
            vm.message.failure.CopyFrom(pb.Failure(**vm.program["failure"]))
            return pb.RunVmResponse(vm=vm.message, stop_reason=pb.STOP_REASON_FAILED)
        vm.message.state = pb.VM_STATE_SUCCEEDED
        vm.message.output.extend(["7", ""])
        vm.message.execution_resources.steps = vm.message.current_step
        return pb.RunVmResponse(vm=vm.message, stop_reason=stop)

    def WatchVm(self, request, context):
        vm = self.find(request.name, context)
        yield pb.WatchVmResponse(state=vm.message)
        yield pb.WatchVmResponse(hint_output=pb.HintOutput(stream=pb.OUTPUT_STREAM_STDOUT, data=b"hi\n"))
        while context.is_active() and vm.message.state == pb.VM_STATE_CREATED:
            threading.Event().wait(0.01)
        yield pb.WatchVmResponse(state=vm.message)

    def ReadMemory(self, request, context):
        vm = self.find(request.name, context)
        address = request.address
        # One cell at a time when more are asked for than fit.
        count = min(request.count, 3)
        return pb.ReadMemoryResponse(cells=vm.cells(address.segment, address.offset, count))

    def WriteMemory(self, request, context):
        self.find(request.name, context).write(request.cells)
        return pb.WriteMemoryResponse()

    def AddSegment(self, request, context):
        vm = self.find(request.name, context)
        vm.segments += 1
        return pb.AddSegmentResponse(base=value_pb2.Relocatable(segment=vm.segments - 1))

    def ReadReturnValues(self, request, context):
        values = [RelocatableValue(1, 2), *range(request.count - 1)]
        return pb.ReadReturnValuesResponse(values=run_of((1, 0), values))

    def ReadHintScopes(self, request, context):
        vm = self.find(request.name, context)
        read = session_pb.ReadScopes(max_text_bytes=request.max_text_bytes or 4096)
        return pb.ReadHintScopesResponse(scopes=vm.exchange(read_scopes=read).scopes.scopes)

    def ReadArtifact(self, request, context):
        data = bytes(range(48))
        yield pb.ReadArtifactResponse(chunk=data[:20], size_bytes=48)
        yield pb.ReadArtifactResponse(chunk=data[20:])

    def AttachHints(self, requests, context):
        vm = self.find(next(requests).name, context)

        def receive():
            try:
                for request in requests:
                    vm.from_client.put(request.response)
            except grpc.RpcError:
                pass

        def start():
            vm.failed_to_start = vm.start()
            vm.attached.set()

        threading.Thread(target=receive, daemon=True).start()
        context.add_callback(lambda: vm.to_client.put(None))
        threading.Thread(target=start, daemon=True).start()
        for request in iter(vm.to_client.get, None):
            yield pb.AttachHintsResponse(request=request)


def serve(address):
    server = grpc.server(futures.ThreadPoolExecutor(32))
    service = FakeService()
    add_VmServiceServicer_to_server(service, server)
    port = server.add_insecure_port(address)
    server.start()
    return server, service, port
