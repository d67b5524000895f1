"""The command line: one file per command, sentences for people, exit codes for scripts."""
