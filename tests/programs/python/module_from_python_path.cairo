// A module on PYTHONPATH is found without touching sys.path.
func main() {
    %{
        import probe_module
        print(probe_module.remember("a"), probe_module.__doc__)
    %}
    return ();
}
