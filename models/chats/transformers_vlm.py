"""Any vision-language model of transformers as a Chat, from LLaVA to VideoLLaMA3.

The weights are loaded at the first question; questions about one clip share what they can.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.chats.encoding import Encoder, frame_count
from models.chats.generation import Loaded, batches
from models.chats.loading import load_vlm
from models.chats.prompts import MAX_FRAMES
from models.chats.reuse import share
from models.chats.transformers_chat import TransformersChat, reply_to
from models.interfaces import ChatReply, ChatRequest


class TransformersVlmChat(TransformersChat):
    """A local vision-language model that answers questions about up to 96 frames.

    Requests whose `frames` are one and the same object are questions about one clip: its pictures
    are looked at once.
    """

    sees_frames = True

    def _load(self) -> Loaded:
        return load_vlm(self.settings)

    def _frame_count(self, request: ChatRequest) -> int:
        """Raises ValueError for more frames than are taken."""
        count = frame_count(request)
        if count > MAX_FRAMES:
            raise ValueError(f"a request has {count} frames; at most {MAX_FRAMES} are taken")
        return count

    def encoder(self, loaded: Loaded) -> Encoder:
        """What turns requests into this model's inputs, as training must do it too."""
        return Encoder(loaded, self.settings.image_size, self.settings.tiles)

    def _batches(
        self, requests: Sequence[ChatRequest], counts: Sequence[int]
    ) -> Iterator[list[int]]:
        """All questions about one clip together; the other requests as usual."""
        clips = [(id(r.frames), r.system) if r.frames else None for r in requests]
        several = [clip for clip in dict.fromkeys(clips) if clip and clips.count(clip) > 1]
        for clip in several:
            yield [row for row, other in enumerate(clips) if other == clip]
        rest = [row for row, clip in enumerate(clips) if clip not in several]
        kinds = [(counts[row], requests[row].choices) for row in rest]
        for rows in batches(kinds, self.settings.batch_size):
            yield [rest[row] for row in rows]

    def _ask_batch(self, loaded: Loaded, requests: list[ChatRequest]) -> list[ChatReply]:
        encoder = self.encoder(loaded)
        if len(requests) > 1 and requests[0].frames and requests[0].frames is requests[1].frames:
            return self._ask_about_one_clip(encoder, requests)
        return _ask_apart(encoder, requests)

    def _ask_about_one_clip(self, encoder: Encoder, requests: list[ChatRequest]) -> list[ChatReply]:
        start = time.perf_counter()
        shared = share(encoder, requests)
        common_s = (time.perf_counter() - start) / len(requests)
        prompts = encoder.prompts(requests)
        replies: dict[int, ChatReply] = {}
        for rows in batches([r.choices for r in requests], self.settings.batch_size):
            asked = [requests[row] for row in rows]
            if shared is None:
                replies.update(zip(rows, _ask_apart(encoder, asked), strict=True))
                continue
            inputs, texts = shared.inputs(encoder.loaded, rows), [prompts[row] for row in rows]
            answers = reply_to(encoder.loaded, inputs, asked, prompts=texts)
            timed = [replace(answer, seconds=answer.seconds + common_s) for answer in answers]
            replies.update(zip(rows, timed, strict=True))
        return [replies[row] for row in range(len(requests))]


def _ask_apart(encoder: Encoder, requests: list[ChatRequest]) -> list[ChatReply]:
    inputs, asked = encoder.fit(requests)
    return reply_to(encoder.loaded, inputs, asked, prompts=encoder.prompts(asked))
