"""What is computed from pictures alone: no Django, so that a child process can do it with untrusted files."""
