"""The mean of two checkpoints of one line: one, and that whose training began with it.

    PYTHONPATH=.:tasks:plugins python recipes/average.py EARLIER LATER --share 0.7 --out runs/mean

`--share` is that of the later one. Its router stays: fit it anew, and calibrate. Stages take a mean
by themselves where they say `mean`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from qaengine.averaging import averaged
from qaengine.checkpoint import load_checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    parser.add_argument("--share", type=float, required=True, help="of the later one, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    earlier, later = load_checkpoint(chosen.earlier), load_checkpoint(chosen.later)
    averaged(earlier, later, chosen.share).save(chosen.out, half=True)


if __name__ == "__main__":
    main()
