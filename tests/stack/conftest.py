"""One stack for all tests here: built, brought up, brought down. They need a Docker engine and fail without one."""

import pytest
import stack as harness


@pytest.fixture(scope="session")
def secrets(tmp_path_factory):
    """The folder of the stack's secrets."""
    return tmp_path_factory.mktemp("stack") / "secrets"


@pytest.fixture(scope="session")
def built(secrets):
    """The images; what building them said."""
    return harness.build(secrets)


@pytest.fixture(scope="session")
def stack(built, secrets):
    """The stack, healthy."""
    running = harness.Stack(secrets)
    try:
        running.up()
        yield running
    finally:
        running.down()


@pytest.fixture
def alice(stack):
    with stack.client("alice") as client:
        yield client


@pytest.fixture
def bob(stack):
    with stack.client("bob") as client:
        yield client
