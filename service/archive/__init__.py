"""Stored articles and their quotes: searched, joined by who said them, and compared across outlets.

``tables`` (what is kept) → ``connection`` (how it is opened) → ``store`` with ``placement`` (writing) and ``search``
(reading).
``pairing`` and ``statements`` judge versions of a statement and know no database; ``variants`` finds them in one.
``api`` is the HTTP side, ``python -m service.archive`` the operator's. See docs/archive.md.
"""
