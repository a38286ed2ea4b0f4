"""Processes for untrusted code: start one, ask it, hold it to its limits, end it."""

from gradkit.sandbox.runner import SubmissionRunner, Submitted
from gradkit.sandbox.worker import StartWorker, Worker, start_worker

__all__ = ["StartWorker", "SubmissionRunner", "Submitted", "Worker", "start_worker"]
