"""A viewer's filter: what an account, or a visitor's cookie, wants hidden or blurred, laid over every list and file.

    typed text → `reading` (rules, or what is wrong with which line) → `acts` (the row) → `resolving` (tags it comes to)
    viewer → `in_force` (conditions) → `gallery.visibility`, which every list, count, page and file asks

`visitors` keeps a visitor's filter in a cookie, `shown` the posts that somebody asked to see all the same, `lifting`
the names of rules that a page is asked to leave out, `counting` what a filter hides of one search. What a search means
is `gallery.search`'s (`gallery.search.rules`); ratings, zones and labels are not decided here.
"""
