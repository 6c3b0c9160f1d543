"""The rooms of src/clv: imports go downwards alone, and one room knows the engine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import clv

PACKAGE = Path(clv.__file__).parent
ROOMS = ("errors", "console", "shop", "engines", "warehouse", "build", "audit", "report", "commands", "cli")
"""A room reads itself and the rooms before it."""

ENGINE_PACKAGES = ("duckdb", "dbt.adapters")
MAY_IMPORT_THE_ENGINE = {
    "clv.engines.duckdb": "it is the engine",
    "clv.engines.postgres": "it brings files into tables, which DuckDB reads",
    "clv.shop.deliveries": "it writes a shop's raw files, whichever engine reads them",
}
ENGINE_SQL = ("duckdb_", "describe ", "attach ", "checkpoint", "pragma ", "kv_metadata", "rowid")
"""Words of SQL that DuckDB has and others lack."""
ENGINE_COLUMN = "duckdb_version"


def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["clv", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts).removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports, wherever in it the import stands; `from a import b` may import the module a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(module: str) -> str:
    """The room of a module of the package; none for the package itself."""
    return module.split(".")[1] if "." in module else ""


def upward(trees: dict[str, ast.Module]) -> list[str]:
    """Imports that go to a later room."""
    return [
        f"{module} imports {name}"
        for module, tree in trees.items()
        for name in imported(tree)
        if name.split(".")[0] == "clv" and ROOMS.index(room(name)) > ROOMS.index(room(module))
    ]


def texts(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that are no docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_every_module_is_in_a_room() -> None:
    rooms = {room(module) for module in modules()}
    assert rooms - {""} == set(ROOMS)


def test_imports_go_downwards() -> None:
    trees = modules()
    assert not [name for name in imported(trees.pop("clv")) if name.startswith("clv")]
    assert sum(name.startswith("clv.") for tree in trees.values() for name in imported(tree)) > 150
    assert not upward(trees)


def test_an_import_upwards_is_found() -> None:
    inside = "def late():\n    from clv.commands.run import run\n    from clv import report"
    assert upward({"clv.audit.audit": ast.parse(inside)}) == [
        "clv.audit.audit imports clv.commands.run.run",
        "clv.audit.audit imports clv.report",
    ]
    assert not upward({"clv.commands.status": ast.parse(inside)})


def test_the_engine_is_known_to_its_room_alone() -> None:
    knowing = {
        module
        for module, tree in modules().items()
        for name in imported(tree)
        if name.startswith(tuple(f"{package}." for package in ENGINE_PACKAGES)) or name in ENGINE_PACKAGES
    }
    assert knowing == set(MAY_IMPORT_THE_ENGINE)


def test_sql_that_one_engine_alone_has_stands_in_its_room() -> None:
    found = {
        (module, text.strip())
        for module, tree in modules().items()
        if module not in MAY_IMPORT_THE_ENGINE
        for text in texts(tree)
        if any(word in text.lower().replace(ENGINE_COLUMN, "") for word in ENGINE_SQL)
    }
    assert not found
