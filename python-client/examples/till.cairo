// Sums what a till sells. The till is an object of the Python program that runs this one.
%builtins output

func main{output_ptr: felt*}() {
    let (sum) = total(0);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}

func total(sum: felt) -> (sum: felt) {
    alloc_locals;
    local price;
    %{ ids.price = till.sell() %}
    if (price == 0) {
        return (sum=sum);
    }
    return total(sum + price);
}
