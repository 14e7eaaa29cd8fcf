"""A world of StarkNet contracts in memory, run by cairo-lang's own execution code."""

import functools
from pathlib import Path

from reference_imports import importable

with importable():
    from starkware.starknet.business_logic.execution import execute_entry_point
    from starkware.starknet.business_logic.execution.deprecated_objects import (
        ExecutionResourcesManager,
    )
    from starkware.starknet.business_logic.execution.objects import TransactionExecutionContext
    from starkware.starknet.business_logic.state.state import CachedSyncState
    from starkware.starknet.business_logic.state.state_api import SyncStateReader
    from starkware.starknet.business_logic.state.state_api_objects import BlockInfo
    from starkware.starknet.compiler.compile import compile_starknet_codes
    from starkware.starknet.definitions.general_config import StarknetGeneralConfig
    from starkware.starknet.public.abi import get_selector_from_name
    from starkware.starknet.services.api.contract_class.contract_class import (
        DeprecatedCompiledClass,
        EntryPointType,
    )

CONTRACTS = Path(__file__).parent / "contracts"
CLASS_HASH = 77
STEPS = 100_000


@functools.lru_cache(maxsize=None)
def contract_class(name):
    """A contract of this folder, compiled."""
    path = CONTRACTS / f"{name}.cairo"
    compiled = compile_starknet_codes([(path.read_text(), str(path))], debug_info=True)
    return DeprecatedCompiledClass.load(data=compiled.dump())


class Reader(SyncStateReader):
    """A state before anything happened: every address is of the one class."""

    def __init__(self, compiled_class, addresses):
        self.compiled_class = compiled_class
        self.addresses = addresses

    def get_compiled_class(self, compiled_class_hash):
        assert compiled_class_hash == CLASS_HASH
        return self.compiled_class

    def get_sierra_class(self, class_hash):
        raise NotImplementedError

    def get_compiled_class_hash(self, class_hash):
        return 0

    def get_class_hash_at(self, contract_address):
        return CLASS_HASH if contract_address in self.addresses else 0

    def get_nonce_at(self, data_availability_mode, contract_address):
        return 0

    def get_storage_at(self, data_availability_mode, contract_address, key):
        return 0


class World:
    """Contracts at addresses, and the calls made of them."""

    def __init__(self, *addresses):
        self.state = CachedSyncState(
            block_info=BlockInfo.empty(sequencer_address=3, block_number=41),
            state_reader=Reader(contract_class("counter"), addresses),
            compiled_class_cache={},
        )
        self.resources = ExecutionResourcesManager.empty()
        self.config = StarknetGeneralConfig()

    def call(self, address, name, *calldata, caller=5, steps=STEPS, kind="EXTERNAL"):
        """Runs an entry point; what cairo-lang's code says about the call."""
        self.context = TransactionExecutionContext.create_for_testing(n_steps=steps, version=1)
        call = execute_entry_point.ExecuteEntryPoint.create_for_testing(
            contract_address=address,
            calldata=list(calldata),
            entry_point_selector=get_selector_from_name(name),
            entry_point_type=EntryPointType[kind],
            caller_address=caller,
        )
        return call.execute(
            state=self.state,
            resources_manager=self.resources,
            tx_execution_context=self.context,
            general_config=self.config,
        )
