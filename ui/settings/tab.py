"""The Settings tab."""

import gradio as gr

from ui.context import Context
from ui.shell import Shell


def build_settings(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
