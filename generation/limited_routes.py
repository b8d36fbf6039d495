"""What this floor's addresses count as; see `gallery.limits.routes`."""

from gallery.limits.acts import Act
from gallery.limits.routes import named, row, rows

ROUTES = named(
    "generation",
    {
        "create": row(Act.READ, Act.GENERATE),
        "lab": row(Act.READ, Act.GENERATE),
        # Their own bounds hold: streams for each account, pictures waiting for each.
        "events": row(None, None),
        **rows(Act.LIGHT, Act.LIGHT, "estimate request queue_jobs lab_estimate lab_grid"),
        **rows(Act.FILE, Act.FILE, "job_preview mask take_file"),
        **rows(
            Act.READ,
            Act.WRITE,
            "book lab_page lab_cancel takes take publish request_cancel job_cancel models model resource",
        ),
        **rows(Act.MODERATE, Act.MODERATE, "queue queue_order worker_order manage_models manage_model"),
    },
)
