"""What the suite adds to the function's package, on its own stack alone: see points.py."""
