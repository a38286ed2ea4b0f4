"""Pages for people: one self-contained HTML file each, made from records alone.

No page needs a script, a style sheet or the network to be read. Whatever comes from a student is escaped by the
templates, which escape everything, and every page forbids itself to load or run anything (Content-Security-Policy).
"""
