"""Speech and other sound that is heard, and sound that is written token by token."""

from __future__ import annotations

import math

from .coefficients import Demand
from .denoising import sound_diffusion_demand, with_sound_length
from .model import Constants, Model, known
from .texts import one_pass, step_host_s


def speech_to_text_demand(m: Model, k: Constants) -> Demand:
    """Speech recognition: an encoder over the sound; an autoregressive decoder only where the model has one.

    That decides the cost: a Whisper writes token by token, a CTC or transducer model ends with its encoder.
    """
    writes = m.architecture == "asr-encoder-decoder"
    encoder = speech_encoder_params(m, k) if writes else m.active_params
    rate = known(m.audio_tokens_per_s, k["default_speech_frames_per_s"])
    counted = m.flops_per_item / known(m.audio_window_s, math.nan)
    raw_sound = m.architecture == "asr-ctc" and rate >= k["raw_sound_frames_per_s"]
    front_end = k["raw_sound_flops_per_s"] if raw_sound else 0.0
    demand = one_pass(m, k)._replace(
        pass_flops_per_input_audio_second=known(counted, 2.0 * encoder * rate + front_end),
        pass_weight_bytes=encoder * m.weight_bytes,
        audio_window_s=known(m.audio_window_s, k["audio_step_s"]),
        default_input_audio_s=k["default_input_audio_s"],
    )
    if not writes:
        return demand
    return demand._replace(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_input_audio_second=k["speech_tokens_per_s"],
        decode_weights_share=1.0 - encoder / m.total_params,
        step_host_s=step_host_s(known(m.decoder_layers, _decoder_layers(m, encoder, k)), k),
        default_output_tokens=k["speech_tokens_per_s"] * k["default_input_audio_s"],
    )


def _decoder_layers(m: Model, encoder_params: float, k: Constants) -> float:
    """Decoder layers by the weights left for them; the vocabulary is among those, so no more than the encoder has."""
    layers = (m.total_params - encoder_params) / (k["params_per_decoder_layer"] * m.width**2)
    return min(layers, m.layers) if m.layers == m.layers else layers


def speech_encoder_params(m: Model, k: Constants) -> float:
    """Weights of the sound encoder of a model with a text decoder; layers and width are the encoder's in the catalog."""
    encoder = known(
        k["params_per_encoder_layer"] * m.layers * m.width**2, k["speech_encoder_share"] * m.total_params
    )
    return min(encoder, k["max_speech_encoder_share"] * m.total_params)


def text_to_speech_demand(m: Model, k: Constants) -> Demand:
    """Speech from text: token by token where the model speaks in tokens, in one pass where it does not."""
    if m.steps > 1.0:
        return sound_diffusion_demand(m, "text-to-speech", k)
    rate = m.audio_tokens_per_s
    if rate == rate or m.active_params >= k["speaks_in_tokens_from_params"]:
        return sound_tokens_demand(m, known(rate, k["spoken_tokens_per_s"]), "text-to-speech", k)
    demand = one_pass(m, k)._replace(
        pass_flops_per_output_audio_second=2.0 * m.active_params * k["vocoder_frames_per_s"],
        default_input_tokens=k["default_speech_s"] * k["speech_tokens_per_s"],
    )
    return with_sound_length(demand, k["vocoder_frames_per_s"], "text-to-speech", k)


def music_demand(m: Model, k: Constants) -> Demand:
    """Music or sound token by token."""
    return sound_tokens_demand(
        m, known(m.audio_tokens_per_s, k["default_music_tokens_per_s"]), "music-generation", k
    )


def sound_tokens_demand(m: Model, tokens_per_s: float, task: str, k: Constants) -> Demand:
    """Sound written by a language model, ``tokens_per_s`` steps for each second."""
    demand = Demand(
        decodes=1.0,
        decode_tokens_per_output_token=0.0,
        decode_tokens_per_output_audio_second=tokens_per_s,
        step_host_s=step_host_s(m.layers, k)
        if m.architecture in ("tts", "music-lm") and m.layers > 0.0
        else 0.0,
        default_input_tokens=k["default_prompt_tokens"],
    )
    return with_sound_length(demand, tokens_per_s, task, k)


def audio_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over sound: classification, speaker recognition."""
    window = known(m.audio_window_s, k["audio_step_s"])
    counted = m.flops_per_item / m.audio_window_s
    encoder = 2.0 * m.active_params * k["default_speech_frames_per_s"]
    front_end = k["raw_sound_flops_per_s"] if m.architecture == "encoder" else 0.0
    return one_pass(m, k)._replace(
        pass_flops_per_input_audio_second=known(counted, encoder + front_end),
        audio_window_s=window,
        default_input_audio_s=k["default_input_audio_s"],
    )
