import sqlite3

import pytest

from utils.library.search_words import words_query

ATTACKS = [
    '"', '""', '"""', "'", "*", "**", "(", ")", "()", "(van", "van)", "^van", "-van", "+van",
    "van*", "*van", "van AND", "AND", "OR", "NOT", "van OR", "NOT van", "NEAR", "NEAR(van bus, 2)",
    "NEAR(", "van NEAR bus", "description:", "description:van", "nothing:van", "{a b}:van", ":",
    "van:bus", "\\", "van\\", "%", "_", "van_bus", ";", "van; DROP TABLE events", "--", "/*", "?",
    "?1", "@a", "$a", "\0", "van\0bus", "\ud800", "van \ud800", "\u202e", "é", "e\u0301", "日本",
    "🚗", "<b>", "a" * 100_000, "a " * 5_000, '" OR 1=1', '"van" "bus', "van,bus", "v.a.n", "#",
    "\n", "\t van \n", "’van’", "“van”", "van-bus", "1e999", "0x7f",
]  # fmt: skip


@pytest.fixture
def table():
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')"
    )
    texts = ["A white van brakes", "Straßenbahn crossing", "Été près du café", "near_miss rain"]
    connection.executemany("INSERT INTO words VALUES (?)", [(text,) for text in texts])
    yield connection
    connection.close()


def found(table, text):
    rows = table.execute("SELECT rowid FROM words WHERE words MATCH ?", (words_query(text),))
    return [row[0] for row in rows]


@pytest.mark.parametrize("text", ATTACKS)
def test_whatever_is_typed_is_a_search_and_never_an_error(table, text):
    if words_query(text) is not None:
        found(table, text)


@pytest.mark.parametrize("text", ["", "   ", '"', "***", "()", "-", "\0", "🚗", "_", "…"])
def test_without_a_word_there_is_nothing_to_search_for(text):
    assert words_query(text) is None


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("van", [1]),
        ("VAN", [1]),
        ("bra", [1]),
        ("brakes white", [1]),
        ("whi brakes", []),
        ("van rain", []),
        ("ete", [3]),
        ("CAFÉ", [3]),
        ("cafe\u0301", [3]),
        ("straßen", [2]),
        ("near miss", [4]),
        ("near_miss", [4]),
        ("van NOT", []),
        ("miss OR van", []),
        ("* van", [1]),
        ('"van', [1]),
    ],
)
def test_all_words_must_be_there_and_the_last_may_be_unfinished(table, text, rows):
    assert found(table, text) == rows
