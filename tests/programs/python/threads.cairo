// A hint may use threads as long as it waits for them.
func main() {
    alloc_locals;
    local x;
    %{
        import threading

        results = []
        workers = [threading.Thread(target=results.append, args=(i,)) for i in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ids.x = sum(results)
        print(sorted(results), threading.current_thread() is threading.main_thread())
    %}
    assert x = 3;
    return ();
}
