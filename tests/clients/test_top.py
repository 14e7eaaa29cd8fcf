"""`vm-host top` on a terminal: it shows the VMs of a server, and does what its keys say."""

import os
import select
import subprocess
import threading
import time

import cairohints
import pytest
from cairohints.server_process import find_vm_host
from compiling import compiled
from terminal import on_a_terminal
from test_tenants import Server, sign

ENDLESS = """\
func main() {
    loop:
    jmp loop;
}
"""
#: A terminal of 30 lines and 120 columns, then the command in this process's place.
ON_SCREEN = """\
import fcntl, os, struct, termios
fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
os.execv({0!r}, {1!r})
"""


def top(address, *options):
    command = [str(find_vm_host()), "top", address, "--interval", "0.2", *map(str, options)]
    return ON_SCREEN.format(command[0], command)


def shown_until(descriptor, condition, what, seconds=30):
    """What is written to a terminal until a condition holds."""
    shown = b""
    deadline = time.monotonic() + seconds
    while not condition(shown):
        assert time.monotonic() < deadline, f"{what}: {shown!r}"
        if select.select([descriptor], [], [], 0.1)[0]:
            try:
                shown += os.read(descriptor, 1 << 16)
            except OSError:
                # Nobody has it open any more.
                assert condition(shown), f"{what}: {shown!r}"
    return shown.decode(errors="replace")


@pytest.fixture
def running(client):
    vm = cairohints.Vm(compiled(ENDLESS), client=client, layout="small")
    ended = []

    def run():
        try:
            ended.append(vm.run())
        except cairohints.CairoHintsError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield vm, ended
    try:
        vm.close()
    except cairohints.CairoHintsError:
        pass
    thread.join()


def test_a_vm_is_shown_paused_and_ended(unix_address, client, running):
    vm, ended = running
    name = vm.name
    with on_a_terminal(top(unix_address)) as terminal:
        short = name.split("/")[1].encode()
        shown = shown_until(terminal, lambda seen: short[:14] in seen, "the VM is not there")
        assert "STEPS/S" in shown and "\x1b[?1049h" in shown, shown
        os.write(terminal, b"/" + short + b"\r")
        os.write(terminal, b"p")
        shown_until(terminal, lambda _: ended, "the VM is not paused")
        assert ended == [cairohints.StopReason.PAUSED]
        # Anything but a yes is a no.
        os.write(terminal, b"dn")
        shown_until(terminal, lambda seen: b"y for yes" in seen, "nothing is asked")
        assert name in client.list_vms()
        os.write(terminal, b"dy")
        shown_until(terminal, lambda _: name not in client.list_vms(), "the VM is there still")
        os.write(terminal, b"q")
        # The screen is given back.
        shown_until(terminal, lambda seen: b"\x1b[?1049l" in seen, "it does not end")


def test_a_terminal_and_a_server_are_needed(unix_address, tmp_path):
    for address, words in [
        (unix_address, "there is no terminal"),
        ("nowhere", "there is no terminal"),
    ]:
        done = subprocess.run(
            [str(find_vm_host()), "top", address],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2 and words in done.stderr, done
        assert "hint: " in done.stderr and done.stdout == ""
    for address, words in [
        (f"unix:{tmp_path}/none", b"does not answer"),
        ("nowhere", b"is no address"),
    ]:
        with on_a_terminal(top(address)) as terminal:
            shown = shown_until(
                terminal, lambda seen, words=words: words in seen, "nothing is said"
            )
            assert "\x1b[?1049h" not in shown


def test_tenants_see_their_own(tmp_path, monkeypatch):
    server = Server(tmp_path)
    authority = server.authority[0]
    alice, bob = (
        cairohints.Client(server.address, token=token, root_certificates=authority)
        for token in (server.alice, server.bob)
    )
    with alice, bob:
        hers, his = (
            cairohints.Vm(compiled(ENDLESS), client=client, layout="small")
            for client in (alice, bob)
        )
        begins = {vm: vm.name.split("/")[1][:14].encode() for vm in (hers, his)}
        encrypted = ("--tls-ca", authority)
        told = tmp_path / "token"
        told.write_text(f"{server.bob}\n")
        own = sign(tmp_path, "alice.example", server.authority)
        for options, sees, other, tenant in [
            ((*encrypted, "--token-file", told), his, hers, b"bob"),
            ((*encrypted, "--tls-cert", own[0], "--tls-key", own[1]), hers, his, b"alice"),
        ]:
            with on_a_terminal(top(server.address, *options)) as terminal:

                def there(seen, begins=(begins[sees], tenant)):
                    return all(text in seen for text in begins)

                shown = shown_until(terminal, there, "the VM is not there")
                assert begins[other].decode() not in shown
        monkeypatch.setenv("CAIROHINTS_TOKEN", server.alice)
        with on_a_terminal(top(server.address, *encrypted)) as terminal:
            shown_until(terminal, lambda seen: begins[hers] in seen, "the VM is not there")
        monkeypatch.delenv("CAIROHINTS_TOKEN")
        with on_a_terminal(top(server.address, *encrypted)) as terminal:
            shown_until(terminal, lambda seen: b"does not say whose it is" in seen, "nobody minds")
    server.process.terminate()
    server.process.wait()
