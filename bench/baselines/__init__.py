"""The functions that csv-processor is measured beside: what Lambda gets, a file each."""
