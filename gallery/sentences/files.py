"""What is wrong with a file, an upload, a download or an address."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Any] = {
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
    "already_posted": _("This picture is posted already: it is post %(id)d. Look there, and add what it lacks."),
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
    "fetch_nothing": _("Write the address of a picture."),
    "draft_level_needed": _("Say how much of it a machine made; “%(unknown)s” is an answer too."),
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
    "downloads_busy": _("Many files are being made at this moment. Try again in half a minute."),
}
