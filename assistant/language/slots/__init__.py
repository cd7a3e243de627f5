"""The slots of a draft, one family a module; ``read.py`` puts them together."""
