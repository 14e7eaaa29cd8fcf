// An exception that is no `Exception` is not the VM's to report.
func main() {
    %{
        class Stop(BaseException):
            pass

        raise Stop("not caught by anybody")
    %}
    return ();
}
