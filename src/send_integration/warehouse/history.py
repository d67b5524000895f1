"""How the warehouse's tables are declared: each with its history, and with what its view tells."""

from sqlalchemy import Column, DateTime, Index, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy.sql.schema import SchemaItem

METADATA = MetaData(schema="warehouse", naming_convention={"pk": "pk_%(table_name)s"})

CHILD = "child_key"
TIMES = ("stated_at", "unstated_at")
"""From when a row stands, and from when it does not any more."""


def of_a_child(name: str, what: str, key: str, names: str, *columns: SchemaItem) -> Table:
    """A table of children's rows; `key` names a row, and keeps naming it when its other values change."""
    own_key = [] if key == CHILD else [Column(key, Text, nullable=False, comment=names)]
    child = Column(CHILD, Text, nullable=False, comment="the child's pseudonym")
    return _with_history(name, what, key, list(dict.fromkeys((CHILD, key))), child, *own_key, *columns)


def of_all(name: str, what: str, key: Column[object], *columns: SchemaItem) -> Table:
    """A table of what is the same for every child."""
    return _with_history(name, what, key.name, [key.name], key, *columns)


def locates(name: str, comment: str) -> Column[str]:
    """A column that could lead to where a child is: of a restricted child it is empty, in the past too."""
    return Column(name, Text, comment=comment, info={"locates": True})


def _with_history(name: str, what: str, key: str, keys: list[str], *columns: SchemaItem) -> Table:
    unstated_at = Column("unstated_at", DateTime(timezone=True), comment="from when it does not; null: it stands")
    return Table(
        f"{name}_history",
        METADATA,
        *columns,
        Column("stated_at", DateTime(timezone=True), nullable=False, comment="from when the row stands"),
        unstated_at,
        PrimaryKeyConstraint(*keys, "stated_at"),
        Index(f"ux_{name}_standing", *keys, unique=True, postgresql_where=unstated_at.is_(None)),
        info={"view": name, "key": key, "what": what, "keys": keys},
    )


def view_of(table: Table) -> str:
    """The view by which analysts read a table."""
    return str(table.info["view"])


def key_of(table: Table) -> str:
    """The column that names a table's rows."""
    return str(table.info["key"])


def keys_of(table: Table) -> list[str]:
    """The columns of which no two rows that stand have the same values: the child's and the row's own key, or that alone."""
    return list(table.info["keys"])


def told_columns(table: Table) -> list[Column[object]]:
    """The columns of a table's view: all but those that say since when a row stands, and until when."""
    return [column for column in table.columns if column.name not in TIMES]
