"""The portal as this server serves it: its files, its pages, and how people sign in where there is no Clerk."""
