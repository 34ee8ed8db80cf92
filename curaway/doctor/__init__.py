"""What an installation suffers from: behind `manage.py doctor`."""
