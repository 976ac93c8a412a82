"""The page: a header and the tabs. Each tab's own package says what is in it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import gradio as gr

from ui import views
from ui.analyze.tab import build_analyze
from ui.compare.tab import build_compare
from ui.context import Context
from ui.evaluate.tab import build_evaluate
from ui.library.tab import build_library
from ui.parts import html_part
from ui.review.tab import build_review
from ui.settings.tab import build_settings
from ui.shell import Shell, TabName, wish_part
from ui.train.tab import build_train
from utils.version import APP_VERSION

FOLDER = Path(__file__).parent
CACHE_CHECK_S, CACHE_AGE_S = 600, 24 * 3600
# In the order of the day's work.
TABS: dict[TabName, Callable[[Shell, gr.Tab, Context], None]] = {
    "analyze": build_analyze,
    "library": build_library,
    "review": build_review,
    "compare": build_compare,
    "train": build_train,
    "evaluate": build_evaluate,
    "settings": build_settings,
}


def build_page(context: Context) -> gr.Blocks:
    """The page as Gradio blocks, not yet served."""
    page = gr.Blocks(
        title="Nearmiss",
        analytics_enabled=False,
        delete_cache=(CACHE_CHECK_S, CACHE_AGE_S),
        fill_width=True,
    )
    with page:
        where = "on this computer only" if context.local_allowed else "shared on your network"
        html_part(views.header(APP_VERSION, where), "nm-header")
        wish = wish_part()
        with gr.Tabs(selected="analyze", elem_id="nm-tabs") as tabs:
            shell = Shell(page, wish, tabs)
            for name, build in TABS.items():
                with shell.tab(name) as tab:
                    build(shell, tab, context)
    return page


def page_styles() -> list[Path]:
    """The style sheets, those of all tabs first: a tab's own may overrule them."""
    return _own_first("styles", "css")


def page_head() -> str:
    """The page's scripts and icon, inline: nothing is fetched."""
    scripts = [path.read_text(encoding="utf-8") for path in _own_first("scripts", "js")]
    icon = quote((FOLDER / "icon.svg").read_text(encoding="utf-8").strip())
    link = f'<link rel="icon" href="data:image/svg+xml,{icon}">'
    return link + "".join(f"<script>{script}</script>" for script in scripts)


def _own_first(folder: str, suffix: str) -> list[Path]:
    paths = (FOLDER / folder).glob(f"*.{suffix}")
    return sorted(paths, key=lambda path: (not path.stem.startswith("page"), path.stem))
