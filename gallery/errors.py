"""Errors a person is shown: a code, its parameters and a translated sentence saying what would be right."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
    "filter_rule_empty": _("This rule would fit every post. Write a tag or a search."),
    "filter_rule_costly": _(
        "A rule can't use %(name)s: — it would have to be worked out for every post of every list."
    ),
    "filter_rule_rules": _("%(name)s: rules a whole search and says nothing about a post. Leave it out of the rule."),
    "filter_rule_too_long": _("The rule has %(length)d characters; %(limit)d are the most."),
    "filter_rules_unreadable": _("Some rules cannot be read. What you typed is still here; nothing was changed."),
    "filter_too_many_tags": _("The filter has %(count)d rules that are one tag; %(limit)d are the most."),
    "filter_too_many_queries": _(
        "The filter has %(count)d rules that are more than one tag; %(limit)d are the most. Tags alone, one a line, "
        "may be many more."
    ),
    "filter_too_many_terms": _(
        "The rules that are searches have %(count)d terms between them; %(limit)d are the most."
    ),
    "filter_too_many_wildcards": _("The rules have %(count)d wildcards (*) between them; %(limit)d are the most."),
    "filter_cookie_full": _("These rules are too long for a browser to keep. Sign in, and your account keeps them."),
    "filters_full": _("You have %(limit)d filters, the most there can be. Delete one first."),
    "filter_changed_meanwhile": _(
        "This filter was changed elsewhere since you opened it. Your text is still here; look at the filter in another "
        "tab, then save again."
    ),
    "filter_name_needed": _("Give the filter a name."),
    "filter_name_too_long": _("The name has %(length)d characters; %(limit)d are the most."),
    "filter_name_unusable": _("The name holds an invisible character. Please delete it."),
    "filter_name_taken": _("You have a filter “%(name)s” already."),
    "filter_hides_all": _("Without any rating every list would be empty. Show or blur at least one."),
    "not_your_filter": _("Only its owner can change this filter. Copy it to have one of your own."),
    "mute_oneself": _("You can't mute yourself."),
    "mute_unknown": _("There is nobody called “%(name)s”."),
    "too_many_muted": _("A filter mutes %(limit)d people at most."),
    "not_your_picture": _("This picture belongs to someone else; only its maker can publish it."),
    "fetch_off": _("This site fetches no pictures from addresses. Save the picture and send the file."),
    "fetch_address": _("This is no address of a picture. It begins with https:// and names a site, without blanks."),
    "fetch_password": _("An address holds no user name or password here. Leave out what stands before the “@”."),
    "fetch_port": _("Pictures are fetched from the usual ports alone: %(ports)s. Leave the number after the name out."),
    "fetch_not_public": _("This address isn't on the public internet. Save the picture and send the file."),
    "fetch_unreachable": _("Nobody answers at this address. Look whether it is right, or send the file itself."),
    "fetch_slow": _("The address takes too long to send the picture. Try again later, or send the file itself."),
    "fetch_broken_off": _("The address stopped in the middle of the picture. Try again, or send the file itself."),
    "fetch_redirects": _("The address leads on to others more than %(limit)d times. Give the picture's own address."),
    "fetch_status": _("The address answers %(status)d instead of a picture. Open it in your browser and look."),
    "fetch_compressed": _("The address sends a compressed file instead of a picture. Send the picture itself."),
    "fetch_too_large": _("The file at this address is larger than %(limit)d MB, the most that can be sent."),
    "import_no_api": _("%(address)s answers with something else than Danbooru's list of posts. Is the address right?"),
    "import_bad_sidecar": _(
        "%(name)s beside it is no JSON object, so its tags and rating are unknown. Mend or remove it."
    ),
    "import_no_file": _("The other site tells of this post, not where its file is."),
    "import_no_folder": _("There is no folder %(path)s."),
    "import_troubles": _("%(count)d pictures in a row could not be had, so the import stopped. The last: %(reason)s"),
    "source_too_long": _("The source has %(length)d characters; %(limit)d are the most."),
    "already_posted": _("This picture is posted already: it is post %(id)d. Look there, and add what it lacks."),
    "comment_wait": _("You commented a moment ago. You can send the next one in %(wait)d seconds."),
    "comments_closed": _("The author of this post takes no comments on it."),
    "no_such_comment": _("This comment isn’t there any more, or you may not see it."),
    "bad_comment_page": _("“%(page)s” is no page of comments; write b and the number of a comment, such as b123."),
    "comment_gone": _("This comment was removed or withdrawn meanwhile."),
    "comment_edit_too_late": _("A comment can be changed for %(minutes)d minutes; write another one."),
    "not_your_comment": _("Only its author can change or withdraw this comment."),
    "vote_on_own_comment": _("You can’t vote on your own comment."),
    "own_comment": _("This comment is your own; another moderator decides about it."),
    "own_comment_report": _("This comment is your own; you can withdraw it."),
    "comment_removed_before": _("This comment is removed already."),
    "comment_not_removed": _("This comment isn’t removed, so there is nothing to restore."),
    "not_your_post": _("Only the author of a post can change or withdraw it."),
    "moderators_only": _("Only moderators can do this."),
    "admins_only": _("Only admins can change what others may do."),
    "owner_only": _("Only an owner can make or unmake admins and owners."),
    "own_post": _("You cannot decide about your own post; ask another moderator."),
    "last_owner": _("This is the only owner; make someone else an owner first."),
    "no_second_factor": _("The account “%(name)s” has no second factor."),
    "deletion_asked": _("This account is to be deleted already."),
    "deletion_name": _("This is not the name of your account. Type it as it stands there."),
    "deletion_choice": _("Choose what becomes of your posts."),
    "deletion_last_owner": _("You are the only owner. Make someone else an owner first."),
    "deletion_house": _("This account belongs to the site itself."),
    "export_under_way": _("A copy is being made already; you can have one at a time."),
    "export_too_soon": _(
        "You had a copy made today already. The next can be made %(hours)d hours from now at the latest."
    ),
    "export_failed": _(
        "The copy could not be made. Ask for it again; if that fails too, tell the operator of the site."
    ),
    "export_no_room": _("The disk of this site has too little room for a copy of your account now. Ask its operator."),
    "no_owner": _(
        "The account “%(name)s” is disabled or no owner any more, and nobody else is one; make someone an owner with "
        "manage.py set_role."
    ),
    "wrong_status": _("This cannot be done to a post that is “%(status)s”."),
    "same_rating": _("The post is rated “%(rating)s” already."),
    "published_before": _("The post of this picture is “%(status)s”; the picture cannot be published again."),
    "reason_needed": _("Give a reason; it is kept in the moderation log."),
    "reason_too_long": _("The reason has %(length)d characters; %(limit)d are the most."),
    "unknown_rating": _("“%(value)s” is not a rating; use general, sensitive, questionable or explicit."),
    "unknown_prompt_visibility": _("“%(value)s” is not a choice here; use visible, on_request or hidden."),
    "unknown_ai_level": _("“%(value)s” is not a known origin of a picture."),
    "unknown_ai_evidence": _("“%(value)s” is not known evidence of a picture's origin."),
    "label_locked": _("This picture was drawn on this site, which labelled it itself; nobody can change that label."),
    "same_label": _("The post is labelled “%(label)s” already."),
    "label_against_evidence": _(
        "The label “%(label)s” rests on more than your word, so you can only say that a machine made more of the "
        "picture. If the label is wrong, dispute it; a moderator decides."
    ),
    "label_level_needed": _("Choose the label that would be right."),
    "dispute_open_already": _(
        "You dispute this label already; take that back first if you want to say something else."
    ),
    "too_many_disputes": _("You have %(limit)d open disputes; wait until some of them are decided."),
    "dispute_reason_needed": _("Say what shows that the label is wrong; a moderator decides by it."),
    "dispute_closed": _("This dispute is “%(state)s” by now; it can be neither decided nor taken back."),
    "not_your_dispute": _("Only the person who raised a dispute can take it back."),
    "own_case": _("You cannot decide about your own matter or decision; leave it to another moderator."),
    "own_decision": _("You cannot decide about an appeal against your own decision; leave it to another moderator."),
    "case_claimed": _("%(name)s has this case, for %(minutes)d more minutes at most. Take the next one."),
    "case_closed": _("This case is “%(state)s” by now; there is nothing left to decide in it."),
    "case_not_claimed": _("You don't have this case any more, or not yet: claim it first. What you wrote is kept."),
    "unknown_outcome": _("“%(value)s” can't be decided in this case."),
    "unknown_rule": _("“%(value)s” is not a rule; choose one from the list."),
    "own_flag": _("This is your own post; withdraw it instead of flagging it."),
    "own_report": _("This is your own; there is no need to report it. Change or withdraw it yourself."),
    "unknown_act": _("“%(value)s” is no kind of act that this log tells of; choose one from the list."),
    "not_your_voice": _("Only the person who said this can take it back."),
    "said_already": _("You said this already; it waits for a moderator."),
    "too_many_voices": _("%(limit)d of yours wait for a moderator; wait until some of them are decided."),
    "voice_text_needed": _("Say what is wrong; a moderator decides by it."),
    "bad_contact": _("This is no e-mail address. Leave it out, or write one like name@example.org."),
    "not_your_statement": _("Only the person whom a decision concerns can appeal against it."),
    "appealed_before": _("This decision is “%(state)s” by now; a decision can be appealed once."),
    "appeal_too_late": _("A decision can be appealed within %(days)d days; these are over."),
    "appeal_text_needed": _("Say why the decision is wrong; another moderator reads it."),
    "own_dispute": _("You cannot decide about your own dispute; ask another moderator."),
    "unknown_role": _("“%(value)s” is not a role; use member, moderator, admin or owner."),
    "unknown_user": _("There is no account named “%(name)s”."),
    "rating_fixed": _("A moderator rated this post “%(rating)s”; you can raise the rating, not lower it."),
    "rating_locked": _("A moderator locked the rating of this post: it stays “%(rating)s”."),
    "rating_is_locked": _("A moderator locked the rating of this post: it stays “%(rating)s”. You can dispute it."),
    "rating_locked_already": _("The rating is locked already."),
    "rating_not_locked": _("The rating is not locked."),
    "vote_not_stricter": _(
        "The post is rated “%(rating)s”. Votes only make it stricter; for anything else, dispute it."
    ),
    "own_rating_vote": _("You choose the rating of your own post when you edit it; others vote."),
    "too_many_rating_votes": _("You voted on the ratings of %(limit)d posts today; go on tomorrow."),
    "floor_tag_unknown": _("There is no tag “%(name)s”."),
    "same_floor": _("The tag “%(name)s” asks for “%(rating)s” at least already."),
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
    "banned_until": _(
        "Your account can look, but not act, until %(until)s. The reason: %(reason)s "
        "How to object is said beside the decision, among those about you."
    ),
    "banned_for_good": _(
        "Your account can look, but no longer act. The reason: %(reason)s "
        "How to object is said beside the decision, among those about you."
    ),
    "address_banned_until": _(
        "From your network nobody can join, sign in or report without an account until %(until)s, because of what "
        "others did from there. Members can act as usual where signing in is open; else write to %(mail)s."
    ),
    "address_banned": _(
        "From your network nobody can join, sign in or report without an account, because of what others did from "
        "there. Members can act as usual where signing in is open; else write to %(mail)s."
    ),
    "own_sanction": _("You cannot give yourself a strike or a ban, nor take one of yours back."),
    "owner_sanction": _("Owners get neither strikes nor bans; another owner can take the role away first."),
    "same_role_sanction": _(
        "%(name)s has the role “%(role)s”: only somebody with a higher role than that can do this."
    ),
    "site_account_sanction": _("This account belongs to the site itself; nobody acts with it."),
    "banned_already": _(
        "Another ban of this account came in before: by %(name)s, %(until)s. Nothing was changed; look at it, and send "
        "yours again to put it in its place."
    ),
    "ban_over": _("This ban is over or was lifted already."),
    "strike_over": _("This strike has expired or was voided already."),
    "ban_end_past": _("The ban would end in the past. Choose a time that is still to come."),
    "ban_end_unknown": _("Choose how long the ban lasts, or write the day on which it ends."),
    "ban_end_far": _("The end is more than %(years)d years away. Choose “for good” instead."),
    "block_unreadable": _(
        "“%(block)s” is no address and no block of addresses. Write it like 203.0.113.7, 203.0.113.0/24 or "
        "2001:db8:1::/48."
    ),
    "block_with_more": _("“%(block)s” says more than a block does: the block is %(meant)s. Write that if you mean it."),
    "block_too_wide": _(
        "“%(block)s” would shut out too many people: /%(limit)d is the widest for this kind of address."
    ),
    "block_mapped": _("“%(block)s” are IPv4 addresses written as IPv6. Write them as IPv4, like 203.0.113.0/24."),
    "block_not_public": _(
        "“%(block)s” holds addresses of this machine or of its own network, not of somebody outside."
    ),
    "block_holds_yours": _("Your own address lies in “%(block)s”; you would shut yourself out."),
    "block_banned_already": _("“%(block)s” is banned already, %(until)s. Lift that ban first to set another one."),
    "unknown_scope": _("Choose what the ban of the addresses keeps people from."),
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
    "comment_empty": _("Write something first."),
    "comment_too_long": _("The comment has %(length)d characters; %(limit)d are the most."),
    "own_request": _("You cannot approve your own request; ask another moderator."),
    "request_needs_admin": _("This request changes much at once; an admin has to decide about it."),
    "request_decided": _("This request is “%(status)s” by now; it can no longer be decided or voted on."),
    "upload_too_large": _("This file has %(size)d MB; %(limit)d MB are the most. Make the picture smaller."),
    "upload_too_many_pixels": _("This picture has %(megapixels)s megapixels; %(limit)d are the most. Make it smaller."),
    "upload_too_many_pixels_of_kind": _(
        "This picture has %(megapixels)s megapixels; %(limit)d are the most for this kind of %(kind)s file. Make it "
        "smaller, or send it as a PNG or JPEG file."
    ),
    "upload_too_long": _("This picture is %(side)d pixels long; %(limit)d are the most. Make it smaller."),
    "upload_too_narrow": _(
        "This picture has %(width)d × %(height)d pixels; one side can be %(limit)d times the other at most. Crop it."
    ),
    "upload_too_many_parts": _(
        "This file is made of too many parts; %(limit)d beside the picture itself are the most. Save it anew."
    ),
    "upload_too_much_text": _(
        "This file holds more than %(limit)d MB of text beside the picture. Save it anew without its metadata."
    ),
    "upload_too_heavy": _(
        "This picture takes too much time or memory to open. Make it smaller, or save it anew as a PNG or JPEG file."
    ),
    "too_many_files": _("%(limit)d files are the most at once; this one was left out. Send it with the next ones."),
    "no_files": _("Choose at least one picture."),
    "fetch_nothing": _("Write the address of a picture."),
    "draft_level_needed": _("Say how much of it a machine made; “%(unknown)s” is an answer too."),
    "set_too_small": _("Choose at least two pictures for a set; a single one is posted from its own page."),
    "upload_empty": _("This file is empty."),
    "upload_cut_off": _("This file ends in the middle. Send it again, or save it anew from where it came."),
    "upload_other_kind": _("This is a file of the kind %(kind)s. Choose a PNG, JPEG, WebP or AVIF file."),
    "upload_busy": _("Too many pictures are being opened at this moment. Try again in a few seconds."),
    "upload_no_room": _("The site can’t store files at this moment; nothing was kept. Try again later."),
    "upload_animated": _("This picture moves. Choose a still one."),
    "upload_unreadable": _("This file can't be read as a picture. Choose a PNG, JPEG, WebP or AVIF file."),
    "upload_over_allowance": _(
        "This picture takes %(size)d MB on the site’s disk; %(limit)d MB in a day are the most. Make it smaller."
    ),
    "uploads_spent": _(
        "You have sent %(limit)d files today, the most in a day. You can send the next one in %(wait)s. "
        "What you sent before can still be used."
    ),
    "upload_bytes_spent": _(
        "With this file you would have sent more than %(limit)d MB today, the most in a day. "
        "You can send it in %(wait)s. What you sent before can still be used."
    ),
    "format_cannot_hold": _("This picture is too large for a %(format)s file. Choose another format."),
    "files_out_of_reach": _("The site can’t get at its files at this moment. Try again in half a minute."),
    "verify_file_needed": _("Choose a picture to check: a PNG, JPEG, WebP or AVIF file."),
    "no_free_slot": _(
        "All your %(total)d slots for posts that wait for a moderator are in use. This one stays as it is: post it "
        "once a moderator has looked at the others."
    ),
    "too_often": _("That was a lot in a short time. You can go on in %(wait)s; nothing is lost."),
    "forged": _("This request doesn’t come from a page of this site. Send it without cookies, or with the token."),
    "downloads_busy": _("Many files are being made at this moment. Try again in half a minute."),
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
    "label_against_recipe": _(
        "The generation data of this post name a machine: prompt, model, sampler, seed or program. Take them out "
        "first, then label it “%(label)s”."
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
    "refused_minors": _(
        "Sexual content that involves minors is refused here, whoever runs the site and whatever is set. "
        "These words led to it: %(words)s."
    ),
    "refused_by_rule": _("The rule “%(rule)s” of this site refuses this because of: %(words)s.%(note)s"),
    "upload_held_back": _("This picture is held back for a check and can’t be used here. The moderators know of it."),
    "quarantine_unwritable": _("The site can’t put these files out of reach now. Tell whoever runs it, and try again."),
    "quarantine_over": _("This picture was released or destroyed before; there is nothing left to do with it."),
    "admins_only_rules": _("Only admins can change the rules."),
    "refusal_rule_gone": _("This rule was deleted meanwhile. What you wrote is kept: save it as a new rule."),
    "refusal_too_many_rules": _("%(limit)d rules are the most; put words into one that is there."),
    "refusal_name_needed": _("Give the rule a name; whoever it refuses reads it."),
    "refusal_name_taken": _("There is a rule named “%(name)s” already."),
    "refusal_name_too_long": _("The name has %(length)d characters; %(limit)d are the most."),
    "refusal_note_too_long": _("The note has %(length)d characters; %(limit)d are the most."),
    "refusal_effect_unknown": _("Choose what the rule does: refuse, warn or send to review."),
    "refusal_place_needed": _("Choose at least one place where the rule looks."),
    "refusal_terms_needed": _("Write at least one word, one a line."),
    "refusal_terms_too_long": _("The words have %(length)d characters; %(limit)d are the most. Make two rules of it."),
    "refusal_bad_term": _(
        "“%(term)s” would be found everywhere or nowhere. Write two letters or more, and a word on both sides of a “+”."
    ),
    "link_unusable": _("This sign-in link was used before or has expired. Start the site again for a new one."),
}


class UserFacingError(Exception):
    """Something a person can put right. `code` is stable, `params` fill the sentence, `status` is for HTTP."""

    status = 400

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        if code not in MESSAGES:
            raise ValueError(f"there is no sentence for {code!r}")
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The sentence in the language that is active now."""
        return str(MESSAGES[self.code]) % self.params

    def __str__(self) -> str:
        return self.message


class NotAllowed(UserFacingError):  # noqa: N818 - the name is read as a sentence at the call
    """This person may not do this."""

    status = 403


class InvalidTransition(UserFacingError):  # noqa: N818
    """The thing is not in a state in which this can be done."""

    status = 409


class Invalid(UserFacingError):  # noqa: N818
    """A value that cannot be taken."""

    status = 422


class LinkUnusable(UserFacingError):  # noqa: N818
    """A one-time link that is unknown, used or expired."""

    status = 410


class NotNow(UserFacingError):  # noqa: N818
    """What the site can't do at this moment, though nothing is wrong with what was asked."""

    status = 503


class NoFreeSlot(NotNow):
    """As many posts of this person wait for a moderator as may."""

    status = 409


class TooOften(UserFacingError):  # noqa: N818
    """What may be done only so often, and was; it can be done again after `seconds`."""

    status = 429

    def __init__(self, code: str, seconds: int, **params: Any) -> None:
        super().__init__(code, **params)
        self.seconds = seconds


class SearchTimeout(UserFacingError):  # noqa: N818
    """A search that went past its time budget; trying again later may help."""

    status = 503

    def __init__(self) -> None:
        super().__init__("too_slow")


class Busy(UserFacingError):  # noqa: N818
    """Others are served first; the same again in a while will do."""

    status = 503
