"""Running the installation: which processes there are, what operators ask of them, and which life the log is in."""
