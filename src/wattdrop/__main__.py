"""``python -m wattdrop`` is the command ``wattdrop``."""

from .cli import main

if __name__ == "__main__":
    main()
