"""Files whose number of data rows is known because this writes them, and who counts them right."""
