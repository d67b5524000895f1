"""Days, working days, periods and school years as England counts them; imports nothing of ours."""
