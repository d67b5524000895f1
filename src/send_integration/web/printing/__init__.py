"""What is printed: panel packs and family copies as PDF."""
