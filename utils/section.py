"""What every group of settings and every record in a file has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction01 = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A frozen group of settings that refuses unknown keys, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
