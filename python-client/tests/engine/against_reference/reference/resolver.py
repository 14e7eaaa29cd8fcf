"""Resolves names as a host does: from the reference VM's program to definition tuples."""

from starkware.cairo.lang.compiler.ast.cairo_types import TypeFelt, TypePointer, TypeStruct
from starkware.cairo.lang.compiler.ast.expr import (
    ExprCast,
    ExprConst,
    ExprDeref,
    ExprNeg,
    ExprOperator,
    ExprParentheses,
    ExprReg,
)
from starkware.cairo.lang.compiler.expression_evaluator import ExpressionEvaluatorError
from starkware.cairo.lang.compiler.expression_simplifier import ExpressionSimplifier
from starkware.cairo.lang.compiler.identifier_definition import (
    ConstDefinition,
    LabelDefinition,
    NamespaceDefinition,
    ReferenceDefinition,
    StructDefinition,
)
from starkware.cairo.lang.compiler.identifier_manager import (
    IdentifierScope,
    MissingIdentifierError,
)
from starkware.cairo.lang.compiler.identifier_utils import get_struct_definition
from starkware.cairo.lang.compiler.instruction import Register
from starkware.cairo.lang.compiler.references import FlowTrackingError, Reference
from starkware.cairo.lang.compiler.scoped_name import ScopedName
from starkware.cairo.lang.compiler.type_system_visitor import simplify_type_system
from starkware.cairo.lang.vm.vm_consts import is_simple_type, search_identifier_or_scope

_MARK = "\0"


def _raised(error):
    cls = type(error)
    return ("raised", f"{cls.__module__}.{cls.__qualname__}", str(error))


class Resolver:
    """The names of one hint of a program."""

    def __init__(self, program, hint, define_struct):
        self.identifiers = program.identifiers
        self.reference_manager = program.reference_manager
        self.prime = program.prime
        self.hint = hint
        self.define_struct = define_struct

    def resolve(self, scope, name):
        """The definition tuple of a name."""
        if scope:
            scopes = [ScopedName.from_string(scope)]
        else:
            scopes = self.hint.accessible_scopes
        try:
            found = search_identifier_or_scope(self.identifiers, scopes, ScopedName.from_string(name))
        except MissingIdentifierError as error:
            path = ScopedName.from_string(scope) if scope else ScopedName()
            return (scope, name, *_raised(MissingIdentifierError(path + error.fullname)))
        except Exception as error:
            return (scope, name, *_raised(error))
        return (scope, name, *self._access(found, name))

    def _access(self, found, name):
        if isinstance(found, IdentifierScope):
            return "scope", str(found.fullname), None
        definition = found.identifier_definition
        try:
            full_name = found.get_canonical_name()
        except Exception as error:
            return _raised(error)
        if isinstance(definition, ConstDefinition):
            return "constant", definition.value
        if isinstance(definition, LabelDefinition):
            return "scope", str(full_name), definition.pc
        if isinstance(definition, NamespaceDefinition):
            return "scope", str(full_name), None
        if isinstance(definition, StructDefinition):
            return "struct", self._struct(definition)
        if isinstance(definition, ReferenceDefinition):
            return "reference", self._get(definition, name), self._set(definition, name, full_name)
        error = NotImplementedError(
            f"Unsupported identifier type '{definition.TYPE}' of identifier '{name}'."
        )
        return _raised(error)

    def _get(self, definition, name):
        flow = self.hint.flow_tracking_data
        try:
            reference = flow.resolve_reference(self.reference_manager, definition.full_name)
            expr = reference.eval(flow.ap_tracking)
            expr, expr_type = simplify_type_system(expr, identifiers=self.identifiers)
            if isinstance(expr_type, TypeStruct):
                assert isinstance(expr, ExprDeref), (
                    f"Expected expression of type '{expr_type.format()}' to have an address."
                )
                expr = expr.addr
                expr_type = TypePointer(pointee=expr_type)
            if not isinstance(expr_type, (TypeFelt, TypePointer)):
                raise ExpressionEvaluatorError(
                    f"Unable to evaluate expression of type '{expr_type.format()}'.",
                    location=expr.location,
                )
            if is_simple_type(expr_type):
                return "value", self.convert(expr)
            assert isinstance(expr_type, TypePointer) and isinstance(expr_type.pointee, TypeStruct), (
                "Type must be of the form T*."
            )
            return "struct", self.convert(expr), self._struct_named(expr_type.pointee.scope)
        except FlowTrackingError:
            return _raised(FlowTrackingError(f"Reference '{name}' is revoked."))
        except Exception as error:
            return _raised(error)

    def _set(self, definition, name, full_name):
        flow = self.hint.flow_tracking_data
        try:
            reference = flow.resolve_reference(self.reference_manager, definition.full_name)
            assert str(full_name[-1:]) == name, "Expecting scope to end with name."
            value, value_type = simplify_type_system(reference.value, identifiers=self.identifiers)
            assert isinstance(value, ExprDeref), (
                f"{full_name} (= {value.format()}) does not reference memory and cannot be assigned."
            )
            address = Reference(
                pc=reference.pc,
                value=ExprCast(expr=value.addr, dest_type=value_type),
                ap_tracking_data=reference.ap_tracking_data,
            ).eval(flow.ap_tracking)
            address, address_type = simplify_type_system(address, identifiers=self.identifiers)
            if not isinstance(address_type, (TypeFelt, TypePointer)):
                raise ExpressionEvaluatorError(
                    f"Unable to evaluate expression of type '{address_type.format()}'.",
                    location=address.location,
                )
            return "address", self.convert(address)
        except FlowTrackingError:
            return _raised(FlowTrackingError(f"Reference '{name}' is revoked."))
        except Exception as error:
            return _raised(error)

    def convert(self, expr):
        """An expression of the compiler as nested tuples."""
        if isinstance(expr, ExprConst):
            return ("const", expr.val)
        if isinstance(expr, ExprReg):
            return ("ap",) if expr.reg is Register.AP else ("fp",)
        if isinstance(expr, ExprParentheses):
            return self.convert(expr.val)
        if isinstance(expr, ExprNeg):
            return ("-", ("const", 0), self.convert(expr.val))
        if isinstance(expr, ExprOperator):
            return (expr.op, self.convert(expr.a), self.convert(expr.b))
        if isinstance(expr, ExprDeref):
            text = str(ExpressionEvaluatorError(_MARK, location=expr.location))
            prefix, _, suffix = text.partition(_MARK)
            return ("deref", self.convert(expr.addr), prefix, suffix)
        simplified = ExpressionSimplifier(prime=self.prime).visit(expr)
        assert isinstance(simplified, ExprConst), expr.format()
        return ("const", simplified.val)

    def _struct_named(self, scope):
        return self._struct(get_struct_definition(scope, self.identifiers))

    def _struct(self, definition):
        todo = [definition]
        seen = set()
        while todo:
            struct = todo.pop()
            full_name = str(struct.full_name)
            if full_name in seen:
                continue
            seen.add(full_name)
            members = []
            for name, member in struct.members.items():
                kind, inner = self._member(member.cairo_type)
                if inner is not None:
                    todo.append(inner)
                members.append(
                    (name, member.offset, kind, "" if inner is None else str(inner.full_name))
                )
            self.define_struct(full_name, struct.size, members)
        return str(definition.full_name)

    def _member(self, cairo_type):
        if is_simple_type(cairo_type):
            return "value", None
        if isinstance(cairo_type, TypeStruct):
            return "struct", get_struct_definition(cairo_type.scope, self.identifiers)
        if isinstance(cairo_type, TypePointer) and isinstance(cairo_type.pointee, TypeStruct):
            return "pointer", get_struct_definition(cairo_type.pointee.scope, self.identifiers)
        return "other", None
