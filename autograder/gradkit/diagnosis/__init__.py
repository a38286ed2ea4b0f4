"""Recognize a misconception: compare a failing submission's observations with those of known mistakes."""

from gradkit.diagnosis.fingerprints import Fingerprint, fingerprints
from gradkit.diagnosis.matcher import ENOUGH, Matcher, told, twins

__all__ = ["ENOUGH", "Fingerprint", "Matcher", "fingerprints", "told", "twins"]
