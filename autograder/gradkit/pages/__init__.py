"""HTML pages, one self-contained file each, rendered from records alone.

Every page is readable without scripts, style sheets or network. The templates escape all values, and a
Content-Security-Policy forbids each page to load anything, or run any script but its own.
"""
