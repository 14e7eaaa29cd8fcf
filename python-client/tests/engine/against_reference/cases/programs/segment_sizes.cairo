// Sizes and public cells that hints fix.
func main() {
    %{
        a = segments.add(3)
        b = segments.add()
        memory[a] = 1
        memory[b + 1] = 2
        segments.finalize(b.segment_index, size=4, public_memory=[(0, 0), (1, 2)])
        segments.finalize(segment_index=a.segment_index, size=7)
        print(segments.get_segment_size(a.segment_index), segments.get_segment_size(b.segment_index))
    %}
    [ap] = 1, ap++;
    %{ print(segments.get_segment_size(a.segment_index), segments.n_segments, segments.add()) %}
    [ap] = 2, ap++;
    ret;
}
