"""Fields for numbers, as Gradio shows them."""

import gradio as gr

from ui.page import build_page


def test_no_field_for_numbers_begins_empty(context):
    """In the browser an empty gr.Number becomes 0 when it is first shown, and 0 is then sent."""
    fields = [part for part in build_page(context).blocks.values() if isinstance(part, gr.Number)]
    assert fields
    assert [part.label for part in fields if part.value is None] == []
