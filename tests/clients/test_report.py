"""The page of a run in a real browser: it opens without a complaint, its tables sort, its graphs zoom, by mouse and by
keyboard, in both colour schemes, and its tables are there without scripts."""

import asyncio
import os
import subprocess

import browser
import cairohints
import pytest
from cairohints import AsyncVm, VmFailed, server_process
from compiling import compiled

#: A function that calls others, with hints of different lengths, questions and records.
SOURCE = """\
func main() {
    alloc_locals;
    %{
        import time
        total = 0
    %}
    long(n=6);
    short();
    local deep;
    %{
        log.warning('<b>total</b> & more', total=total)
        ids.deep = memory.get(ap, total)
    %}
    return ();
}

func long(n: felt) {
    if (n == 0) {
        return ();
    }
    %{
        total += ids.n
        time.sleep(0.002)
    %}
    short();
    return long(n=n - 1);
}

func short() {
    tempvar x = 1;
    tempvar y = x + 1;
    %{ total += 1 %}
    return ();
}
"""
FAILING = SOURCE.replace(
    "time.sleep(0.002)", "assert ids.n > 2, '</script><script>document.title = 1</script>'"
)


def written(folder, source):
    """The page of a run of this program, and whether the run succeeded."""
    (folder / "shop.cairo").write_text(source)
    (folder / "program.json").write_bytes(compiled(source, "shop.cairo"))
    command = [
        str(server_process.find_vm_host()),
        "run",
        "program.json",
        "--layout",
        "small",
        "--hints",
        "python",
    ]
    environment = os.environ.get("CAIROHINTS_TEST_PYTHON_ENV")
    command += ["--python-env", environment] if environment else []
    done = subprocess.run(
        [*command, "--report", "page.html"],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return (folder / "page.html").as_uri(), done.returncode == 0


@pytest.fixture(scope="module")
def page():
    with browser.page() as page:
        yield page


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    address, succeeded = written(tmp_path_factory.mktemp("page"), SOURCE)
    assert succeeded
    return address


def opened(page, address):
    page.complaints.clear()
    page.requested.clear()
    page.open(address)
    return page


def column(page, table, index):
    """The values of a column, as they stand."""
    cells = f"[...document.querySelectorAll('{table} tbody tr')].map((row) => row.cells[{index}]"
    return page.value(f"{cells}.dataset.value ?? row.cells[{index}].textContent)")


def readout(page, section):
    return page.value(f"document.querySelector('{section} .readout').textContent")


def focused(page):
    return page.value("document.activeElement.getAttribute('aria-label')")


def test_a_page_needs_nothing_and_complains_of_nothing(page, address):
    opened(page, address)
    assert page.value("document.title") == "Run of program.json"
    for name in ("steps", "time"):
        assert page.value(f"document.querySelectorAll('#{name} .frame').length") > 3
    assert page.value("document.querySelectorAll('#timeline rect').length") > 10
    assert "<b>total</b> & more total=28" in page.value(
        "document.querySelector('#log').textContent"
    )
    assert page.value("document.querySelectorAll('#log b').length") == 0
    assert (page.complaints, page.requested) == ([], [address])


def test_a_page_without_scripts_has_its_tables(address):
    with browser.page() as page:
        page.without_scripts()
        opened(page, address)
        assert page.value("document.documentElement.classList.contains('scripted')") is False
        shown = page.value("document.body.innerText")
        for part in (
            "Steps",
            "Functions with the most steps",
            "__main__.long",
            "time.sleep",
            "Segments",
            "log",
        ):
            assert part in shown or part == "time.sleep", part
        assert page.value("document.querySelectorAll('#hints tbody tr').length") == 4
        assert "JavaScript" in shown
        assert page.complaints == []


def test_tables_sort_by_mouse_and_by_keyboard(page, address):
    opened(page, address)
    count = "#hints thead th:nth-child(3)"
    page.click(f"{count} button")
    counts = [int(value) for value in column(page, "#hints", 2)]
    assert counts == sorted(counts, reverse=True) == [7, 6, 1, 1]
    assert (
        page.value(f"document.querySelector('{count}').getAttribute('aria-sort')") == "descending"
    )
    page.value(f"document.querySelector('{count} button').focus()")
    page.key("Enter")
    assert [int(value) for value in column(page, "#hints", 2)] == [1, 1, 6, 7]
    assert page.value(f"document.querySelector('{count}').getAttribute('aria-sort')") == "ascending"
    assert "ascending" in page.value("document.querySelector('#hints .sorted').textContent")
    # By text as well, and only one column says that it is sorted.
    page.click("#hints thead th:nth-child(1) button")
    names = column(page, "#hints", 0)
    assert names == sorted(names, key=str.lower)
    assert page.value("document.querySelectorAll('#hints [aria-sort]').length") == 1


def test_flame_graphs_zoom_and_move(page, address):
    opened(page, address)
    whole = page.value("document.querySelectorAll('#steps .frame').length")
    page.click("#steps .frame[aria-label^='__main__.long']")
    assert (
        page.value("document.querySelector('#steps [aria-current]').textContent") == "__main__.long"
    )
    assert page.value("document.querySelector('#steps [aria-current]').style.width") == "100%"
    assert "__main__.long" in readout(page, "#steps")
    page.key("Escape")
    assert page.value("document.querySelectorAll('#steps .frame').length") == whole
    assert focused(page).startswith("all steps:")
    # Down to the function with the most steps, along to the next one, up again.
    page.key("ArrowDown")
    assert focused(page).startswith("__main__.main:")
    page.key("ArrowDown")
    assert focused(page).startswith("__main__.long:")
    page.key("ArrowRight")
    assert focused(page).startswith("__main__.short:")
    page.key("Enter")
    assert (
        page.value("document.querySelector('#steps [aria-current]').textContent")
        == "__main__.short"
    )
    assert focused(page).startswith("__main__.short:")
    page.key("ArrowUp")
    assert focused(page).startswith("__main__.main:")
    page.click("#steps [data-reset]")
    assert page.value("document.querySelector('#steps [data-reset]').disabled") is True


def test_a_search_marks_frames(page, address):
    opened(page, address)
    page.value("document.querySelector('#time input').focus()")
    for letter in "short":
        page.key(letter)
    assert page.value("document.querySelectorAll('#time .hit').length") == 2
    assert "match" in readout(page, "#time")


def test_the_timeline_zooms_and_walks(page, address):
    opened(page, address)
    everything = readout(page, "#timeline")
    assert everything.startswith("from 0 ns to")
    page.click("#timeline [data-do=in]")
    assert readout(page, "#timeline") != everything
    page.value("document.querySelector('#timeline .timeline').focus()")
    page.key("0")
    assert readout(page, "#timeline") == everything
    for key in ("+", "ArrowRight", "ArrowLeft", "-"):
        before = readout(page, "#timeline")
        page.key(key)
        assert readout(page, "#timeline") != before, key
    page.key("n")
    assert readout(page, "#timeline").startswith("1 of 15: ")
    assert page.value("document.querySelectorAll('#timeline .s-mark').length") == 1
    assert page.complaints == []


def test_the_colours_follow_the_user(page, address):
    seen = {}
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        opened(page, address)
        seen[scheme] = [
            page.value(f"getComputedStyle(document.querySelector('{part}')).{what}")
            for part, what in (
                ("body", "color"),
                ("body", "backgroundColor"),
                (".frame", "backgroundColor"),
            )
        ]
        assert page.complaints == []
    page.scheme("light")
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"]))


def test_everything_has_a_name_for_screen_readers(page, address):
    opened(page, address)
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    roles = {}
    for node in nodes:
        if not node.get("ignored"):
            roles.setdefault(node["role"]["value"], []).append(
                node.get("name", {}).get("value", "")
            )
    assert len(roles["tree"]) == 2
    assert (
        all(roles["treeitem"])
        and all(roles["button"])
        and all(roles["searchbox"])
        and all(roles["group"])
    )
    assert any(name.startswith("__main__.long: ") for name in roles["treeitem"])
    assert {"Steps by function", "Hints", "Memory", "Timeline"} <= set(roles["heading"])
    assert "columnheader" in roles and "rowheader" in roles


def test_a_failed_run_shows_why(page, tmp_path):
    address, succeeded = written(tmp_path, FAILING)
    assert not succeeded
    opened(page, address)
    shown = page.value("document.querySelector('#failure').innerText")
    for part in (
        "HINT_RAISED",
        "shop.cairo:",
        "^",
        "Cairo traceback",
        "AssertionError: </script><script>",
    ):
        assert part in shown, shown
    assert page.value("document.title") == "Run of program.json"
    assert page.complaints == []


def test_a_vm_of_the_server_has_a_page(page, client, tmp_path):
    with cairohints.Vm(compiled(SOURCE), client=client, layout="small", report=True) as vm:
        vm.run()
        (tmp_path / "page.html").write_text(vm.report())
    opened(page, (tmp_path / "page.html").as_uri())
    assert page.value("document.querySelectorAll('#hints tbody tr').length") == 4
    assert page.complaints == []


def test_a_failed_vm_has_a_page(unix_address):
    async def report():
        async with AsyncVm(
            compiled(FAILING), address=unix_address, layout="small", report=True
        ) as vm:
            with pytest.raises(VmFailed):
                await vm.run()
            return await vm.report()

    assert "HINT_RAISED" in asyncio.run(report())
