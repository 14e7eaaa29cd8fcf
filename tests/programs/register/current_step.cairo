// `current_step` counts the instructions that ran.
func main() {
    %{ steps = [current_step] %}
    ap += 1;
    %{ steps.append(current_step) %}
    ap += 1;
    %{
        steps.append(current_step)
        print(steps)
    %}
    tempvar i = 5;
    loop:
    %{ steps.append(current_step) %}
    tempvar i = i - 1;
    jmp loop if i != 0;
    %{ print(steps) %}
    ap += 0;
    return ();
}
