"""
Guards as PostgreSQL's triggers, each with a function of its own.

The trigger names no column and has no condition, so that column types can be altered under it;
both stand in the function. Sessions that have used the function keep plans for the old type until
it is replaced, as every install does; a migration that writes to the table both before and after
it alters such a type calls `install` in between.

The function finds its tables in its own schema, whatever search path the caller has set and
whatever temporary table bears the same name.
"""

from typing import Any

from .declarations import Guard

# The bits of pg_trigger.tgtype.
ROW, BEFORE = 1, 2
EVENT_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
# Two deployments that migrate at once queue here; the number is any that nothing else uses.
INSTALLING = 0x70636775

INSTALLED = """
    SELECT trg.tgname, tab.relname, trg.tgtype::int, proc.prosrc
    FROM pg_trigger AS trg
    JOIN pg_class AS tab ON tab.oid = trg.tgrelid
    JOIN pg_namespace AS space ON space.oid = tab.relnamespace
    JOIN pg_proc AS proc ON proc.oid = trg.tgfoid
    WHERE space.nspname = current_schema()
        AND left(trg.tgname, 6) = 'guard_'
        AND NOT trg.tgisinternal
        AND trg.tgenabled IN ('O', 'A')
        AND trg.tgqual IS NULL
        AND trg.tgattr::text = ''
        AND proc.pronamespace = space.oid
        AND proc.proname = trg.tgname
        AND proc.proconfig
            = ARRAY['search_path=' || quote_ident(space.nspname) || ', pg_temp']
"""

DROP_FUNCTIONS = """
    SELECT format('DROP FUNCTION %s', proc.oid::regprocedure), proc.proname
    FROM pg_proc AS proc
    JOIN pg_namespace AS space ON space.oid = proc.pronamespace
    WHERE space.nspname = current_schema()
        AND left(proc.proname, 6) = 'guard_'
        AND proc.prorettype = 'trigger'::regtype
"""

# A trigger that was put on by hand, with a function of another name.
DROP_TRIGGERS = """
    SELECT format('DROP TRIGGER %I ON %s', trg.tgname, trg.tgrelid::regclass), trg.tgname
    FROM pg_trigger AS trg
    JOIN pg_class AS tab ON tab.oid = trg.tgrelid
    JOIN pg_namespace AS space ON space.oid = tab.relnamespace
    WHERE space.nspname = current_schema()
        AND left(trg.tgname, 6) = 'guard_'
        AND NOT trg.tgisinternal
"""


def body(guard: Guard) -> str:
    """The function's text, exactly as PostgreSQL keeps it."""
    row = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD", "TRUNCATE": "NULL"}[guard.event]
    return f"""
BEGIN
    IF {guard.when} THEN
        {guard.lock}
        IF {guard.forbidden} THEN
            RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = '{guard.name}',
                CONSTRAINT = '{guard.name}', TABLE = '{guard.table}';
        END IF;
    END IF;
    RETURN {row};
END
"""


def definition(guard: Guard, schema: str) -> str:
    return (
        f'CREATE OR REPLACE FUNCTION {schema}."{guard.name}"() RETURNS trigger LANGUAGE plpgsql '
        f"SET search_path = {schema}, pg_temp AS $guard${body(guard)}$guard$"
    )


def trigger(guard: Guard, schema: str) -> str:
    each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
    return (
        f'CREATE TRIGGER "{guard.name}" BEFORE {guard.event} '
        f'ON {schema}."{guard.table}" FOR EACH {each} EXECUTE FUNCTION {schema}."{guard.name}"()'
    )


def tables(cursor: Any) -> set[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {name for (name,) in cursor.fetchall()}


def intact(cursor: Any, guards: list[Guard]) -> set[str]:
    """The guards that stand as declared and are switched on."""
    cursor.execute(INSTALLED)
    found = set(cursor.fetchall())
    return {
        guard.name
        for guard in guards
        if (guard.name, guard.table, _type(guard), body(guard)) in found
    }


def install(cursor: Any, guards: list[Guard]) -> None:
    cursor.execute(f"SELECT pg_advisory_xact_lock({INSTALLING}), quote_ident(current_schema())")
    schema = cursor.fetchone()[1]
    standing = intact(cursor, guards)
    _drop(cursor, DROP_TRIGGERS, keep=standing)
    _drop(cursor, DROP_FUNCTIONS, keep={guard.name for guard in guards})
    # Functions are replaced even where they are the same: sessions then forget the plans that
    # they made for columns whose type has changed. Triggers are not: that locks the table.
    _execute(cursor, [definition(guard, schema) for guard in guards])
    _execute(cursor, [trigger(guard, schema) for guard in guards if guard.name not in standing])


def uninstall(cursor: Any) -> None:
    _drop(cursor, DROP_TRIGGERS, keep=set())
    _drop(cursor, DROP_FUNCTIONS, keep=set())


def _drop(cursor: Any, candidates: str, keep: set[str]) -> None:
    cursor.execute(candidates)
    _execute(cursor, [statement for statement, name in cursor.fetchall() if name not in keep])


def _execute(cursor: Any, statements: list[str]) -> None:
    if statements:
        cursor.execute(";\n".join(statements))


def _type(guard: Guard) -> int:
    row = 0 if guard.event == "TRUNCATE" else ROW
    return row | BEFORE | EVENT_BITS[guard.event]
