"""The version that reports carry; equal to pyproject.toml, which a test checks."""

APP_VERSION = "0.1.0"
