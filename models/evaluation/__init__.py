"""Measuring checkpoints: clips to tracks, baselines beside them, figures and plots to files."""
