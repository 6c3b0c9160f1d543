"""Long proofs, each with counts as arguments: `make soak` runs all of them at length, the tests a slice of each."""

from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
