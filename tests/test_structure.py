"""What no linter checks: entry points stay apart, sizes stay small, forbidden calls stay out."""

import ast
import re
from pathlib import Path

import pytest

from utils.version import APP_VERSION

ROOT = Path(__file__).resolve().parent.parent
ENTRY_POINTS = {
    "app": 60,
    "calibrate": 60,
    "evaluate": 80,
    "inference": 80,
    "train": 60,
    "trust": 60,
}
FOLDERS = ("models", "utils", "ui", "scripts", "benchmarks")
SOURCES = sorted(
    [ROOT / f"{name}.py" for name in ENTRY_POINTS]
    + [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
)
PAGE_PARTS = sorted(
    path for suffix in ("js", "css", "j2") for path in (ROOT / "ui").rglob(f"*.{suffix}")
)
FORBIDDEN = {
    "cv2.VideoCapture": r"\bVideoCapture\(",
    "unsafe pickles": r"weights_only\s*=\s*False",
    "unsafe YAML": r"\byaml\.(load|unsafe_load|full_load)\(",
    "a shell": r"shell\s*=\s*True",
    "a public share link": r"\bshare\s*=\s*True",
    "remote code": r"trust_remote_code\"?\s*[=:]\s*True",
    "eval or exec": r"(?<![\w.])(eval|exec)\(",
    "gradio's ffmpeg": r"include_audio\s*=\s*False",
    "free dropdown values": r"allow_custom_value\s*=\s*True",
}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_there_are_sources_to_check():
    assert len(SOURCES) > 40
    assert len(PAGE_PARTS) > 40


def test_nobody_imports_an_entry_point():
    guilty = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in SOURCES
        for name in imported(path) & set(ENTRY_POINTS)
    }
    assert guilty == set()


@pytest.mark.parametrize(("name", "limit"), ENTRY_POINTS.items())
def test_entry_points_are_short(name, limit):
    assert len((ROOT / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= limit


def test_files_and_functions_stay_within_the_limits():
    long = []
    for path in SOURCES:
        if len(path.read_text(encoding="utf-8").splitlines()) > 300:
            long.append(f"{path.relative_to(ROOT)}: more than 300 lines")
        for node in ast.walk(parse(path)):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and body_lines(node) > 40:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []


def test_scripts_styles_and_templates_stay_within_the_limit():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PAGE_PARTS}
    assert [str(path.relative_to(ROOT)) for path, count in lines.items() if count > 300] == []


def test_every_module_opens_with_what_it_is():
    without = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.stat().st_size and not ast.get_docstring(parse(path))
    ]
    assert without == []


@pytest.mark.parametrize("name", FORBIDDEN)
def test_dangerous_calls_stay_out(name):
    pattern = re.compile(FORBIDDEN[name])
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert guilty == []


def test_the_forbidden_patterns_do_match_what_they_forbid():
    examples = [
        "cv2.VideoCapture(x)", "torch.load(f, weights_only=False)", "yaml.load(f)",
        "run(c, shell=True)", "launch(share=True)", "f(trust_remote_code=True)", "eval(x)",
        "gr.Video(include_audio=False)", "gr.Dropdown(allow_custom_value=True)",
    ]  # fmt: skip
    assert all(
        re.search(pattern, text) for pattern, text in zip(FORBIDDEN.values(), examples, strict=True)
    )


def test_the_version_is_the_projects():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^version = "(.+)"$', text, re.MULTILINE).group(1) == APP_VERSION
