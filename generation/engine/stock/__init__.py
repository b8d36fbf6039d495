"""Model families that the engine can't batch: the stock pipeline of diffusers draws them, one step at a time.

`families` is the table of what is known (light: imports neither torch nor diffusers). `checkpoint` loads a folder and
starts runs; `stepping` holds a pipeline still between two steps, in a thread of its own; `arguments` and `source` turn
a job into the pipeline's arguments; `previews` looks at its latents. `deepfloyd` adds the cascade's further stages.
Not here: Stable Diffusion 1, 2 and XL, which have a denoising loop of their own.
"""
