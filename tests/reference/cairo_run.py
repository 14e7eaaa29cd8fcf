"""The reference VM's command, also on Python 3.11 and later. Knows nothing of cases."""

import sys

from reference_imports import importable

with importable():
    from starkware.cairo.lang.vm.cairo_run import main

if __name__ == "__main__":
    # Hints must not find what is beside this file.
    del sys.path[0]
    sys.exit(main())
