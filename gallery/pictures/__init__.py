"""Pictures as bytes and pixels: what a file is, how much it may ask for, and all files that are made from one.

Plain Python, Pillow and NumPy; no Django. `python -m gallery.pictures` is the child process that opens what strangers
send. Where files and rows are kept is `gallery.ingest`; what a picture's labels say is `gallery.provenance`.
"""
