"""A server that knows tenants, and clients that show who they are: by token, by certificate, or not at all."""

import asyncio
import os
import subprocess
import sys
import time

import cairohints
import pytest
from cairohints.server_process import LocalServer, find_vm_host
from compiling import compiled
from programs import STATEFUL

VARIABLES = ("CAIROHINTS_TOKEN", "CAIROHINTS_TLS_CA", "CAIROHINTS_TLS_CERT", "CAIROHINTS_TLS_KEY")


def made_token():
    """A token and its hash."""
    told = subprocess.run(
        [str(find_vm_host()), "token"], capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def sign(folder, name, authority=None):
    """A certificate for a name, of an authority or its own; the paths of it and of its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={name}"]
    if authority is None:
        command += ["-addext", "basicConstraints=critical,CA:TRUE"]
    else:
        command += ["-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE"]
        command += ["-CA", str(authority[0]), "-CAkey", str(authority[1])]
    subprocess.run(command, capture_output=True, check=True)
    return certificate, key


class Server:
    """A `vm-host serve` with the tenants alice (a token, a certificate) and bob (a token)."""

    def __init__(self, folder):
        self.folder = folder
        (self.alice, alice_hash), (self.bob, bob_hash) = made_token(), made_token()
        (folder / "tenants.toml").write_text(
            f'[[tenant]]\nname = "alice"\ntokens = ["{alice_hash}"]\ncertificates = ["alice.example"]\n'
            f'[[tenant]]\nname = "bob"\ntokens = ["{bob_hash}"]\n'
        )
        self.authority = sign(folder, "authority")
        own = sign(folder, "localhost", self.authority)
        address = folder / "address"
        command = [
            str(find_vm_host()),
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--address-file",
            str(address),
        ]
        command += ["--unix", str(folder / "vm.sock"), "--tenants", str(folder / "tenants.toml")]
        command += ["--tls-cert", str(own[0]), "--tls-key", str(own[1])]
        command += ["--tls-client-ca", str(self.authority[0])]
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        while not address.exists():
            assert self.process.poll() is None, (folder / "log").read_text()
            time.sleep(0.01)
        self.address = "localhost:" + address.read_text().strip().rpartition(":")[2]
        self.socket = f"unix:{folder / 'vm.sock'}"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("tenants"))
    yield server
    server.process.terminate()
    server.process.wait()


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def runs(client):
    """Runs a program on every kind of call: unary, streams both ways, calls in the background."""
    with client:
        for hints in ("python", cairohints.here()):
            options = {"layout": "small", "hints": hints, "trace": True}
            with cairohints.Vm(compiled(STATEFUL), client=client, **options) as vm:
                vm.run_for_steps(3)
                vm.run()
                assert vm.trace()
                assert vm.name in client.list_vms()


def test_a_token_over_tls(server):
    runs(
        cairohints.Client(server.address, token=server.alice, root_certificates=server.authority[0])
    )


def test_certificates_as_bytes(server):
    roots = server.authority[0].read_bytes()
    runs(cairohints.Client(server.address, token=server.bob, root_certificates=roots))


def test_a_certificate_names_the_tenant(server):
    own = sign(server.folder, "alice.example", server.authority)
    settings = {"root_certificates": server.authority[0]}
    client = cairohints.Client(
        server.address, certificate_chain=own[0], private_key=own[1], **settings
    )
    with client, cairohints.Vm(compiled(STATEFUL), client=client, layout="small") as vm:
        # She is the same with her token.
        with cairohints.Client(server.address, token=server.alice, **settings) as same:
            assert vm.name in same.list_vms()
        with cairohints.Client(server.address, token=server.bob, **settings) as other:
            assert vm.name not in other.list_vms()


def test_a_token_on_the_unix_socket(server):
    runs(cairohints.Client(server.socket, token=server.bob))


def test_the_environment_stands_for_what_is_not_given(server, monkeypatch):
    monkeypatch.setenv("CAIROHINTS_TOKEN", server.alice)
    monkeypatch.setenv("CAIROHINTS_TLS_CA", str(server.authority[0]))
    runs(cairohints.Client(server.address))
    # The command line, too.
    program = server.folder / "program.json"
    program.write_bytes(compiled(STATEFUL))
    command = [sys.executable, "-m", "cairohints", "run", str(program), "--layout", "small"]
    command += ["--address", server.address]
    done = subprocess.run(
        command, capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert done.returncode == 0, done.stderr


def test_asyncio(server):
    async def run():
        client = cairohints.AsyncClient(
            server.address, token=server.bob, root_certificates=server.authority[0]
        )
        async with client:
            vm = cairohints.AsyncVm(compiled(STATEFUL), client=client, layout="small")
            async with vm:
                await vm.run_for_steps(3)
                await vm.run()
                assert vm.name in await client.list_vms()
        stranger = cairohints.AsyncClient(server.address, root_certificates=server.authority[0])
        async with stranger:
            with pytest.raises(cairohints.PermissionDenied) as refused:
                await stranger.list_vms()
        assert refused.value.reason == "NO_CREDENTIALS"

    asyncio.run(run())


def test_strangers_are_told_what_to_do(server):
    roots = {"root_certificates": server.authority[0]}
    with cairohints.Client(server.address, **roots) as client:
        with pytest.raises(
            cairohints.PermissionDenied, match="hint: send `authorization"
        ) as refused:
            client.list_vms()
    assert (refused.value.reason, refused.value.code) == ("NO_CREDENTIALS", "UNAUTHENTICATED")
    with cairohints.Client(server.address, token="cairohints_0", **roots) as client:
        with pytest.raises(cairohints.PermissionDenied) as refused:
            client.list_vms()
    assert refused.value.reason == "BAD_CREDENTIALS"
    assert "cairohints_0" not in str(refused.value)


def test_a_server_that_nobody_vouches_for_is_not_talked_to(server, tmp_path):
    other = sign(tmp_path, "authority")
    with cairohints.Client(
        server.address, token=server.alice, root_certificates=other[0]
    ) as client:
        with pytest.raises(cairohints.ServerUnavailable):
            client.list_vms()


@pytest.mark.parametrize("client", [cairohints.Client, cairohints.AsyncClient])
def test_what_does_not_fit_is_refused(client):
    for arguments, said in [
        ({"token": "two words"}, "the token has characters"),
        ({"token": "new\nline"}, "the token has characters"),
        ({"root_certificates": "/nowhere"}, "cannot read `/nowhere`"),
        ({"certificate_chain": b"x"}, "belong together"),
    ]:
        with pytest.raises(cairohints.InvalidArgument, match=said) as refused:
            client("localhost:1", **arguments)
        assert "\nhint: " in str(refused.value)
        assert "two words" not in str(refused.value)
    with pytest.raises(cairohints.InvalidArgument, match="`token` is for a server with an address"):
        client(token="x")


def test_hints_of_a_local_server_cannot_read_the_token(monkeypatch):
    monkeypatch.setenv("CAIROHINTS_TOKEN", "cairohints_secret")
    local = LocalServer()
    try:
        with open(f"/proc/{local.process.pid}/environ", "rb") as file:
            environment = file.read()
        assert b"PATH=" in environment
        assert b"cairohints_secret" not in environment
    finally:
        local.stop()


def test_a_vm_asks_for_less_time_than_it_may_have(server):
    waiting = compiled("func main() {\n    %{ import time; time.sleep(600) %}\n    ret;\n}\n")
    with cairohints.Client(server.socket, token=server.bob) as client:
        with cairohints.Vm(waiting, client=client, run_time=0.5) as vm:
            with pytest.raises(cairohints.LimitExceeded, match=r"`0.50 s` \(`run_time`\)"):
                vm.run()
