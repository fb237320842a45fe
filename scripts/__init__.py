"""Commands for people who work on onrecord; see the Makefile."""
