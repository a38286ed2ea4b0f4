"""Processes for untrusted code: confine them, send them calls, enforce their limits, end them."""

from gradkit.jail.levels import LEVELS, SandboxError
from gradkit.sandbox.connection import WorkerBaseEnded
from gradkit.sandbox.handle import StartWorker, Worker
from gradkit.sandbox.open import Sandbox, Workers, open_sandbox
from gradkit.sandbox.submission_runner import SubmissionRunner
from gradkit.sandbox.wording import Submitted

__all__ = [
    "LEVELS",
    "Sandbox",
    "SandboxError",
    "StartWorker",
    "SubmissionRunner",
    "Submitted",
    "Worker",
    "WorkerBaseEnded",
    "Workers",
    "open_sandbox",
]
