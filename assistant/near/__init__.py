"""Questions near to one that cannot be answered: read again, every one of them, before it is offered."""
