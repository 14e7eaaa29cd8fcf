"""The reference VM beside the engine: the harness of the differential tests."""
