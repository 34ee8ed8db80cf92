"""Nobody sees what is another tenant's, or another patient's."""
