"""The leak matrix: every address × every kind of viewer × every way in which a picture can be hidden.

`world` makes one site in which each hidden thing carries marks that occur nowhere else (`marks`); `viewers` are those
who ask; `oracle` says, from the words of the design and without a line of `gallery.visibility`, who may know what;
`routes` says how each address is asked; `reading` finds the marks in an answer; `test_matrix` holds all that together.

A new address needs one row in `routes`, or the test names it and fails: `plain` for a page, `about` for what is asked
of one post (it is then asked of every hidden one, by GET, HEAD and POST), `files` for media, `sent` for other forms. A
row whose answers show posts says so with `tells=True`, so that it can't pass by showing nothing to anybody. A new way
to hide a post needs one line in `world.THINGS` and, if it is a rule of its own, one in `oracle`.
"""
