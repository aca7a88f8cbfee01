"""The product's code keeps the shape that makes it readable: small parts, each with its word of explanation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_PUBLIC_METHODS = 12
MAX_ARGUMENTS = 7

Function = ast.FunctionDef | ast.AsyncFunctionDef

MODULES = sorted(
    path
    for package in ("forms_api", "site_builder")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


@cache
def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Give every function and method of a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield node


def is_public(name: str) -> bool:
    """Tell whether a name is meant for others."""
    return not name.startswith("_")


def is_command(function: Function) -> bool:
    """Tell whether click calls this function, with one argument an option."""
    return any("click." in ast.unparse(decorator) for decorator in function.decorator_list)


def arguments(function: Function) -> int:
    """Return how many values a caller gives."""
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return len([argument for argument in every if argument.arg not in {"self", "cls"}])


def name_of(path: Path) -> str:
    """Return a path as a test's name."""
    return str(path.relative_to(ROOT))


in_every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


@in_every_module
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


@in_every_module
def test_functions_are_short_and_take_few_arguments(path: Path) -> None:
    for function in functions(path):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= MAX_FUNCTION_LINES, function.name
        assert is_command(function) or arguments(function) <= MAX_ARGUMENTS, function.name


@in_every_module
def test_classes_have_few_public_methods(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef):
            public = [
                part.name
                for part in node.body
                if isinstance(part, Function) and is_public(part.name)
            ]
            assert len(public) <= MAX_PUBLIC_METHODS, (node.name, public)


@in_every_module
def test_every_public_thing_says_what_its_caller_gets(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "the module"
    for owner, part in public_parts(tree(path), ""):
        assert ast.get_docstring(part), f"{owner}{part.name}"


def public_parts(
    node: ast.Module | ast.ClassDef, owner: str
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


def is_protocol(node: ast.ClassDef) -> bool:
    """Tell whether a class only describes what others have."""
    return any(ast.unparse(base).startswith("Protocol") for base in node.bases)


@in_every_module
def test_every_exemption_from_a_rule_names_the_rule(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        _, ignored, rule = line.partition("# type: ignore")
        assert not ignored or rule.startswith("["), number
        _, unchecked, rule = line.partition("# noqa")
        assert not unchecked or rule.startswith(": "), number
