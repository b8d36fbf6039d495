// Moving things on a stage with a pointer of any kind: `start(event)` says what lies under it, `move(thing, across, down)`
// and `end(thing)` follow it, in pixels of the window since the start; a press that moves nothing is a `tap(event)`.
const STILL = 4;

export function dragging(stage, { start, move, end, tap }) {
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || from) return;
    from = { id: event.pointerId, x: event.clientX, y: event.clientY, thing: start(event), moved: false };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerId !== from?.id) return;
    const [across, down] = [event.clientX - from.x, event.clientY - from.y];
    from.moved ||= Math.hypot(across, down) > STILL;
    if (from.moved && from.thing) move(from.thing, across, down);
  });
  const over = (event) => {
    if (event.pointerId !== from?.id) return;
    const { thing, moved } = from;
    from = null;
    if (thing) end(thing);
    else if (!moved && event.type === "pointerup") tap(event);
  };
  stage.addEventListener("pointerup", over);
  stage.addEventListener("pointercancel", over);
}
