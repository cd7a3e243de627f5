"""The only doors to a database: one file per engine, all with the same contract (``base.py``)."""
