"""The product's code keeps the shape that makes it readable: small parts, each with its word of explanation."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.project.syntax import name_of, tree

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_PUBLIC_METHODS = 12
MAX_ARGUMENTS = 7

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Path], Iterator[str]]
"""Finds what a module does against the rule, each as `line: what`."""

MODULES = sorted(
    path
    for package in ("forms_api", "site_builder")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
AGAINST_EVERY_RULE = "\n".join(
    (
        "class Wide:",
        *(f"    def part{number}(self): ..." for number in range(MAX_PUBLIC_METHODS + 1)),
        "def long(a, b, c, d, e, f, g, h):  # type: ignore",
        *["    pass  # noqa"] * MAX_MODULE_LINES,
    )
)


def offences(rule: Rule) -> list[str]:
    """Return what all modules do against a rule, each as `file:line: what`."""
    return [f"{name_of(path)}:{offence}" for path in MODULES for offence in rule(path)]


def lines_of(path: Path) -> list[str]:
    """Return the lines of a module."""
    return path.read_text(encoding="utf-8").splitlines()


def is_public(name: str) -> bool:
    """Tell whether a name is meant for others."""
    return not name.startswith("_")


def is_command(function: Function) -> bool:
    """Tell whether click calls this function, with one argument an option."""
    return any("click." in ast.unparse(decorator) for decorator in function.decorator_list)


def is_protocol(node: ast.ClassDef) -> bool:
    """Tell whether a class only describes what others have."""
    return any(ast.unparse(base).startswith("Protocol") for base in node.bases)


def arguments(function: Function) -> int:
    """Return how many values a caller gives."""
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return len([argument for argument in every if argument.arg not in {"self", "cls"}])


def public_parts(
    node: ast.Module | ast.ClassDef, owner: str = ""
) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Give public classes, functions and methods, with the name of the class that they stand in."""
    overloading = {"overload", "override", "typing.overload"}
    for part in node.body:
        if not isinstance(part, Function | ast.ClassDef) or not is_public(part.name):
            continue
        if overloading & {ast.unparse(decorator) for decorator in part.decorator_list}:
            continue
        if isinstance(node, ast.ClassDef) and is_protocol(node):
            continue
        yield owner, part
        if isinstance(part, ast.ClassDef):
            yield from public_parts(part, f"{owner}{part.name}.")


def long_module(path: Path) -> Iterator[str]:
    """Find that a module has too many lines."""
    if len(lines_of(path)) > MAX_MODULE_LINES:
        yield f"1: the module has {len(lines_of(path))} lines"


def large_functions(path: Path) -> Iterator[str]:
    """Find functions and methods with too many lines or arguments."""
    for function in ast.walk(tree(path)):
        if not isinstance(function, Function):
            continue
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > MAX_FUNCTION_LINES:
            yield f"{function.lineno}: `{function.name}` has {lines} lines"
        if arguments(function) > MAX_ARGUMENTS and not is_command(function):
            yield f"{function.lineno}: `{function.name}` takes {arguments(function)} arguments"


def wide_classes(path: Path) -> Iterator[str]:
    """Find classes with too many public methods."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef):
            methods = [part.name for part in node.body if isinstance(part, Function)]
            public = list(filter(is_public, methods))
            if len(public) > MAX_PUBLIC_METHODS:
                yield f"{node.lineno}: `{node.name}` has {len(public)} public methods"


def unexplained_parts(path: Path) -> Iterator[str]:
    """Find a module, and public parts of it, without a docstring."""
    if not ast.get_docstring(tree(path)):
        yield "1: the module has no docstring"
    for owner, part in public_parts(tree(path)):
        if not ast.get_docstring(part):
            yield f"{part.lineno}: `{owner}{part.name}` has no docstring"


def unnamed_exemptions(path: Path) -> Iterator[str]:
    """Find comments that exempt a line from every rule instead of one."""
    for number, line in enumerate(lines_of(path), start=1):
        _, ignored, rule = line.partition("# type: ignore")
        if ignored and not rule.startswith("["):
            yield f"{number}: `{ignored}` names no rule"
        _, unchecked, rule = line.partition("# noqa")
        if unchecked and not rule.startswith(": "):
            yield f"{number}: `{unchecked}` names no rule"


def test_it_is_looked_at_at_all() -> None:
    assert {"forms_api/wsgi.py", "site_builder/build.py"} <= {name_of(path) for path in MODULES}


def test_what_is_against_a_rule_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(AGAINST_EVERY_RULE, encoding="utf-8")
    wide, long = 1, MAX_PUBLIC_METHODS + 3

    assert list(long_module(module)) == [f"1: the module has {MAX_MODULE_LINES + long} lines"]
    assert list(large_functions(module)) == [
        f"{long}: `long` has {MAX_MODULE_LINES + 1} lines",
        f"{long}: `long` takes 8 arguments",
    ]
    assert list(wide_classes(module)) == [
        f"{wide}: `Wide` has {MAX_PUBLIC_METHODS + 1} public methods"
    ]
    assert list(unexplained_parts(module))[:3] == [
        "1: the module has no docstring",
        "1: `Wide` has no docstring",
        "2: `Wide.part0` has no docstring",
    ]
    assert list(unnamed_exemptions(module))[:2] == [
        f"{long}: `# type: ignore` names no rule",
        f"{long + 1}: `# noqa` names no rule",
    ]


def test_a_module_is_short() -> None:
    assert offences(long_module) == []


def test_functions_are_short_and_take_few_arguments() -> None:
    assert offences(large_functions) == []


def test_classes_have_few_public_methods() -> None:
    assert offences(wide_classes) == []


def test_every_public_thing_says_what_its_caller_gets() -> None:
    assert offences(unexplained_parts) == []


def test_every_exemption_from_a_rule_names_the_rule() -> None:
    assert offences(unnamed_exemptions) == []
