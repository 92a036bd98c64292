"""The console: a pipeline in a browser, over what the commands use."""
