"""What the command line does, one module for one verb. Nothing here decides an answer."""
