// Hints without statements.
func main() {
    %{ %}
    ap += 1;
    %{

    %}
    ap += 1;
    %{ # Only a comment. %}
    ap += 1;
    %{
        # Two comments
        # and nothing else.
    %}
    ap += 1;
    %{ pass %}
    ap += 1;
    %{ "a text" %}
    %{ 5 %}
    ap += 1;
    %{ print("end") %}
    return ();
}
