"""The batch job over many articles: files in, files of quotes out, on Ray Data. See docs/scale.md.

``sources`` (which files, cut into shards) → ``records`` (a shard's articles out of its file) → ``articles`` (a record
made an article) → ``shards`` (articles read, quotes made rows) → ``output`` (a shard's files, whole or not at all).
``job`` is what a run must agree with when it goes on with another, ``summary`` what it says at the end, ``loading`` the
way into the archive. Only ``running`` knows Ray; everything else works without it, Parquet apart.
"""
