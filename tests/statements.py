"""Every SQL statement of the three packages, found by reading their sources."""

import ast
import importlib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("forum", "schedule", "badges")
INTO = {"one", "maybe", "many", "value", "batches"}  # forum.core.db: (db, Struct, sql, …)
BARE = {"execute", "executemany", "fetch", "fetchrow", "fetchval"}  # asyncpg: (sql, …)
PREPARED = {"select", "insert", "update", "delete", "with", "values", "merge"}


@dataclass(frozen=True)
class Statement:
    """One call that sends SQL: where it stands, what it sends, what its rows become."""

    module: str
    function: str
    line: int
    sql: str | None  # None: not a literal
    helper: str
    into: object = field(default=None, compare=False)

    def __str__(self):
        return f"{self.module}.{self.function}"

    @property
    def package(self):
        return self.module.split(".", 1)[0]

    @property
    def is_prepared(self):
        return self.sql is not None and self.sql.split(maxsplit=1)[0].lower() in PREPARED


def modules():
    """Names of the modules that send SQL; forum.core.db only defines how."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if name != "forum.core.db" and _mentions_sql(path):
                yield name, path


def _mentions_sql(path):
    return any(isinstance(node, ast.Call) and _sent(node) for node in _walk(path))


def _walk(path):
    return ast.walk(ast.parse(path.read_text("utf-8")))


def _sent(call):
    """Return (helper, sql expression, struct expression) of a call that sends SQL, else None."""
    if isinstance(call.func, ast.Name) and call.func.id in INTO and len(call.args) >= 3:
        return call.func.id, call.args[2], call.args[1]
    if isinstance(call.func, ast.Attribute) and call.func.attr in BARE and call.args:
        return call.func.attr, call.args[0], None
    return None


def functions_of_queries():
    """Yield (module, function, how many statements it sends) for each file of queries."""
    for name, path in modules():
        if path.name.endswith("queries.py"):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.AsyncFunctionDef):
                    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and _sent(n)]
                    yield name, node.name, len(calls)


def statements():
    """Yield every statement."""
    for name, path in modules():
        module = importlib.import_module(name)
        for function in _walk(path):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and (found := _sent(node)):
                        helper, sql, into = found
                        yield Statement(
                            module=name,
                            function=function.name,
                            line=node.lineno,
                            sql=_text(sql, module),
                            helper=helper,
                            into=_value(into, module) if into is not None else None,
                        )


def _text(node, module):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.strip()
    if isinstance(node, ast.Name) and isinstance(getattr(module, node.id, None), str):
        return getattr(module, node.id).strip()
    return None


def _value(node, module):
    """Evaluate a type expression, such as `Ticket` or `dict[str, int]`, where it stands."""
    return eval(ast.unparse(node), vars(module).copy())  # noqa: S307 - our own sources
