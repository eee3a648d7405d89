"""What stops a whole job: wrong usage, told before anything is written."""

from __future__ import annotations

from ..errors import BadRequest


class JobRefused(BadRequest):
    """The job cannot start, or cannot go on; the message says what to change."""
