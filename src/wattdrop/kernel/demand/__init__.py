"""What one request of a model asks of it: the demand coefficients of ``Setup``, built once per model and task.

``demand_for`` looks at what the model *is* (its architecture) before what it is *asked* (the task): a diffusion model
asked for a chat still draws a picture. The first rung of ``RUNGS`` that fits builds the demand. Where the task is foreign
to the model, ``note`` says in one sentence what was counted instead.

Which quantities of a row each kind of work reads, and what is assumed where the row is silent:

=====================  ===================================================  ============================================
kind of work           reads                                                where the row is silent
=====================  ===================================================  ============================================
text                   input_tokens, output_tokens, images, audio read      tokens of a typical answer of the task
single text pass       input_tokens                                         a passage of ``default_passage_tokens``
single image pass      input_images (count), input pixels for upscalers     one image at the model's native size
speech to text         input_audio_seconds, output_tokens                   ``default_input_audio_s`` of speech, spoken pace
speech and music       output_audio_seconds or _tokens, input_tokens        ``default_speech_s``, ``default_music_s``
images                 output_images and their sizes, steps, input_tokens   one image at native size, the model's own steps
video                  frames or seconds, frame size, steps, input_tokens   the model's own clip
tables, series, games  nothing: a fixed pass                                one sample, one series, one action
=====================  ===================================================  ============================================

Functions here run once per description, outside the row path, so they may use powers and logarithms.
"""

from __future__ import annotations

from .coefficients import Demand
from .rungs import RUNGS, TRADES, demand_for

__all__ = ["RUNGS", "TRADES", "Demand", "demand_for"]
