"""Checkpoints that an image server draws with: vLLM-Omni, SGLang Diffusion, whatever speaks OpenAI's Images API.

`address` says where such a checkpoint is, as a string that stands where a folder's path does; it is light and the web
process may use it. `checkpoint` starts one request a job, in a thread of its own; `exchange` is that request on the
wire, `images_api` what is asked and what may be answered.
"""

from generation.engine.remote.address import RemoteServer, is_remote

__all__ = ["RemoteServer", "is_remote"]
