"""The gallery's pages. A view loads, checks, calls one function with a verb for a name, renders."""
