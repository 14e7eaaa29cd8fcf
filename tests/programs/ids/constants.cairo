%builtins output
from probe import finish_probe, start_probe
from starkware.cairo.common.bool import FALSE, TRUE
from starkware.cairo.common.math_cmp import RC_BOUND
from starkware.cairo.common.ec import StarkCurve
from starkware.cairo.common.bool import TRUE as RENAMED

const PLAIN = 7;
const NEGATIVE = -5;
const HUGE = 2 ** 251;
const DERIVED = PLAIN * 2 + NEGATIVE;
const BIG_NEGATIVE = -(2 ** 250);

namespace Space {
    const INNER = 9;
    const PLAIN = 70;
}

// Constants: raw values (possibly negative), imports, renamed imports, namespaces, shadowing.
func main{output_ptr: felt*}() {
    const LOCAL = 11;
    const HIDDEN = PLAIN;
    start_probe();
    %{
        show("plain", lambda: ids.PLAIN)
        show("negative", lambda: ids.NEGATIVE)
        show("huge", lambda: ids.HUGE)
        show("derived", lambda: ids.DERIVED)
        show("big negative", lambda: ids.BIG_NEGATIVE)
        show("imported", lambda: (ids.TRUE, ids.FALSE, ids.RC_BOUND))
        show("renamed", lambda: ids.RENAMED)
        show("namespace", lambda: (ids.Space.INNER, ids.Space.PLAIN))
        show("local", lambda: (ids.LOCAL, ids.HIDDEN, ids.main.LOCAL))
        show("curve", lambda: (ids.StarkCurve.ALPHA, ids.StarkCurve.ORDER))
        show("order", lambda: ids.StarkCurve.ORDER + PRIME)
        show("unknown", lambda: ids.NOTHING)
        show("unknown in namespace", lambda: ids.Space.NOTHING)
        show("type", lambda: type(ids.PLAIN).__name__)
    %}
    finish_probe();
    return ();
}
