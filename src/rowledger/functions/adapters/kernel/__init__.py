"""The counter's kernel: machine code built from kernel/, and nothing where it was not built."""
