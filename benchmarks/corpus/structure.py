"""Indexes and constraints of tables, taken away before a large load and put back after it, word for word."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql

# Foreign keys go first and come back last: each leans on a primary key.
CONSTRAINTS = """
SELECT con.conrelid::regclass::text, con.conname, pg_get_constraintdef(con.oid)
FROM pg_constraint con
WHERE con.contype IN ('f', 'p', 'u', 'c')
AND (con.conrelid = ANY (%(tables)s::regclass[])
    OR (con.contype = 'f' AND con.confrelid = ANY (%(tables)s::regclass[])))
ORDER BY con.contype = 'f', con.contype = 'c', con.conname
"""
INDEXES = """
SELECT class.relname, pg_get_indexdef(ind.indexrelid)
FROM pg_index ind JOIN pg_class class ON class.oid = ind.indexrelid
WHERE ind.indrelid = ANY (%(tables)s::regclass[])
AND NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = ind.indexrelid AND con.contype IN ('p', 'u', 'x'))
ORDER BY ind.indrelid, class.relname
"""


@dataclass(frozen=True)
class Structure:
    """What was taken away."""

    tables: list[str]
    constraints: list[tuple[str, str, str]]
    indexes: list[tuple[str, str]]


def take_away(connection: psycopg.Connection, tables: list[str]) -> Structure:
    """Drop all indexes and constraints of `tables` and all foreign keys to them, and let their triggers sleep."""
    constraints = connection.execute(CONSTRAINTS, {"tables": tables}).fetchall()
    indexes = connection.execute(INDEXES, {"tables": tables}).fetchall()
    for table, name, _definition in reversed(constraints):
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
    for name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.SQL(table)))
    return Structure(tables, constraints, indexes)


def put_back(connection: psycopg.Connection, structure: Structure, tell: Callable[[str], None]) -> None:
    """Build everything again; `tell` hears the name of each thing before it is built."""
    keys = [row for row in structure.constraints if not row[2].startswith(("FOREIGN", "CHECK"))]
    for table, name, definition in keys:
        _add(connection, table, name, definition, tell)
    for name, definition in structure.indexes:
        tell(name)
        connection.execute(definition.encode())
    for table, name, definition in structure.constraints:
        if (table, name, definition) not in keys:
            _add(connection, table, name, definition, tell)
    for table in structure.tables:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.SQL(table)))


def _add(connection: psycopg.Connection, table: str, name: str, definition: str, tell: Callable[[str], None]) -> None:
    tell(name)
    connection.execute(
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(sql.SQL(table), sql.Identifier(name), sql.SQL(definition))
    )
