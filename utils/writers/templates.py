"""The templates of written pages: everything is escaped, an unknown name is an error."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

OWN = Path(__file__).parent


def load_template(name: str, *, folder: Path = OWN, **filters: Callable[..., object]) -> Template:
    """A template with filters of these names; a folder's templates may include those of here."""
    environment = Environment(
        loader=FileSystemLoader([folder, OWN], encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["zip"] = zip
    environment.filters.update(filters)
    return environment.get_template(name)
