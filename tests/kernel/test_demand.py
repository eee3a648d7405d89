"""What a model asks for: an example per kind of work, every task of every architecture, foreign tasks."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

import pytest

from wattdrop.kernel.columns import Setup
from wattdrop.kernel.demand import RUNGS, TRADES, Demand
from wattdrop.kernel.demand import demand_for as demand_of

if TYPE_CHECKING:
    from collections.abc import Mapping

K = {
    constant["id"]: constant["value"]
    for name in ("media", "text")
    for constant in tomllib.loads(
        files("wattdrop").joinpath(f"data/methodology/{name}.toml").read_text("utf-8")
    )["constant"]
}


def demand_for(task: str, model: Mapping[str, float | str], constants: Mapping[str, float]) -> Demand:
    """As the kernel has it, of a model served at 16 bits."""
    return demand_of(task, {"weight_bytes": 2.0, **model}, constants)


SDXL = {
    "task": "text-to-image", "architecture": "diffusion-unet", "total_params_billions": 3.469,
    "active_params_billions": 2.5675,
    "gflops_per_item": 6761.0, "native_resolution": "1024x1024", "default_steps": 50.0, "guidance_passes": 2.0,
    "latent_downscale": 8.0, "text_encoder_params_billions": 0.818,
}  # fmt: skip
WAN = {
    "task": "text-to-video", "architecture": "diffusion-dit", "total_params_billions": 20.1,
    "active_params_billions": 14.288,
    "num_layers": 40.0, "hidden_size": 5120.0, "gflops_per_item": 1678400.0, "default_steps": 50.0, "guidance_passes": 2.0,
    "latent_downscale": 8.0, "latent_temporal_downscale": 4.0, "fps": 16.0, "default_frames": 81.0,
    "default_resolution": "832x480",
}  # fmt: skip
WHISPER = {
    "task": "speech-to-text", "architecture": "asr-encoder-decoder", "total_params_billions": 1.5434, "num_layers": 32.0,
    "hidden_size": 1280.0, "gflops_per_item": 2274.0, "audio_window_seconds": 30.0, "audio_tokens_per_second": 50.0,
}  # fmt: skip
WAV2VEC2 = {
    "task": "speech-to-text", "architecture": "asr-ctc", "total_params_billions": 0.0944, "num_layers": 12.0,
    "hidden_size": 768.0, "audio_tokens_per_second": 50.0,
}  # fmt: skip
BERT = {
    "task": "text-classification", "architecture": "encoder", "total_params_billions": 0.10948, "num_layers": 12.0,
    "hidden_size": 768.0, "context_length": 512.0,
}  # fmt: skip
VIT = {
    "task": "image-classification", "architecture": "vit", "total_params_billions": 0.08657, "num_layers": 12.0,
    "hidden_size": 768.0, "gflops_per_item": 35.1, "native_resolution": "224x224",
}  # fmt: skip
LLAMA = {
    "task": "chat",
    "architecture": "dense",
    "total_params_billions": 8.03,
    "num_layers": 32.0,
    "hidden_size": 4096.0,
}
ESRGAN = {
    "task": "upscaling", "architecture": "cnn", "total_params_billions": 0.0167, "gflops_per_item": 9400.0,
    "native_resolution": "512x512",
}  # fmt: skip
T5 = {
    "task": "summarization",
    "architecture": "encoder-decoder",
    "total_params_billions": 0.223,
    "num_layers": 24.0,
    "hidden_size": 768.0,
}
MUSICGEN = {
    "task": "music-generation", "architecture": "music-lm", "total_params_billions": 2.0, "active_params_billions": 1.8,
    "num_layers": 48.0, "audio_tokens_per_second": 50.0,
}  # fmt: skip
DLRM = {
    "task": "recommendation-system",
    "architecture": "dlrm",
    "total_params_billions": 24.0,
    "active_params_billions": 0.003,
    "gflops_per_item": 0.006,
}
GPT_IMAGE = {
    "task": "multimodal-generation", "architecture": "autoregressive-image", "total_params_billions": 100.0,
    "active_params_billions": 40.0, "native_resolution": "1024x1024",
}  # fmt: skip
VOICE = {"task": "text-to-speech", "architecture": "tts", "total_params_billions": 0.082}

TASKS = [
    "text-generation",
    "chat",
    "text-embedding",
    "text-classification",
    "sentiment-analysis",
    "named-entity-recognition",
    "question-answering",
    "summarization",
    "translation",
    "image-classification",
    "object-detection",
    "image-segmentation",
    "image-generation",
    "text-to-image",
    "image-to-text",
    "style-transfer",
    "face-detection",
    "facial-recognition",
    "speech-to-text",
    "text-to-speech",
    "speaker-identification",
    "audio-classification",
    "music-generation",
    "multimodal-embedding",
    "multimodal-generation",
    "visual-question-answering",
    "recommendation-system",
    "reinforcement-learning",
    "anomaly-detection",
    "time-series-forecasting",
    "clustering",
    "upscaling",
    "text-to-video",
    "image-to-video",
    "video-to-video",
    "video-upscaling",
    "frame-interpolation",
    "video-editing",
    "text-to-3d",
    "graph-ml",
]
ARCHITECTURES = [
    "encoder",
    "cnn",
    "vit",
    "detr",
    "mlp",
    "tree",
    "classical",
    "gnn",
    "rnn",
    "dlrm",
    "diffusion-unet",
    "diffusion-dit",
    "autoregressive-image",
    "music-lm",
    "encoder-decoder",
    "decoder",
    "asr-ctc",
    "asr-encoder-decoder",
    "asr-transducer",
    "tts",
    "vocoder",
    "dense",
    "moe",
    "hybrid-ssm",
    "ssm",
]


def test_demand_fields_are_setup_fields() -> None:
    assert set(Demand._fields) - {"note"} <= set(Setup._fields)


def test_the_flops_of_one_image_add_up_to_the_counted_ones() -> None:
    demand = demand_for("text-to-image", SDXL, K)
    native = 1024.0 * 1024.0
    linear = demand.denoise_flops_per_pixel * native
    attention = demand.denoise_flops_per_pixel_squared * native * native
    assert linear + attention == pytest.approx(6761e9)
    assert attention == pytest.approx(
        0.15 * 6761e9
    )  # U-Net: SD 2.1 at 512 and 768 pixels, see denoiser-shapes


def test_video_attention_is_four_times_tokens_squared_times_layers_times_width() -> None:
    # Wan 2.1 14B: 81 frames are 21 latent frames of 52 x 30 tokens: 32,760 tokens
    demand = demand_for("text-to-video", WAN, K)
    clip = 832.0 * 480.0 * 21.0
    attention = demand.denoise_flops_per_pixel_squared * clip * clip
    assert attention == pytest.approx(4.0 * 32760.0**2 * 40.0 * 5120.0)  # 879 TFLOP
    assert demand.denoise_flops_per_pixel * clip + attention == pytest.approx(1678.4e12)


def test_uncounted_video_is_two_flops_per_weight_and_token_plus_attention() -> None:
    counted = demand_for("text-to-video", WAN, K)
    uncounted = demand_for("text-to-video", {**WAN, "gflops_per_item": math.nan}, K)
    clip = 832.0 * 480.0 * 21.0
    assert uncounted.denoise_flops_per_pixel * clip == pytest.approx(2.0 * 14.288e9 * 32760.0)
    assert uncounted.denoise_flops_per_pixel / counted.denoise_flops_per_pixel == pytest.approx(
        1.17, abs=0.01
    )


def test_an_image_model_asked_for_video_makes_each_frame_as_an_image() -> None:
    image, video = demand_for("text-to-image", SDXL, K), demand_for("text-to-video", SDXL, K)
    assert video.default_images == 0.0 and video.default_frames == 81.0
    native = image.default_image_pixels
    assert video.denoise_flops_per_pixel * native == pytest.approx(6761e9)
    assert (
        video.note
        == "text-to-video asked of a model for text-to-image: counted each frame as an image of its own"
    )


def test_a_video_model_asked_for_an_image_makes_one_frame() -> None:
    demand = demand_for("text-to-image", WAN, K)
    assert (demand.default_images, demand.default_frames) == (1.0, 0.0)
    assert demand.note == ""


def test_whisper_writes_its_transcript_token_by_token() -> None:
    demand = demand_for("speech-to-text", WHISPER, K)
    assert demand.pass_flops_per_input_audio_second == pytest.approx(2274e9 / 30.0)
    assert demand.audio_window_s == 30.0
    # encoder 12 x 32 layers x 1280^2 = 0.629 billion weights of 1.543
    assert demand.decode_weights_share == pytest.approx(1.0 - 0.6291456 / 1.5434)
    assert demand.decode_tokens_per_input_audio_second == 3.3


def test_a_decoder_is_as_deep_as_it_is_and_never_deeper_than_its_encoder() -> None:
    known = demand_for("speech-to-text", {**WHISPER, "num_decoder_layers": 2.0}, K)
    unknown = demand_for("speech-to-text", {**WHISPER, "total_params_billions": 5.0}, K)
    layer_s = K["alone_layer_s"] * 16 / 12
    assert known.step_host_s == pytest.approx(2 * layer_s)
    assert unknown.step_host_s == pytest.approx(32 * layer_s)


def test_layers_of_more_kernels_take_longer_to_launch() -> None:
    bert = {
        "task": "text-embedding",
        "architecture": "encoder",
        "total_params_billions": 0.1,
        "num_layers": 12.0,
    }
    plain, deberta = (demand_for("text-embedding", {**bert, "layer_launch_ratio": x}, K) for x in (1.0, 1.8))
    assert deberta.pass_overhead_s - plain.pass_overhead_s == pytest.approx(
        0.8 * 12 * K["pass_layer_overhead_s"]
    )


def test_ctc_ends_with_its_encoder() -> None:
    demand = demand_for("speech-to-text", WAV2VEC2, K)
    assert demand.decodes == 0.0
    # 148 GFLOP per 10 s of sound; all 0.0944 billion weights stand in for the 0.085 of the layers
    assert demand.pass_flops_per_input_audio_second * 10.0 == pytest.approx(148e9, rel=0.1)


def test_encoders_work_twice_their_layer_weights_per_token() -> None:
    demand = demand_for("text-classification", BERT, K)
    assert (
        demand.pass_flops_per_input_token == 2.0 * 12.0 * 12.0 * 768.0**2
    )  # the embedding table does no arithmetic
    assert demand.pass_flops_per_token_pair == 4.0 * 12.0 * 768.0


def test_classifiers_resize_what_they_read() -> None:
    demand = demand_for("image-classification", VIT, K)
    assert demand.pass_flops_per_input_image == 35.1e9
    assert demand.pass_flops_per_input_pixel == 0.0


def test_upscalers_count_the_pixels_they_read_or_make() -> None:
    demand = demand_for("upscaling", ESRGAN, K)
    assert demand.pass_flops_per_input_pixel == pytest.approx(35.86e6, rel=1e-3)
    assert (
        demand.pass_flops_per_output_pixel == demand.pass_flops_per_input_pixel / 16.0
    )  # four times each way


def test_a_language_model_embeds_in_one_pass() -> None:
    demand = demand_for("text-embedding", LLAMA, K)
    assert demand.decodes == 0.0
    assert demand.pass_flops_per_input_token == pytest.approx(2.0 * 8.03e9)
    assert "one pass over the prompt" in demand.note


def test_a_language_model_chats_without_comment() -> None:
    demand = demand_for("chat", LLAMA, K)
    assert (demand.decodes, demand.decode_tokens_per_output_token, demand.note) == (1.0, 1.0, "")
    assert demand.prefill_tokens_per_input_pixel == pytest.approx(1.0 / 784.0, rel=1e-3)


def test_encoder_decoders_read_their_decoder_only() -> None:
    assert demand_for("summarization", T5, K).decode_weights_share == 0.57
    six = demand_for(
        "summarization", {**T5, "num_layers": 18.0, "num_decoder_layers": 6.0}, K
    )  # 12 + 6 layers
    assert six.decode_weights_share == pytest.approx(96.0 / (96.0 + 144.0))


def test_music_and_images_by_tokens() -> None:
    assert demand_for("music-generation", MUSICGEN, K).decode_tokens_per_output_audio_second == 50.0
    assert demand_for("image-generation", GPT_IMAGE, K).decode_tokens_per_output_image == 1056.0


def test_chat_asked_of_a_transcriber_says_what_is_counted() -> None:
    demand = demand_for("chat", WHISPER, K)
    assert (
        demand.note
        == "chat asked of a model for speech-to-text: counted the speech it hears and the text it writes"
    )


def test_small_undisclosed_voices_speak_in_one_pass() -> None:
    assert demand_for("text-to-speech", VOICE, K).decodes == 0.0
    assert demand_for("text-to-speech", {**VOICE, "total_params_billions": 1.0}, K).decodes == 1.0


def test_tables_are_one_fixed_pass() -> None:
    assert demand_for("recommendation-system", DLRM, K).pass_flops_base == pytest.approx(0.006e9)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_task_of_every_kind_of_model_is_work(architecture: str) -> None:
    """Also from nothing but a size: every coefficient finite and not negative, something to do in each."""
    for own_task, task in product(TASKS, TASKS):
        model = {"task": own_task, "architecture": architecture, "total_params_billions": 1.0}
        demand = demand_for(task, model, K)
        numbers = [value for value in demand if not isinstance(value, str)]
        assert all(math.isfinite(value) and value >= 0.0 for value in numbers)
        assert demand.decodes + demand.pass_overhead_s + demand.denoise_step_overhead_s > 0.0
        assert min(demand.pass_batch_size, demand.audio_window_s, demand.frames_per_latent_frame) > 0.0


def test_every_rung_knows_its_trade() -> None:
    assert {name for name, _, _ in RUNGS} == set(TRADES)


def test_nothing_is_guessed_where_the_precision_is_left_out() -> None:
    assert math.isnan(demand_of("text-classification", BERT, K).pass_weight_bytes)


def test_layers_of_an_encoder_decoder_are_shared_as_the_data_say() -> None:
    sum_only = demand_for("summarization", T5, K).step_host_s
    stated = {**T5, "num_decoder_layers": T5["num_layers"] * K["decoder_layers_share"]}
    assert sum_only == demand_for("summarization", stated, K).step_host_s
    fewer = demand_for("summarization", T5, {**K, "decoder_layers_share": 0.25})
    assert fewer.step_host_s == pytest.approx(sum_only / 2.0)
