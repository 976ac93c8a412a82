"""Messages without folders: paths shrink to their last part, everything else stays."""

import pytest

from utils.plain_text import bare_paths


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read /home/ann/x.mp4: busy", "cannot read x.mp4: busy"),
        ("cannot read /home/ann/My Videos 2/a drive.mp4", "cannot read a drive.mp4"),
        (r"C:\Users\Ann Lee\x.mp4 is gone", "x.mp4 is gone"),
        ("see '/home/ann lee/held out'", "see 'held out'"),
        ("/tmp/a.mp4 or /tmp/b.mp4", "a.mp4 or b.mp4"),
        ("/tmp/a.mp4 at 30 frames/s", "a.mp4 at 30 frames/s"),
        ("http://127.0.0.1:8080/v1/chat is off", "http://127.0.0.1:8080/v1/chat is off"),
        ("either/or", "either/or"),
    ],
)
def test_paths_shrink_to_their_last_part(text, shown):
    assert bare_paths(text) == shown
