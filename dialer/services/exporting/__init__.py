"""Calls and contacts as files: a page of rows at a time, whether somebody waits for it or a job stores it."""
