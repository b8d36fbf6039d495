"""Models that whoever runs the site adds: found on disk, looked at, hashed, given defaults, checked again, removed.

`adding` takes a checkpoint, LoRA, embedding or VAE in, `checking` looks whether its files are as they were, `removing`
takes it out and chooses the default one, `routing` says which workers draw it; `paths` knows which files a page may
name. Files are read, never written or deleted (a `.yaml` with what a model predicts is the exception, written when
asked for). The bundled model installs itself: `generation.checkpoints`.
"""
