"""Records how the reference VM shows places in a source, as a table for the tests.

Needs cairo-lang 0.14.0.1: `python record_locations.py > locations.json`.
"""

import json
import sys

from starkware.cairo.lang.compiler.error_handling import InputFile, Location

CONTENTS = [
    "",
    "\n",
    "one line",
    "one line\n",
    "first\nsecond line\n\nfourth\n",
    "carriage\r\nreturns\rhere\n\rthere",
    "vertical\x0btab\x0cform\x1cfile\x1dgroup\x1erecord\x1funit",
    "next\x85line\u2028separator\u2029paragraph",
    "\ttab\tseparated\n",
    "wide \u4e2d\u6587 and \U0001f600 text\n\u00e9",
]

PLACES = [
    (1, 1, 1, 1), (1, 1, 1, 2), (1, 1, 1, 3), (1, 1, 1, 4), (1, 3, 1, 8), (1, 3, 1, 200),
    (1, 0, 1, 0), (1, 0, 1, 5), (1, 5, 1, 2), (1, 2, 2, 3), (2, 1, 3, 1), (2, 2, 2, 6),
    (3, 1, 3, 2), (4, 1, 5, 2), (5, 1, 5, 2), (0, 1, 0, 2), (99, 1, 99, 2), (1, 50, 2, 1),
    (2, 1, 2, 1), (6, 1, 7, 1), (7, 1, 7, 4),
]


def main() -> None:
    """Prints the table."""
    rows = []
    for content in CONTENTS:
        for place in PLACES:
            location = Location(*place, input_file=InputFile(filename="a.cairo", content=content))
            rows.append([content, place, location.to_string_with_content("message")])
    spaces = []
    ranges = [range(0x100), range(0x1680, 0x1690), range(0x2000, 0x2070), [0x3000, 0xFEFF]]
    for code in (code for codes in ranges for code in codes):
        spaces.append([code, ("x" + chr(code)).rstrip() == "x"])
    json.dump({"places": rows, "spaces": spaces}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
