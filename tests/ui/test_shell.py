"""The ways from other tabs to Review."""

from ui.page import build_page


def test_every_way_to_review_passes_by_gradios_queue(context):
    page = build_page(context)
    wish = next(part for part in page.blocks.values() if part.elem_id == "nm-wish")
    ways = [function for function in page.fns.values() if wish in function.outputs]
    assert len(ways) >= 4  # a link, an analysis, the list and the queue of the Library
    assert [way.name for way in ways if way.queue] == []
