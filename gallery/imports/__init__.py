"""Pictures brought along from elsewhere: another booru's API, or a folder with sidecar files.

A source yields items (`danbooru_api`, `folder`); a run posts them one by one and remembers each, so that it can be
stopped at any moment and go on (`run`). Every picture comes in through `gallery.ingest`, every post through
`gallery.posts`: an import can do nothing that its account could not do by hand.
"""
