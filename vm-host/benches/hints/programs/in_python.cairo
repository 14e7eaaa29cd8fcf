from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.registers import get_fp_and_pc

struct Point {
    x: felt,
    y: felt*,
}

// One hint that does the same thing many times, for each thing that hints do; it prints how long each took.
func main() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    let (local array: felt*) = alloc();
    local number = 17;
    local point: Point = Point(3, array);
    local pointer: Point* = &point;
    %{
        import time

        def measure(name, work, count):
            times = []
            for _ in range(5):
                start = time.perf_counter()
                work(count)
                times.append(time.perf_counter() - start)
            print(name, "%.1f" % (min(times) / count * 1e9), sep="\t")

        array = ids.array
        for index in range(20000):
            memory[array + index] = index

        def read_cells(count):
            base = array
            for index in range(count):
                memory[base + index]
        measure("memory[address + index]", read_cells, 20000)

        def read_cell(count):
            base = array
            for _ in range(count):
                memory[base]
        measure("memory[address]", read_cell, 20000)

        def get_range(count):
            for index in range(count):
                memory.get_range(array, 10)
        measure("memory.get_range of 10", get_range, 5000)

        def get_pairs(count):
            for index in range(count):
                memory.get_range(array + 2 * index, 2)
        measure("memory.get_range of 2", get_pairs, 5000)

        def get_long_range(count):
            memory.get_range(array, count)
        measure("memory.get_range, one cell of 20,000", get_long_range, 20000)

        def write_cells(count):
            base = segments.add()
            for index in range(count):
                memory[base + index] = index
        measure("memory[address + index] = value", write_cells, 20000)

        def write_arg(count):
            segments.write_arg(segments.add(), list(range(count)))
        measure("segments.write_arg, one cell", write_arg, 20000)

        def gen_arg(count):
            segments.gen_arg(list(range(count)))
        measure("segments.gen_arg, one cell", gen_arg, 20000)

        def load_data(count):
            segments.load_data(segments.add(), list(range(count)))
        measure("segments.load_data, one cell", load_data, 20000)

        def add_segments(count):
            for _ in range(count):
                segments.add()
        measure("segments.add", add_segments, 2000)

        def read_felt(count):
            for _ in range(count):
                ids.number
        measure("ids.number", read_felt, 20000)

        def read_member(count):
            for _ in range(count):
                ids.point.x
        measure("ids.point.x", read_member, 10000)

        def read_through_pointer(count):
            for _ in range(count):
                ids.pointer.y
        measure("ids.pointer.y", read_through_pointer, 10000)

        def read_address(count):
            for _ in range(count):
                ids.point.address_
        measure("ids.point.address_", read_address, 10000)

        def arithmetic(count):
            address = array
            for _ in range(count):
                address = address + 1
            assert address - array == count
        measure("address + 1", arithmetic, 20000)

        def distance(count):
            address = array + 10
            for _ in range(count):
                address - array
        measure("address - address", distance, 20000)

        def compare(count):
            address = array + 10
            for _ in range(count):
                address == array
        measure("address == address", compare, 20000)

        def less(count):
            address = array + 10
            for _ in range(count):
                address < array
        measure("address < address", less, 20000)

        def contains(count):
            address = array + 10
            for _ in range(count):
                address in memory
        measure("address in memory", contains, 10000)

        def hashes(count):
            places = {}
            for index in range(count):
                places[array + index] = index
        measure("dictionary with addresses", hashes, 10000)
    %}
    return ();
}
