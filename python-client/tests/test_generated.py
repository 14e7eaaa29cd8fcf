import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "python-client" / "src" / "cairohints" / "v1"
FILES = ("value", "ids", "hint_session", "vm_service")


def test_the_generated_code_is_that_of_the_proto_files(tmp_path):
    names = [f"cairohints/v1/{name}.proto" for name in FILES]
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}", *outputs, *names]
    subprocess.run(command, check=True)
    for committed in sorted(GENERATED.glob("*_pb2*")):
        fresh = tmp_path / "cairohints" / "v1" / committed.name
        assert committed.read_bytes() == fresh.read_bytes(), committed.name


def test_no_protobuf_runtime_is_refused():
    # Newer compilers write a check of the runtime's version into their output.
    for path in GENERATED.glob("*_pb2*.py"):
        assert "runtime_version" not in path.read_text()
