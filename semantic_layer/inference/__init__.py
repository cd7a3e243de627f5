"""The parts of ``infer.py``: words, profiles, types, keys and joins of tables that nobody modelled."""
