"""How names are compared: people spell one model `gpt-4o`, `gpt_4o` and `GPT 4o`, and mean the same."""

from __future__ import annotations

# Translation to blanks, then split and join: three C calls, and no regular expression to import on a cold
# start.
_SEPARATORS_TO_BLANKS = str.maketrans("_-.:", "    ")


def normalise(text: str) -> str:
    """The form under which ids and aliases are kept and looked up.

    Case is folded, runs of blanks, `_`, `-`, `.` and `:` become one `-`, and outer ones are dropped. `/` is
    kept, because `org/name` and `org-name` are different things. Applying it twice changes nothing.

    >>> normalise(" GPT_4.1 mini")
    'gpt-4-1-mini'
    >>> normalise("aws:p4d.24xlarge")
    'aws-p4d-24xlarge'
    >>> normalise("meta-llama/Llama-3.1-8B")
    'meta-llama/llama-3-1-8b'
    """
    return "-".join(text.casefold().translate(_SEPARATORS_TO_BLANKS).split())


def letters_and_digits(text: str) -> str:
    """The loosest comparison, for families and display names: `stable-diffusion` is `StableDiffusion`.

    It merges names that differ only in a point (`OPT 1.3B`, `OPT 13B`), so it never decides alone.

    >>> letters_and_digits("SD-XL 1.0-base")
    'sdxl10base'
    """
    return "".join(character for character in text.casefold() if character.isalnum())


def slug(text: str) -> str:
    """A name of lower-case letters, digits and `-` only, as the contract asks of node ids in responses.

    >>> slug("aws:p4d.24xlarge")
    'aws-p4d-24xlarge'
    """
    kept = "".join(
        character if character.isascii() and character.isalnum() else " " for character in text.casefold()
    )
    return "-".join(kept.split())
