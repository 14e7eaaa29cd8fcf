%builtins output
from probe import finish_probe, start_probe

// Files: a temporary one stays open across hints; the program's own files can be read.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        import os
        import tempfile

        directory = tempfile.TemporaryDirectory()
        path = os.path.join(directory.name, "data")
        writer = open(path, "wb")
        writer.write(b"abc")
        show("missing", lambda: open("no/such/file"))
        with open("python/files.cairo") as source:
            say("first line", source.readline().rstrip())
    %}
    ap += 1;
    %{
        writer.write(b"def")
        writer.close()
        with open(path, "rb") as reader:
            say("content", reader.read())
        directory.cleanup()
        say("gone", os.path.exists(path))
    %}
    finish_probe();
    return ();
}
