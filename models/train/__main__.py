"""Train one model of the package: ``python -m models.train {tokenizer,lemmas,reader,identity,confidence}``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from models.package import LEMMAS, ROOT, TOKENIZER


def main(arguments: list[str] | None = None) -> int:
    """Run the named training; what follows ``reader``, ``identity`` or ``confidence`` goes to its own parser."""
    parser = argparse.ArgumentParser(prog="python -m models.train", description=__doc__)
    parser.add_argument("model", choices=("tokenizer", "lemmas", "reader", "identity", "confidence"))
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.model == "reader":
        from models.train import reader

        return int(reader.main(rest) or 0)
    if chosen.model == "identity":
        from models.train import identity

        return identity.main(rest)
    if chosen.model == "confidence":
        from models.train import confidence

        return confidence.main(rest)
    parser.add_argument("--source", type=Path, help="CoNLL-U file; by default en_flat.train of the corpora folder")
    parser.add_argument("--target", type=Path, help="weights file to write; by default that of the package")
    chosen = parser.parse_args(arguments)
    sizes = _train(chosen.model, chosen.target, chosen.source)
    sys.stdout.write(" ".join(f"{name}={size}" for name, size in sizes.items()) + "\n")
    return 0


def _train(model: str, target: Path | None, source: Path | None) -> dict[str, int]:
    if model == "tokenizer":
        from models.train.tokenizer import train_tokenizer

        return train_tokenizer(target or ROOT / TOKENIZER, source=source)
    from models.train.lemmas import train_lemmas

    return train_lemmas(target or ROOT / LEMMAS, source=source)


if __name__ == "__main__":
    sys.exit(main())
