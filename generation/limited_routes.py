"""What this floor's addresses count as; see `gallery.limits.routes`."""

from gallery.limits.acts import Act
from gallery.limits.routes import named, row, rows

ROUTES = named(
    "generation",
    {
        "create": row(Act.READ, Act.GENERATE),
        # Their own bounds hold: streams for each account, pictures waiting for each.
        "events": row(None, None),
        "import_takes": row(Act.READ, Act.UPLOAD),
        # A copy comes in hundreds of them; how much that may be is bounded beforehand.
        "import_piece": row(Act.LIGHT, Act.LIGHT),
        **rows(Act.LIGHT, Act.LIGHT, "estimate request queue_jobs"),
        **rows(Act.FILE, Act.FILE, "job_preview mask take_file"),
        **rows(Act.READ, Act.WRITE, "book takes take publish request_cancel job_cancel models model resource"),
        **rows(Act.MODERATE, Act.MODERATE, "queue queue_order worker_order manage_models manage_model"),
    },
)
