"""What a chat over a model server is built from."""

from dataclasses import dataclass

from models.chats.openai_endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class OpenAiSettings:
    """model: as the server names it. key_variable: the environment variable with the key.

    image_size: longest side of a frame, px; None = 1024. timeout_s: for one call, all of it.
    patience_s: how long the server may be waited for in vain, all calls together.
    first_pause_s: before a second try; doubled before the third.
    """

    endpoint: Endpoint
    model: str
    key_variable: str = "NEARMISS_API_KEY"
    sees_frames: bool = True
    image_size: int | None = None
    timeout_s: float = 30.0
    patience_s: float = 120.0
    first_pause_s: float = 0.5
