"""What an upload is, what its bytes say, and what follows: standard library only, no I/O."""
