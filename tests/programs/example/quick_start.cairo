%builtins output

// A day of sales at one till.
struct Sale {
    article: felt,
    price: felt,
}

// Sums the prices of the sales; the hints count the articles on the way.
func total(sales: Sale*, n: felt) -> (sum: felt) {
    if (n == 0) {
        return (sum=0);
    }
    %{ till.ring(ids.sales.article, ids.sales.price) %}
    let (rest) = total(sales + Sale.SIZE, n - 1);
    return (sum=rest + sales.price);
}

func main{output_ptr: felt*}() {
    alloc_locals;
    local sales: Sale*;
    local n;
    %{
        import json
        from collections import Counter

        class Till:
            """Counts what is sold."""

            def __init__(self):
                self.articles = Counter()

            def ring(self, article, price):
                self.articles[article] += 1
                print(f"sold article {article} for {price}")

        day = program_input or json.loads('{"sales": [[1, 30], [2, 12], [1, 30]]}')
        ids.n = len(day["sales"])
        ids.sales = segments.gen_arg([cell for sale in day["sales"] for cell in sale])
        till = Till()
        vm_enter_scope({"till": till, "today": len(day["sales"])})
    %}
    let (sum) = total(sales, n);
    local best;
    %{
        (ids.best, count), = till.articles.most_common(1)
        print(f"{today} sales, article {ids.best} was sold {count} times, sum {ids.sum}")
        vm_exit_scope()
    %}
    assert [output_ptr] = sum;
    assert [output_ptr + 1] = best;
    let output_ptr = output_ptr + 2;
    return ();
}
