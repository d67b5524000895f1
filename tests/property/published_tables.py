"""Tables as they are published: breakdown topics over one total row, columns that add to total columns, years,
and a second table that shares a column; sparse, or made so that few numbers give another away."""

from collections.abc import Callable

from hypothesis import strategies as st

from send_integration.warehouse.disclosure import Cell, Sum, Tables

COUNTS = st.one_of(
    st.just(0),
    st.integers(0, 6),
    st.sampled_from([4, 5, 7, 8, 12, 13]),
    st.integers(0, 60),
)


def split(draw: Callable[..., int], total: int, parts: int) -> list[int]:
    """A total spread over so many parts, often over few of them."""
    found, left = [], total
    for _ in range(parts - 1):
        taken = draw(st.one_of(st.just(0), st.just(left), st.integers(0, left)))
        found.append(taken)
        left -= taken
    return [*found, left]


@st.composite
def published_tables(draw: st.DrawFn) -> Tables:
    counts: dict[Cell, int] = {}
    sums: list[Sum] = []
    topics = [draw(st.integers(1, 4)) for _ in range(draw(st.integers(0, 3)))]
    columns = draw(st.integers(1, 3))
    for table in ("one", "two")[: draw(st.integers(1, 2))]:
        add_table(draw, table, topics, columns, counts, sums)
    if ("two", "total", "all") in counts and draw(st.booleans()):
        link(counts, sums)
    headlines = frozenset(cell for cell in counts if cell[1] == "total")
    return Tables(counts, sums, headlines=headlines)


def add_table(
    draw: st.DrawFn, table: str, topics: list[int], columns: int, counts: dict[Cell, int], sums: list[Sum]
) -> None:
    names = [f"part {number}" for number in range(columns)]
    rows = ["total", *(f"{topic}.{row}" for topic, rows in enumerate(topics) for row in range(rows))]
    for name in names:
        total = draw(COUNTS)
        counts[table, "total", name] = total
        for topic, number in enumerate(topics):
            for row, count in enumerate(split(draw, total, number)):
                counts[table, f"{topic}.{row}", name] = count
    for row in rows:
        counts[table, row, "all"] = sum(counts[table, row, name] for name in names)
        sums.append(Sum((table, row, "all"), tuple((table, row, name) for name in names)))
    for topic, number in enumerate(topics):
        for name in (*names, "all"):
            of_topic = tuple((table, f"{topic}.{row}", name) for row in range(number))
            sums.append(Sum((table, "total", name), of_topic))


def link(counts: dict[Cell, int], sums: list[Sum]) -> None:
    """Both tables' totals in one sum, as over two years, and what they differ by as a hidden count would be."""
    counts["both", "total", "all"] = counts["one", "total", "all"] + counts["two", "total", "all"]
    sums.append(Sum(("both", "total", "all"), (("one", "total", "all"), ("two", "total", "all"))))
