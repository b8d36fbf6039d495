"""The edit canvas: where somebody says by hand what is to be drawn anew in a picture.

`tasks` are the four things that can be asked for, `form` is what the page sends and `sent` keeps the files that come
with it: a mask, a sketch, the mask of a box. `boxes` are boxes by hand, `finding` those of a detector, `keeping`
chooses among the candidates of a repair. What is asked for goes through `generation.requests` like everything else.
"""
