"""Excel workbooks, read as a stream: what is not a cell of the sheet that was asked for is never looked at."""
