"""Speed and memory, as ratios measured side by side in one run: an absolute time means little."""
