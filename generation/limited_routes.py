"""What this floor's addresses count as; see `gallery.limits.routes`."""

from gallery.limits.acts import Act
from gallery.limits.routes import Counted, named, row, rows

ROUTES = named(
    "generation",
    {
        **rows(Act.READ, Act.GENERATE, "create canvas lab"),
        # A picture is made, as large as the take; files with all layers are the work of seconds.
        "letters": row(Act.READ, Act.GENERATE),
        "letters_preview": row(Act.LIGHT, Act.LIGHT),
        "layers": row(Counted(Act.SEARCH, 5), Act.SEARCH),
        # Their own bounds hold: streams for each account, pictures waiting for each.
        "events": row(None, None),
        **rows(Act.LIGHT, Act.LIGHT, "estimate request queue_jobs lab_estimate lab_grid complete_takes"),
        "import_takes": row(Act.READ, Act.UPLOAD),
        # A copy comes in hundreds of them; how much that may be is bounded beforehand.
        "import_piece": row(Act.LIGHT, Act.LIGHT),
        **rows(Act.FILE, Act.FILE, "job_preview mask take_file"),
        **rows(Act.READ, Act.WRITE, "book take lineage compare publish keep request_cancel job_cancel"),
        **rows(Act.READ, Act.WRITE, "models model resource"),
        # Whoever goes through their takes marks one a second; the desk reads all of them.
        **rows(Act.LIGHT, Act.LIGHT, "mark undo_mark take_marks"),
        **rows(Act.SEARCH, Act.WRITE, "takes storage"),
        **rows(Act.READ, Act.WRITE, "remix_diff styles style style_new style_edit style_delete style_posts"),
        "style_report": row(Act.READ, Act.REPORT),
        **rows(Act.READ, Act.WRITE, "lab_page lab_cancel"),
        **rows(Act.MODERATE, Act.MODERATE, "queue queue_order worker_order manage_models manage_model style_moderate"),
    },
)
