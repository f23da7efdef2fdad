"""Every statement is prepared against the real schema; its columns are those of its struct."""

import msgspec
import pytest

from tests.statements import functions_of_queries, statements

STATEMENTS = list(statements())
FUNCTIONS = list(functions_of_queries())
# A migration's own text, and the names of files that migrate.py reads.
NOT_LITERAL = {"forum.core.migrate.migrate"}


def test_there_are_statements_in_each_package():
    assert {statement.package for statement in STATEMENTS} == {"forum", "schedule", "badges"}


@pytest.mark.parametrize(("module", "function", "count"), FUNCTIONS, ids=str)
def test_a_function_of_queries_is_one_statement(module, function, count):
    assert count == 1


def test_every_statement_is_a_literal():
    assert {str(s) for s in STATEMENTS if s.sql is None} == NOT_LITERAL


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if s.is_prepared], ids=str)
async def test_statement_matches_the_schema(db, statement):
    prepared = await db.prepare(statement.sql)
    columns = [attribute.name for attribute in prepared.get_attributes()]
    assert len(columns) == len(set(columns)), "two columns of one name"
    if statement.helper == "value":
        assert len(columns) == 1
    elif isinstance(statement.into, type) and issubclass(statement.into, msgspec.Struct):
        fields = {f.encode_name for f in msgspec.structs.fields(statement.into)}
        assert set(columns) == fields, f"columns and {statement.into.__name__}"
