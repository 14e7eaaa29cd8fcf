// The program that `placement/loaded_shares.cairo` loads at run time.
struct Pair {
    second: felt,
    first: felt,
}

func entry(number: felt) -> (result: felt) {
    alloc_locals;
    local result;
    local pair: Pair;
    // Variables of the program outside, bound on either side before this one was known.
    %{
        ids.pair.first = given + ids.number
        ids.pair.second = later
        given += 1
    %}
    %{
        total = 0
        for place in range(4):
            total += max(place, 2) * ids.pair.first
        ids.result = total + ids.pair.second
    %}
    %{ later = int(later + 1.0) %}
    %{ many.append(total % 10) %}
    %{ later += len(early) %}
    %{
        def unseen_function(x):
            return x + total
        unseen = 'inner ' + str(unseen_function(1))
    %}
    return (result=result);
}
