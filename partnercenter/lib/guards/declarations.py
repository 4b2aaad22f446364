"""
What a room can declare. Conditions are standard SQL over `OLD` and `NEW`.

Write `a IS DISTINCT FROM b` and `a IS NOT DISTINCT FROM b` to compare values that may be null:
each engine gets its own spelling. A condition that comes out as null does not refuse.
"""

from dataclasses import dataclass
from typing import Protocol

EVENTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
LONGEST_NAME = 62  # PostgreSQL cuts names at 63 bytes, silently


class Declaration(Protocol):
    """Anything that comes down to guards."""

    def guards(self) -> list["Guard"]: ...


@dataclass(frozen=True)
class Guard:
    """One refusal: this event on this table, where `when` holds and `forbidden` holds."""

    name: str
    table: str
    event: str
    when: str = "TRUE"
    forbidden: str = "TRUE"
    # PL/pgSQL statements between the two questions (`PERFORM … FOR SHARE;`). A guard that only
    # looks at other rows loses the race under READ COMMITTED; SQLite has one writer at a time.
    lock: str = ""
    engine: str = ""  # "sqlite" or "postgresql" where the other engine has no such hole

    def __post_init__(self) -> None:
        if not self.name.startswith("guard_") or len(self.name) > LONGEST_NAME:
            raise ValueError(f"{self.name}: begins with guard_, at most {LONGEST_NAME} characters.")
        if self.event not in EVENTS:
            # A trigger that names columns keeps PostgreSQL from changing their type.
            raise ValueError(f"{self.name}: the event is one of {', '.join(EVENTS)}.")

    def guards(self) -> list["Guard"]:
        return [self]


@dataclass(frozen=True)
class Key:
    """A unique key that holds for some rows only; `{row}` in `where` stands for the row."""

    columns: tuple[str, ...]
    where: str = "TRUE"


Unique = tuple[tuple[str, ...] | Key, ...]
ID: Unique = (("id",),)
PUBLIC: Unique = (("id",), ("public_id",))


@dataclass(frozen=True)
class NoReplace:
    """
    No row is overwritten by a new one that has the same key.

    `INSERT OR REPLACE` from a plain SQLite connection deletes the old row without asking its
    triggers, so the collision itself is refused. PostgreSQL has no such statement.
    """

    table: str
    unique: Unique = PUBLIC
    # Columns that another guard freezes: no update gives a row the key that they make up.
    frozen: tuple[str, ...] = ()

    def guards(self) -> list[Guard]:
        keys = [key if isinstance(key, Key) else Key(key) for key in self.unique]
        free = [key for key in keys if key.where != "TRUE" or not {*key.columns} <= {*self.frozen}]
        replace = Guard(
            f"guard_{self.table}_replace",
            self.table,
            "INSERT",
            forbidden=self._collision(keys, ""),
            engine="sqlite",
        )
        if not free:
            return [replace]
        overwrite = Guard(
            f"guard_{self.table}_overwrite",
            self.table,
            "UPDATE",
            forbidden=self._collision(free, " AND kept.rowid <> OLD.rowid"),
            engine="sqlite",
        )
        return [replace, overwrite]

    def _collision(self, keys: list[Key], another: str) -> str:
        return " OR ".join(self._taken(key, another) for key in keys)

    def _taken(self, key: Key, another: str) -> str:
        same = " AND ".join(f"kept.{column} = NEW.{column}" for column in key.columns)
        both = f"({key.where.format(row='kept')}) AND ({key.where.format(row='NEW')})"
        others = f"{self.table} AS kept WHERE {same} AND {both}{another}"
        return f"EXISTS (SELECT 1 FROM {others})"  # noqa: S608


@dataclass(frozen=True)
class NoDelete:
    """No row that meets `when` is deleted; the table is never emptied at once."""

    table: str
    when: str = "TRUE"

    def guards(self) -> list[Guard]:
        return [
            Guard(f"guard_{self.table}_delete", self.table, "DELETE", when=self.when),
            Guard(f"guard_{self.table}_truncate", self.table, "TRUNCATE", engine="postgresql"),
        ]


@dataclass(frozen=True)
class Frozen:
    """These columns keep the value that the row was made with, while `when` holds."""

    table: str
    columns: tuple[str, ...]
    when: str = "TRUE"
    what: str = "frozen"  # the end of the guard's name, where a table has several

    def guards(self) -> list[Guard]:
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in self.columns)
        name = f"guard_{self.table}_{self.what}"
        return [Guard(name, self.table, "UPDATE", when=self.when, forbidden=changed)]


@dataclass(frozen=True)
class NeverUpdated:
    """Rows are written once; they may be deleted."""

    table: str
    unique: Unique = ID

    def guards(self) -> list[Guard]:
        return [
            Guard(f"guard_{self.table}_update", self.table, "UPDATE"),
            # Only the insert: the update is refused as such.
            NoReplace(self.table, self.unique).guards()[0],
        ]


@dataclass(frozen=True)
class AppendOnly:
    """Rows are written once and stay."""

    table: str
    unique: Unique = PUBLIC

    def guards(self) -> list[Guard]:
        return [
            *NeverUpdated(self.table, self.unique).guards(),
            *NoDelete(self.table).guards(),
        ]
