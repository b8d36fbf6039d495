"""Comparing two texts: what was there before and after can be read off the lines."""

from hypothesis import given
from hypothesis import strategies as st

from gallery.wiki.diff import Change, compare

TEXTS = st.lists(st.sampled_from(["a cat", "a dog", "", "cats and dogs", "a  cat"]), max_size=12).map("\n".join)


def shown(lines, change):
    return [" ".join(piece.text for piece in line.pieces) for line in lines if line.change == change]


def words(lines, change):
    return [[piece.text for piece in line.pieces if piece.changed] for line in lines if line.change == change]


def test_equal_texts_have_no_changes():
    assert compare("a\nb", "a\nb") == []


def test_within_a_changed_line_the_changed_words_are_marked():
    lines = compare("one\na red cat sleeps\nthree", "one\na blue cat sleeps\nthree")
    assert words(lines, Change.REMOVED) == [["red"]]
    assert words(lines, Change.ADDED) == [["blue"]]
    assert shown(lines, Change.SAME) == ["one", "three"]


def test_what_is_far_from_a_change_is_counted_and_not_shown():
    before = "\n".join(str(number) for number in range(20))
    lines = compare(before, before.replace("\n9\n", "\nnine\n"))
    assert [line.count for line in lines if line.change == Change.SKIPPED] == [7, 8]
    assert shown(lines, Change.SAME) == ["7", "8", "10", "11"]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_again(before, after):
    lines = compare(before, after)
    old, new = before.splitlines(), after.splitlines()
    position, rebuilt = 0, []
    for line in lines:
        text = "".join(piece.text for piece in line.pieces)
        if line.change == Change.SKIPPED:
            rebuilt += old[position : position + line.count]
            position += line.count
        elif line.change == Change.ADDED:
            rebuilt.append(text)
        else:
            assert old[position] == text
            position += 1
            rebuilt += [text] if line.change == Change.SAME else []
    if lines:
        assert (position, rebuilt) == (len(old), new)


def test_texts_of_many_or_long_lines_are_compared_in_time():
    many = "\n".join("ab"[number % 2] for number in range(40_000))
    assert compare(many, many + "\nc")
    assert compare("a " * 30_000, "b " * 30_000)
