"""What a person types into a search field, as a query of SQLite's full-text search."""

import re

MAX_WORDS = 20
_SEARCHABLE = re.compile(r"[^\W_]")


def words_query(text: str) -> str | None:
    """All words must be there, the last one may be unfinished; None where there is no word.

    Every word is quoted, so that none is read as an operator.
    """
    plain = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    words = [word for word in plain.split() if _SEARCHABLE.search(word)][:MAX_WORDS]
    if not words:
        return None
    return " ".join('"' + word.replace('"', '""') + '"' for word in words) + "*"
