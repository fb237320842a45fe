"""The reader: one network that reads a window of sentences once and says everything about it.

Tags, dependencies, entities, quotation roles and the links between them come from one pass of one encoder.
"""
