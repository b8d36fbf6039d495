"""What this floor's addresses count as; see `gallery.limits.routes`."""

from gallery.limits.acts import Act
from gallery.limits.routes import named, row, rows

ROUTES = named(
    "generation",
    {
        "create": row(Act.READ, Act.GENERATE),
        # Their own bounds hold: streams for each account, pictures waiting for each.
        "events": row(None, None),
        **rows(Act.LIGHT, Act.LIGHT, "estimate request queue_jobs"),
        **rows(Act.FILE, Act.FILE, "job_preview mask take_file"),
        **rows(Act.READ, Act.WRITE, "book takes take publish request_cancel job_cancel models model resource"),
        **rows(Act.READ, Act.WRITE, "remix_diff styles style style_new style_edit style_delete style_posts"),
        **rows(Act.MODERATE, Act.MODERATE, "queue queue_order worker_order manage_models manage_model"),
    },
)
