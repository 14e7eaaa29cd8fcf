"""`python -m cairohints` is the command `cairohints`."""

from .cli import main

main()
