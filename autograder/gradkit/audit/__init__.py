"""Prove a hidden suite right: it passes every right answer that is known, and fails every wrong one."""
