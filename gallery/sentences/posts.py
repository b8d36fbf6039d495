"""What is wrong with posts, tags, searches, lists, wiki pages and recipes."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "filter_rule_empty": _("This rule would fit every post. Write a tag or a search."),
    "filter_rule_costly": _(
        "A rule can't use %(name)s: — it would have to be worked out for every post of every list."
    ),
    "filter_rule_rules": _("%(name)s: rules a whole search and says nothing about a post. Leave it out of the rule."),
    "not_your_picture": _("This picture belongs to someone else; only its maker can publish it."),
    "source_too_long": _("The source has %(length)d characters; %(limit)d are the most."),
    "bad_comment_page": _("“%(page)s” is no page of comments; write b and the number of a comment, such as b123."),
    "not_your_post": _("Only the author of a post can change or withdraw it."),
    "wrong_status": _("This cannot be done to a post that is “%(status)s”."),
    "published_before": _("The post of this picture is “%(status)s”; the picture cannot be published again."),
    "unknown_rating": _("“%(value)s” is not a rating; use general, sensitive, questionable or explicit."),
    "unknown_prompt_visibility": _("“%(value)s” is not a choice here; use visible, on_request or hidden."),
    "unknown_ai_level": _("“%(value)s” is not a known origin of a picture."),
    "unknown_ai_evidence": _("“%(value)s” is not known evidence of a picture's origin."),
    "unknown_act": _("“%(value)s” is no kind of act that this log tells of; choose one from the list."),
    "title_too_long": _("The title has %(length)d characters; %(limit)d are the most."),
    "commentary_too_long": _("The commentary has %(length)d characters; %(limit)d are the most."),
    "too_many_tags": _("The post has %(count)d tags; %(limit)d are the most."),
    "bad_tag": "%(problem)s",
    "edit_too_long": _("The tags have %(length)d characters; %(limit)d are the most."),
    "tag_deprecated": _("Deprecated tags can be added to no post any more: %(names)s."),
    "too_many_new_tags": _("More than %(limit)d new tags within a minute. Wait a minute, or add fewer at once."),
    "too_many_changed_tags": _(
        "More than %(limit)d changed tags within a minute. Wait a minute, or change fewer at once."
    ),
    "category_moderators": _("The tag “%(name)s” is too large for members; only moderators can change its category."),
    "category_in_bulk": _(
        "Too many posts have the tag “%(name)s” to count them all anew at once. Propose a bulk update instead: "
        "%(script)s"
    ),
    "script_too_large": _(
        "The script would change %(count)d tags of the picked posts; %(limit)d are left to you within this minute. "
        "Pick fewer posts, or wait a minute."
    ),
    "rating_by_author": _("Only the author of a post and the moderators can change its rating."),
    "rating_by_moderation": _(
        "Change the rating of another's post in the moderation panel on its page, which asks for a reason."
    ),
    "parent_unknown": _("There is no post %(id)d that you can see, so it cannot be the parent."),
    "parent_circle": _("Post %(id)d cannot be the parent: it is this post or stands below it."),
    "too_many_children": _("Post %(id)d would have more than %(limit)d children, the most that a post can have."),
    "no_version": _("There is no version %(number)d."),
    "version_gone": _("Version %(number)d is another edit by now; look at the history again before you take it back."),
    "first_version": _("The first version is how the post was published; there is nothing before it to go back to."),
    "bad_page": _("“%(page)s” is not a page; use a number from 1 to %(limit)d, or b and a post number."),
    "bad_limit": _("“%(value)s” is not a number of lines; use 1 to %(limit)d."),
    "unknown_category": _("“%(value)s” is not a category of tags; use one of %(choices)s."),
    "page_of_other_order": _("This page belongs to another order of the search. Begin again at the first page."),
    "bad_page_size": _("limit: and random: take one number from 1 to %(limit)d."),
    "two_orders": _("Only one of order:, ordfav:, ordfavgroup: and random: can rule a search. Please keep one."),
    "custom_needs_ids": _("order:custom follows a list of post numbers; write one, as in “id:3,1,2 order:custom”."),
    "lineage_needs_ids": _("lineage: takes single post numbers, %(limit)d at most, as in “lineage:1234”."),
    "too_many_lineages": _("A search can have %(limit)d lineage: at most."),
    "post_id_needed": _("Say which post: post_id takes the number of one, as in “post_id=1234”."),
    "similar_needs_id": _("similar: takes the number of one post, as in “similar:1234”."),
    "too_many_similar": _("A search can have %(limit)d similar: at most."),
    "model_hash_is_hexadecimal": _(
        "modelhash: takes the beginning of a hash: the digits 0 to 9 and the letters a to f."
    ),
    "votes_are_private": _("Who voted is told to nobody else. Use upvote: and downvote: with your own name."),
    "no_words": _("“%(value)s” holds no word to look for; write letters or digits."),
    "saved_searches_need_account": _("Sign in to search with search:, which stands for your saved searches."),
    "no_such_page": _("“%(page)s” is not a page; use a number from 1 to %(limit)d."),
    "too_many_stars": _("A pattern can have %(limit)d “*” at most."),
    "deprecation_unexplained": _("Write a wiki page about “%(name)s” first: it says what to use instead."),
    "script_needed": _("Write what to change, for example “smile -frown”."),
    "no_posts_picked": _("Pick at least one post."),
    "too_many_posts_picked": _("%(count)d posts are picked; %(limit)d are the most at a time."),
    "too_many_wildcards": _("A search can have %(limit)d words with “*” at most."),
    "too_slow": _("This search takes too long. Add a tag that fewer posts have, or take away a part of it."),
    "account_disabled": _("This account is disabled; it can look, not act."),
    "no_such_post": _("There is no post %(id)s that you can see."),
    "unknown_vote": _("“%(value)s” is not a vote; use 1, -1 or 0."),
    "vote_on_own_post": _("You cannot vote on your own post; you can keep it as a favourite."),
    "not_your_group": _("This list belongs to someone else; only its owner can change it."),
    "no_such_group": _("You have no list named “%(name)s”."),
    "group_full": _("The list “%(name)s” is full; %(limit)d posts are the most."),
    "group_order": _(
        "The order names a post twice, or one that is not in the list; it may have been taken out meanwhile."
    ),
    "group_bad_number": _("“%(value)s” is not the number of a post; write numbers with blanks between them."),
    "group_name_needed": _("Give the list a name."),
    "group_name_too_long": _("The name has %(length)d characters; %(limit)d are the most."),
    "group_name_unusable": _(
        "“%(name)s” cannot be the name of a list: a name is not a number, “any”, “none” or “all”, and holds no “*”, "
        "comma or quotation mark."
    ),
    "group_name_taken": _("You have a list named “%(name)s” already."),
    "not_your_search": _("This saved search belongs to someone else."),
    "saved_searches_full": _("%(limit)d saved searches are the most; delete one you no longer need."),
    "saved_search_empty": _("There is nothing to search for yet; type a tag first, then save the search."),
    "saved_search_nested": _("A saved search cannot hold search:, which stands for saved searches itself."),
    "too_many_labels": _("The search has %(count)d labels; %(limit)d are the most."),
    "label_too_long": _("The label “%(label)s…” is too long; %(limit)d characters are the most."),
    "label_unusable": _("“%(label)s” cannot be a label: not “all”, and no “*”, brackets or quotation marks."),
    "bad_script_line": _("Line %(line)d: %(problem)s"),
    "bad_command": _("This line should look like “%(usage)s”."),
    "unknown_command": _("“%(text)s” is no command. A line begins with one of: %(commands)s."),
    "script_empty": _("Write at least one command, such as “alias old_name -> tag”."),
    "script_too_long": _("The script has %(length)d characters; %(limit)d are the most."),
    "script_too_many_lines": _("A script can have %(limit)d commands at most. Split it into several requests."),
    "no_such_tag": _("There is no tag “%(name)s”."),
    "tag_is_old_name": _("“%(name)s” is an old name of “%(current)s”. Use that one."),
    "rename_too_large": _(
        "“%(name)s” has more than %(limit)d posts. Alias it, so that its old name still leads there."
    ),
    "implication_across_categories": _(
        "“%(antecedent)s” is a tag of the category “%(first)s” and “%(consequent)s” of “%(second)s”. "
        "A tag can imply only tags of its own category."
    ),
    "same_category": _("“%(name)s” is of the category “%(category)s” already."),
    "deprecated_already": _("“%(name)s” is deprecated already."),
    "not_deprecated": _("“%(name)s” is not deprecated."),
    "deprecation_needs_page": _(
        "“%(name)s” has no wiki page. Write one first that says why it is deprecated and what to use instead."
    ),
    "update_without_search": _("Say which posts to change: an update needs a search before the arrow."),
    "update_with_order": _("An update walks through all posts that it finds; take “%(name)s:” out of its search."),
    "tags_busy": _("Others are changing tags at this moment. Try again in a few seconds."),
    "update_of_own_things": _(
        "What “%(name)s:” finds depends on who asks, and an update asks for the whole site. Take it out of the search."
    ),
    "update_by_prompt": _(
        "“%(term)s” asks about prompts, which some authors hide; the new tags would tell what stands in them. "
        "Take it out of the search."
    ),
    "update_of_one_post": _("“%(term)s” is for one post at a time and cannot stand in an update."),
    "request_title_needed": _("Give the request a title, so that others see what it is about."),
    "too_many_requests": _("You have %(limit)d open requests; wait until some of them are decided."),
    "own_request": _("You cannot approve your own request; ask another moderator."),
    "request_needs_admin": _("This request changes much at once; an admin has to decide about it."),
    "request_decided": _("This request is “%(status)s” by now; it can no longer be decided or voted on."),
    "too_many_files": _("%(limit)d files are the most at once; this one was left out. Send it with the next ones."),
    "no_files": _("Choose at least one picture."),
    "set_too_small": _("Choose at least two pictures for a set; a single one is posted from its own page."),
    "verify_file_needed": _("Choose a picture to check: a PNG, JPEG, WebP or AVIF file."),
    "forged": _("This request doesn’t come from a page of this site. Send it without cookies, or with the token."),
    "bad_version": _("“%(value)s” is not the number of a version; use a number such as 12."),
    "recipe_on_file": _(
        "This picture was drawn here, and how is on file: nobody can change that. Its author can still choose who "
        "reads the prompt."
    ),
    "recipe_unreadable": _(
        "The author keeps the prompt of this post to themselves, so only they and the moderators can change its "
        "generation data."
    ),
    "recipe_of_human": _(
        "The post is labelled “%(label)s”, and these data name a machine: prompt, model, sampler, seed or program. "
        "Change the label first, or leave them out."
    ),
    "recipe_of_humans_post": _(
        "The post is labelled “%(label)s”, and these data name a machine: prompt, model, sampler, seed or program. "
        "If the label is wrong, dispute it first; a moderator decides."
    ),
    "recipe_changed": _(
        "Somebody else saved version %(number)d while you were writing. Nothing you typed is lost: compare, then save "
        "again."
    ),
    "recipe_text_too_long": _("This text has %(length)d characters; %(limit)d are the most."),
    "recipe_name_too_long": _("This name has %(length)d characters; %(limit)d are the most."),
    "recipe_name_one_line": _("A name stands on one line."),
    "recipe_hash": _("“%(value)s” is no hash; write 4 to 64 of the digits 0 to 9 and the letters a to f."),
    "recipe_whole_number": _("“%(value)s” does not fit here; write a whole number from %(low)d to %(high)d."),
    "recipe_number": _("“%(value)s” does not fit here; write a number from %(low)d to %(high)d, such as 1 or 0.5."),
    "recipe_lora": _(
        "“%(line)s” does not end with a weight; write name:weight, such as add_detail:0.8, with a weight from "
        "-%(limit)d to %(limit)d."
    ),
    "recipe_lora_name": _("“%(line)s” names no LoRA; write name:weight, with a name of at most %(limit)d characters."),
    "recipe_lora_twice": _("The LoRA “%(name)s” stands there twice; keep one line."),
    "recipe_too_many_loras": _("%(limit)d LoRAs are the most."),
    "recipe_key_missing": _("The value “%(value)s” has no name; write one before it."),
    "recipe_value_missing": _("“%(name)s” has no value; write one, or clear the name."),
    "recipe_key_twice": _("The name “%(name)s” stands there twice; keep one row."),
    "recipe_rest_too_long": _(
        "The row “%(name)s” is too long: a name can have %(key_limit)d characters on one line, a value %(limit)d."
    ),
    "recipe_too_many_keys": _("%(limit)d rows of other data are the most."),
    "recipe_not_read": _(
        "This text can’t be read as generation data. It should end with a line such as “Steps: 20, Sampler: Euler a, "
        "CFG scale: 7, Seed: 42”."
    ),
    "too_many_recipe_edits": _("More than %(limit)d changes of generation data within an hour. Go on a little later."),
    "prompt_message_too_long": _("The message has %(length)d characters; %(limit)d are the most."),
    "prompt_not_on_request": _(
        "There is nothing to ask for: you can read this prompt, or its author gives it to nobody."
    ),
    "prompt_request_declined": _("The author declined your request, so you cannot ask for this prompt again."),
    "prompt_request_withdrawn": _("This request was withdrawn meanwhile; there is nothing to answer any more."),
    "too_many_prompt_requests": _(
        "You have asked for %(limit)d prompts within a day, the most. Ask for more tomorrow."
    ),
    "upload_held_back": _("This picture is held back for a check and can’t be used here. The moderators know of it."),
}
