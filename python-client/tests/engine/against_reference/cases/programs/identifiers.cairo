// Everything that can be done with the identifiers of the program.
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.dict_access import DictAccess as Access

struct Point {
    x: felt,
    y: Access,
}

namespace inner {
    const limit = -5;
    struct Empty {
    }
    func f() {
        return ();
    }
}

func main() {
    alloc_locals;
    local n = 3;
    %{
        import copy, pickle
        from starkware.cairo.lang.compiler.identifier_manager import (
            IdentifierError, IdentifierManager, IdentifierScope)
        from starkware.cairo.lang.compiler.identifier_definition import ConstDefinition
        from starkware.cairo.lang.compiler.identifier_utils import get_struct_definition
        from starkware.cairo.lang.compiler.scoped_name import ScopedName

        name = ScopedName.from_string
        found = ids._context.identifiers
        print(type(found) is IdentifierManager, type(found.root) is IdentifierScope)

        def shown(call):
            try:
                return call()
            except (IdentifierError, KeyError) as error:
                return type(error).__name__, str(error)

        # One by one.
        print(shown(lambda: get_struct_definition(name("__main__.Point"), found)))
        for text in ["__main__.inner.limit", "__main__.Access.SIZE", "__main__.inner", "__main__.nothing",
                     "nowhere.at.all", "__main__.main.n", "__main__.alloc", "__main__"]:
            print(text, shown(lambda: found.get(name(text))))
            print(text, found.get_by_full_name(name(text)), name(text) in found.dict)
            print(text, shown(lambda: sorted(found.get_scope(name(text)).identifiers)))
        print(found.get_by_full_name(name("")), shown(lambda: found.dict[name("a.b")]))
        scopes = [name("__main__"), name("__main__.inner")]
        print(shown(lambda: found.search(scopes, name("limit")).identifier_definition.value))
        print(shown(lambda: found.search_scope(scopes, name("f")).fullname))
        print(shown(lambda: found.search(scopes, name("missing"))))
        scope = found.root.get_single_scope("__main__").get_single_scope("inner")
        print(scope.fullname, scope.manager is found, found.root.get_single_scope("other"))
        point = found.get_by_full_name(name("__main__.Point"))
        print(found.root.subscopes["__main__"] is found.root.subscopes["__main__"])

        # All of them.
        print([str(key) for key in found.dict], len(found.as_dict()), list(found.root.subscopes))
        print(list(scope.identifiers), list(scope.subscopes), repr(scope.identifiers))
        print(found.as_dict()[name("__main__.Point")] is point, found.as_dict().get(name("x"), 7))
        print({str(key): value.TYPE for key, value in found.as_dict().items()})
        print(found == IdentifierManager.from_dict(found.as_dict()), found == 3, found.dict == {})
        print({**scope.identifiers}.keys() == scope.identifiers.keys(), dict(scope.identifiers) == scope.identifiers)
        print(copy.deepcopy(found) == found, pickle.loads(pickle.dumps(found)) == found)

        # Changed.
        found.add_identifier(name("__main__.inner.new.er"), ConstDefinition(value=9))
        print(found.get(name("__main__.inner.new.er")).identifier_definition.value, list(scope.subscopes))
        rest = found.exclude(IdentifierManager.from_dict({name("__main__.Point"): point}))
        print(len(found.dict) - len(rest.dict))
        found.prune({name("__main__.inner")})
        print(list(found.root.subscopes["__main__"].subscopes), name("__main__.inner.limit") in found.dict)
        print(ids._context.identifiers is found)
    %}
    ret;
}
