"""Recognise a misconception by what it answers: a failing submission's observations beside those of known mistakes."""

from gradkit.diagnosis.fingerprints import Fingerprint, fingerprints
from gradkit.diagnosis.matching import Matcher

__all__ = ["Fingerprint", "Matcher", "fingerprints"]
