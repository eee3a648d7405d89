"""What stops a whole job: wrong usage, told before anything is written, or a fault on the way."""

from __future__ import annotations

from ..errors import BadRequest


class JobRefused(BadRequest):
    """The job cannot start, or cannot go on; the message says what to change."""


class JobStopped(JobRefused):
    """The job stopped on the way through no fault of the command; finished parts are kept."""
