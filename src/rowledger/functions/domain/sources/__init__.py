"""What is known of the files of a sender, and how a file is judged by it."""
