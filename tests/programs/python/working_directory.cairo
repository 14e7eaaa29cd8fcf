// Hints run in the working directory and with the environment of the run.
func main() {
    %{
        import os
        print(os.path.basename(os.getcwd()), os.path.exists("probe.cairo"))
        print(os.environ.get("CORPUS_VARIABLE"), os.environ.get("CORPUS_NOT_SET"))
    %}
    return ();
}
