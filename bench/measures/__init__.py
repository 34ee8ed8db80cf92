"""What is measured, a file each. Every function takes the bouts it alternates between, round by round."""
