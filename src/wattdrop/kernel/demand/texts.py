"""Text: written token by token, or read in one pass. And what is nothing but one pass: tables, series, games."""

from __future__ import annotations

import math

from .coefficients import Demand
from .model import Constants, Model, known
from .tasks import ANSWER_TOKENS, HEARS_AND_SPEAKS, READS_IMAGES


def text_demand(m: Model, task: str, k: Constants) -> Demand:
    """Autoregressive text, with what the model may see and hear turned into prompt tokens.

    An encoder-decoder model reads only its decoder's weights at each step, and runs in a library pipeline.
    """
    two_parts = m.architecture == "encoder-decoder"
    decoder_layers = known(m.decoder_layers, m.layers * k["decoder_layers_share"])
    encoder = m._replace(layers=m.layers - decoder_layers)
    return Demand(
        decodes=1.0,
        decode_tokens_per_output_token=1.0,
        decode_tokens_per_output_audio_second=k["spoken_tokens_per_s"] if task in HEARS_AND_SPEAKS else 0.0,
        decode_weights_share=decoder_share(m, k) if two_parts else 1.0,
        pass_overhead_s=one_pass(encoder, k).pass_overhead_s + k["alone_call_s"] if two_parts else 0.0,
        step_host_s=step_host_s(decoder_layers, k) if two_parts else 0.0,
        prefill_tokens_per_input_pixel=k["image_tokens_per_pixel"],
        prefill_tokens_per_input_audio_second=k["heard_tokens_per_s"],
        default_output_tokens=k[ANSWER_TOKENS.get(task, "default_answer_tokens")],
        default_input_pixels=k["default_photo_pixels"] if task in READS_IMAGES else 0.0,
        default_input_tokens=k["default_passage_tokens"],
    )


def decoder_share(m: Model, k: Constants) -> float:
    """Share of an encoder-decoder model's weights in the decoder, whose layers also attend to the encoder."""
    if math.isnan(m.decoder_layers) or math.isnan(m.layers):
        return k["decoder_weights_share"]
    decoder = k["params_per_decoder_layer"] * m.decoder_layers
    return decoder / (decoder + k["params_per_encoder_layer"] * (m.layers - m.decoder_layers))


def step_host_s(decoder_layers: float, k: Constants) -> float:
    """Host time of one decoded token in a library pipeline: a launch per layer and its cross-attention. [s]"""
    layer_s = k["alone_layer_s"] * k["params_per_decoder_layer"] / k["params_per_encoder_layer"]
    return layer_s * known(decoder_layers, k["layers_at_1e8_params"])


def text_pass_demand(m: Model, k: Constants) -> Demand:
    """One pass over a text: embedding, classification, tagging, extractive answers, reranking.

    FLOP per token are twice the weights of the transformer layers; the embedding table costs memory, not arithmetic.
    """
    layer_params = k["params_per_encoder_layer"] * m.layers * m.width * m.width
    worked_params = known(layer_params, m.active_params) if m.architecture == "encoder" else m.active_params
    return one_pass(m, k)._replace(
        pass_flops_per_input_token=2.0 * worked_params,
        pass_flops_per_token_pair=known(4.0 * m.layers * m.width, 0.0),
        pass_context_tokens=known(m.context_tokens, k["default_context_tokens"]),
        default_input_tokens=k["default_passage_tokens"],
    )


def one_pass(m: Model, k: Constants) -> Demand:
    """What every single pass costs whatever its size: weights read, kernels launched."""
    layers = known(m.layers, k["layers_at_1e8_params"] * (m.active_params / 1e8) ** k["layers_size_exponent"])
    return Demand(
        pass_weight_bytes=m.active_params * m.weight_bytes,
        pass_overhead_s=k["pass_call_overhead_s"]
        + k["pass_layer_overhead_s"] * layers * known(m.layer_launch_ratio, 1.0),
        pass_batch_size=k["default_pass_batch_size"],
    )


def fixed_pass_demand(m: Model, k: Constants) -> Demand:
    """One sample, one series, one action: as counted for the model, else two FLOP per weight and token of a series."""
    tokens = k["series_tokens"] if m.layers == m.layers else 1.0
    return one_pass(m, k)._replace(
        pass_flops_base=known(m.flops_per_item, 2.0 * m.active_params * tokens),
        pass_batch_size=k["default_table_batch_size"],
    )
