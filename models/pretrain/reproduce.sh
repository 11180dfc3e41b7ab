#!/usr/bin/env bash
# Trains loupe-mini from the seed through all phases; started again, it goes on where it was stopped.
# Runs by hand on a CPU (about an hour and a half on two cores): models/pretrain/reproduce.sh .cache/pretrain
set -euo pipefail
out=${1:?where to keep checkpoints}
train() { /usr/bin/python3 "$(dirname "$0")/train.py" --seed 1 "$@"; }

train --phase trunk --share 0 --steps 200 --out "$out/trunk-plain"
train --phase trunk --steps 400 --init "$out/trunk-plain/checkpoint.pt" --out "$out/trunk"
train --phase full --steps 620 --init "$out/trunk/checkpoint.pt" --out "$out/full"
# The shipped weights are the state after 600 steps, before any decay. They learnt from the generator of that day; it has
# learnt the structured families since, so that this makes a sister of them, not their bytes (docs/loupe-mini.md, run 8).
train --phase refine --steps 600 --decay 0 --init "$out/full/checkpoint.pt" --out "$out/refine"
