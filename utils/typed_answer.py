"""What the typed answers of tasks have in common: read from a reply's text, written back to it.

No model is known here, and nothing is guessed: a text that is not in the answer's form is None.
"""

from typing import Any, ClassVar, Self

from pydantic import ValidationError
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaMode

from utils.section import Section


class TypedAnswer(Section):
    """An answer with checked fields, its published text form and its JSON schema.

    choices: the only texts that the answer can have; empty where there are too many.
    asked_as_json: a model is asked for JSON at once; else for the text form.
    form, json_form: the text form and the JSON in words, for a model whose reply was neither.
    """

    choices: ClassVar[tuple[str, ...]] = ()
    asked_as_json: ClassVar[bool] = False
    form: ClassVar[str] = "plain sentences"
    json_form: ClassVar[str] = "one JSON object of the asked schema"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The answer that a text states in its exact form or as JSON; None for any other text."""
        try:
            return cls.model_validate_json(text.strip())
        except ValidationError:
            return None

    def to_text(self) -> str:
        """The answer in its text form; `parse` reads it back."""
        return self.model_dump_json()

    def prose(self) -> str:
        """The part of it that is sentences; empty where there is none."""
        return ""

    @classmethod
    def model_json_schema(
        cls,
        by_alias: bool | None = True,
        ref_template: str = DEFAULT_REF_TEMPLATE,
        schema_generator: type[GenerateJsonSchema] = GenerateJsonSchema,
        mode: JsonSchemaMode = "validation",
        **more: Any,
    ) -> dict[str, Any]:
        """The schema for a decoder: every key is required, every length and number bounded.

        Titles and defaults are left out; servers take it as it is.
        """
        schema = super().model_json_schema(by_alias, ref_template, schema_generator, mode, **more)
        parts = {name: _bare(part) for name, part in schema["properties"].items()}
        return {
            "type": "object",
            "properties": parts,
            "required": list(parts),
            "additionalProperties": False,
        }

    @classmethod
    def schema_within(cls, start_s: float, end_s: float) -> dict[str, Any]:
        """The schema for a clip of this time range, seconds; only times depend on it."""
        return cls.model_json_schema()


def _bare(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in ("title", "default")}
