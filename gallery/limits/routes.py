"""What the gallery's addresses count as. Every route has a row, here or in the table of its own floor; `name*` is the
row of all whose names begin so and that have none of their own.

tests/gallery/limits/test_routes.py holds the tables against the URL configuration.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallery.limits.acts import Act


@dataclass(frozen=True)
class Counted:
    """A request takes so many tokens of this kind."""

    act: Act
    cost: int = 1


@dataclass(frozen=True)
class Row:
    """What GET and HEAD count as, and what all else does; None: nothing is counted, or the view counts."""

    safe: Counted | None
    unsafe: Counted | None


def row(safe: Act | Counted | None, unsafe: Act | Counted | None = Act.WRITE) -> Row:
    """A row; an act by its name costs one token."""
    return Row(_counted(safe), _counted(unsafe))


def rows(safe: Act | Counted | None, unsafe: Act | Counted | None, names: str) -> dict[str, Row]:
    """The same row for several names, blanks between them."""
    return dict.fromkeys(names.split(), row(safe, unsafe))


def named(namespace: str, table: dict[str, Row]) -> dict[str, Row]:
    """The table with `namespace` before each name."""
    return {f"{namespace}:{name}": found for name, found in table.items()}


def _counted(act: Act | Counted | None) -> Counted | None:
    return Counted(act) if isinstance(act, Act) else act


_PAGES = """
    front about post post_label post_rating post_edit post_withdraw post_history tags tag tag_named wiki
    wiki_page wiki_page_named wiki_edit wiki_history search_help refusal_help settings age_notice filters filter_new
    filter_edit filter_shared lists list edit_list delete_list lists_of bulk_updates bulk_update bulk_update_new
    post_tags recipe_edit recipe_history prompt_requests draft_discard tag_history tag_floors
"""
_LISTS = "posts random changes compare profile favourites saved duplicates similar_strip related_tags related_panel"
_CHANGES = """
    post_version recipe_revert ask_prompt answer_prompt show_post vote favourite put_in_list create_list open_saved
    relabel_saved delete_saved undelete_saved saved_seen tag_category tag_deprecate tag_revert wiki_revert wiki_state
    filter_delete filter_share mute zone bulk_update_vote label_dispute undo_edits settle_pair role
"""
_MODERATION = """
    moderation moderation_waiting moderation_log label_disputes review_queue review_next review_case review_act
    post_moderate bulk_update_decide chores refusal_rules refusal_rule refusal_rule_new
"""
_FOR_PROGRAMS = "api_posts api_post api_generation_versions api_counts api_tags"

ROUTES = named(
    "gallery",
    {
        **rows(Act.READ, Act.WRITE, _PAGES),
        **rows(Act.SEARCH, Act.WRITE, _LISTS),
        **rows(Act.READ, Act.WRITE, _CHANGES),
        **rows(Act.MODERATE, Act.MODERATE, _MODERATION),
        **rows(Act.SEARCH, Act.SEARCH, _FOR_PROGRAMS),
        # Hashes are compared with those of every post.
        **rows(Counted(Act.SEARCH, 3), Act.SEARCH, "api_similar api_iqdb_queries"),
        **rows(Act.READ, Act.REPORT, "report_post flag_post report_user report_comment"),
        **rows(Act.READ, Act.WRITE, "own_voices take_voice_back receipt own_statements statement rules privacy"),
        **rows(Act.READ, Act.WRITE, "account delete_account sessions account_copy account_copy_file"),
        **rows(
            Act.READ,
            Act.WRITE,
            "comment newest_comments comments_open vote_comment withdraw_comment",
        ),
        **rows(Act.READ, Act.COMMENT, "post_comments edit_comment"),
        **rows(Act.MODERATE, Act.MODERATE, "moderate_comment person_sanctions bans ban strike"),
        **rows(Act.SEARCH, Act.SEARCH, "api_comments"),
        **rows(Act.READ, Act.WRITE, "transparency transparency_of filter_help"),
        **rows(Act.MODERATE, Act.MODERATE, "moderation_dashboard"),
        # A script for many posts at once.
        "tag_script": row(Act.READ, Counted(Act.WRITE, 5)),
        **rows(Act.LIGHT, Act.LIGHT, "complete count_look bulk_update_progress"),
        "bulk_update_comment": row(Act.READ, Act.COMMENT),
        "media": row(Act.FILE, Act.FILE),
        # What is typed about a draft saves itself.
        **rows(Act.READ, Act.LIGHT, "draft upload_set"),
        "upload": row(Act.READ, Act.UPLOAD),
        "upload_file": row(Act.READ, Act.UPLOAD),
        "sign_in_link": row(Act.READ, Act.SIGN_IN),
        # Only files that a process has to look at count: the views say so.
        "verify": row(Act.READ, None),
        "api_verify": row(Act.READ, None),
    },
)
