"""Finding and fetching weights: folders, the hub's cache, a small hub on this machine."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from models.chats import weights
from models.chats.weights import is_on_disk, locate, parameter_count, repo_id, short_name
from utils.errors import ModelUnavailableError

COMMIT = "a" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache, offline."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def put_in_cache(cache: Path, repo: str, folder: Path) -> Path:
    home = cache / f"models--{repo.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    snapshot = home / "snapshots" / COMMIT
    shutil.copytree(folder, snapshot)
    return snapshot


def test_short_names_stand_for_hub_ids() -> None:
    assert repo_id("llava") == repo_id("LLaVA-1.5-7b-hf") == "llava-hf/llava-1.5-7b-hf"
    assert repo_id("me/mine") == "me/mine"
    assert short_name("llava") == "llava-1.5-7b-hf"
    assert short_name("some/folder/tiny") == "tiny"


def test_a_folder_is_used_as_it_is(checkpoint: Callable[[str], Path]) -> None:
    folder = checkpoint("llama")
    assert locate(str(folder)) == folder
    assert is_on_disk(str(folder))
    assert 10_000 < parameter_count(folder) < 100_000


def test_a_model_in_the_cache_is_found_by_its_short_name(
    cache: Path, checkpoint: Callable[[str], Path]
) -> None:
    assert not is_on_disk("llava")
    snapshot = put_in_cache(cache, "llava-hf/llava-1.5-7b-hf", checkpoint("llava"))
    assert is_on_disk("llava")
    assert locate("llava") == snapshot


def test_an_interrupted_download_is_not_on_disk(
    cache: Path, checkpoint: Callable[[str], Path]
) -> None:
    snapshot = put_in_cache(cache, "me/mine", checkpoint("llama"))
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (snapshot / weights.INDEX_FILE).write_text(json.dumps(index))
    assert not is_on_disk("me/mine")
    with pytest.raises(ModelUnavailableError, match="incomplete"):
        locate("me/mine")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weight_map": 3}'])
def test_a_damaged_index_is_not_on_disk(tmp_path: Path, content: str) -> None:
    (tmp_path / weights.INDEX_FILE).write_text(content)
    assert not is_on_disk(str(tmp_path))
    with pytest.raises(ModelUnavailableError, match="incomplete"):
        locate(str(tmp_path))


@pytest.mark.parametrize("model", ["llava", "me/mine", "llava-phi-3-mini"])
def test_an_absent_model_says_where_it_looked_and_what_to_type(cache: Path, model: str) -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        locate(model)
    message = str(caught.value)
    assert repo_id(model) in message
    assert "looked in" in message
    assert f"--describer llava --set describer.model={model}" in message
    assert "HF_HUB_OFFLINE" in message


def test_offline_a_download_is_refused_before_any_connection(cache: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="HF_HUB_OFFLINE is set"):
        locate("llava", allow_download=True)


@pytest.mark.parametrize(
    "model", ["./missing", "/no/such/folder", "~/missing-model", "word", "a--b/c"]
)
def test_a_missing_folder_is_no_hub_name(cache: Path, model: str) -> None:
    assert not is_on_disk(model)
    with pytest.raises(ModelUnavailableError, match="no such model folder"):
        locate(model, allow_download=True)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_pickle_weights_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelUnavailableError, match="pickle"):
        locate(str(tmp_path))


def test_a_full_disk_is_noticed_before_the_download(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="free some space"):
        weights._check_disk("me/mine", 10**18, tmp_path / "not" / "yet")


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of a model hub as one download asks for; `files` is set by the fixture."""

    files: dict[str, bytes] = {}
    fetched: list[str] = []

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        name = path.rsplit("/", 1)[-1]
        if path.startswith("/api/"):
            listed = [{"rfilename": n, "size": len(b)} for n, b in self.files.items()]
            content = json.dumps({"id": "me/mine", "sha": COMMIT, "siblings": listed}).encode()
            if "/tree/" in path:
                rows = [
                    {"type": "file", "path": n, "size": len(b), "oid": COMMIT}
                    for n, b in self.files.items()
                ]
                content = json.dumps(rows).encode()
        elif name in self.files:
            content = self.files[name]
            if body:
                self.fetched.append(name)
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{name}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Hub.fetched = []
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(hub: str, home: Path) -> subprocess.CompletedProcess[str]:
    code = (
        "import logging; logging.basicConfig(level='INFO')\n"
        "from models.chats.weights import locate, is_on_disk\n"
        "folder = locate('me/mine', allow_download=True)\n"
        "print(sorted(p.name for p in folder.iterdir()), is_on_disk('me/mine'))\n"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    kept = {k: v for k, v in kept.items() if "proxy" not in k.lower()}
    environment = {**kept, "HF_ENDPOINT": hub, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True
    )


def test_a_download_fetches_safetensors_and_text_only_and_names_the_size(
    hub: str, tmp_path: Path, checkpoint: Callable[[str], Path]
) -> None:
    folder = checkpoint("llama")
    Hub.files = {p.name: p.read_bytes() for p in folder.iterdir()}
    Hub.files |= {"pytorch_model.bin": b"x" * 99, "photo.png": b"x", "code.py": b"x"}
    done = fetch(hub, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "True" in done.stdout
    assert set(Hub.fetched) == {p.name for p in folder.iterdir()}
    assert "downloading me/mine: 0.0 GB" in done.stderr


def test_a_model_with_pickle_weights_only_is_not_downloaded(hub: str, tmp_path: Path) -> None:
    Hub.files = {"config.json": b"{}", "pytorch_model.bin": b"x"}
    done = fetch(hub, tmp_path)
    assert "ModelUnavailableError: me/mine offers no safetensors" in done.stderr
    assert Hub.fetched == []


def test_a_hub_that_cannot_be_reached_is_explained(tmp_path: Path) -> None:
    done = fetch("http://127.0.0.1:9", tmp_path)
    assert "ModelUnavailableError: me/mine could not be downloaded" in done.stderr
