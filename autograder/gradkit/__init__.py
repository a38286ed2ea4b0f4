"""gradkit: autograded homework for PyTorch courses."""

__version__ = "0.2.0"
