"""Colours and fonts of the page: system fonts only, nothing is fetched."""

import gradio as gr

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")
MONO_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")

# Blocks look like the panels of page.css, which knows the same border and corners.
SURFACES = {
    "body_background_fill": "*neutral_50",
    "body_background_fill_dark": "*neutral_950",
    "body_text_color_subdued": "*neutral_600",
    "body_text_color_subdued_dark": "#a9b6c8",
    "panel_background_fill": "*background_fill_primary",
    "panel_background_fill_dark": "*background_fill_primary",
    "block_background_fill": "white",
    "block_background_fill_dark": "*neutral_900",
    "block_border_width": "1px",
    "block_border_color": "*neutral_300",
    "block_border_color_dark": "*neutral_700",
    "block_radius": "10px",
    "block_label_text_color": "*neutral_700",
    "block_label_text_color_dark": "*neutral_200",
    "block_title_text_weight": "600",
    "block_title_text_color": "*neutral_800",
    "block_title_text_color_dark": "*neutral_100",
    "block_info_text_color": "*neutral_600",
    "block_info_text_color_dark": "*neutral_400",
    "input_placeholder_color": "*neutral_600",
    "input_placeholder_color_dark": "*neutral_300",
    "slider_color": "*primary_600",
}
# Quiet buttons are white with a border, as .nm-small is.
BUTTONS = {
    "button_large_radius": "8px",
    "button_medium_radius": "8px",
    "button_small_radius": "6px",
    "button_small_text_size": "13px",
    "button_border_width": "1px",
    "button_primary_border_color": "*primary_700",
    "button_primary_border_color_dark": "*primary_700",
    "button_secondary_background_fill": "white",
    "button_secondary_background_fill_dark": "*neutral_900",
    "button_secondary_background_fill_hover": "*neutral_100",
    "button_secondary_background_fill_hover_dark": "*neutral_800",
    "button_secondary_border_color": "*neutral_300",
    "button_secondary_border_color_dark": "*neutral_700",
    "button_secondary_border_color_hover": "*primary_700",
    "button_secondary_border_color_hover_dark": "*primary_400",
    "button_primary_background_fill": "*primary_700",
    "button_primary_background_fill_hover": "*primary_800",
    "button_primary_background_fill_dark": "*primary_700",
    "button_primary_background_fill_hover_dark": "*primary_800",
    "button_primary_text_color": "white",
}


def make_theme() -> gr.themes.Base:
    """Calm slate with a teal accent; texts on fills reach a contrast of 4.5 in both modes."""
    theme = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        radius_size="md",
        text_size="md",
        spacing_size="md",
        font=FONTS,
        font_mono=MONO_FONTS,
    )
    return theme.set(**SURFACES, **BUTTONS)
