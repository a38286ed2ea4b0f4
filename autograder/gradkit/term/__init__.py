"""The rules of the term: what the ledger says, which hand-in counts, and what being late costs."""
