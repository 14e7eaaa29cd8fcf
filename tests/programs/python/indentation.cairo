// A hint is indented as its first line is; texts over several lines keep their spaces.
func main() {
            %{
                if True:
                    print("deep")
                text = """
                inside
                    deeper
                """
                print(repr(text))
            %}
    ap += 1;
    %{
    print("flat")
    if 1:
      print("two spaces")
      if 2:
              print("eight")
    %}
    ap += 1;
    %{ print("one line"); print("two statements") %}
    return ();
}
