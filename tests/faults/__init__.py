"""The fault suite: what the promise holds against, and the count of what came of it."""
