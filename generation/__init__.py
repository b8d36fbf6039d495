"""From a prompt to a take: checkpoints on disk, requests, the queue, the engine, the studio's pages."""
