"""What an operator sees. Lines are painted by hand (Line API): a change costs the lines it touches, nothing else."""
