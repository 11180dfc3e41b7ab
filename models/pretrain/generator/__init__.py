# Procedural images of parts with defects and exact masks; no photograph enters here.
# Runs in training workers and in samples.py (numpy, scipy, Pillow only).
from .scene import Sample, draw_sample  # noqa: F401
