"""Probes that ask whether a checkpoint's scores come from what happens in the video."""
