"""Who is told of a flag: pure, from the flag, the child's named workers and the directory."""
