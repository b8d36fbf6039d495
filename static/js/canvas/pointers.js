/**
 * Mouse, pen and fingers on the stage. One pointer works with the tool; the middle button, a held space bar or the tool
 * "hand" move the picture; two fingers move and pinch it, and take back the stroke that the first of them began. A pen
 * goes before all fingers: what rests on the screen beside it does nothing.
 *
 * `tool`: {start(event), move(events), end(), cancel(), hover(event | null)}; `moves()` says whether one pointer moves
 * the picture now.
 */
const PEN_REMEMBERED = 4000;

export function attend(stage, view, tool, moves) {
  const down = new Map();
  let doing = ""; // "draw", "pan", "pinch"
  let penSeen = -PEN_REMEMBERED;
  let pen = null; // its id while it is down

  const middle = () => {
    const [one, other] = [...down.values()];
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, apart: Math.hypot(one.x - other.x, one.y - other.y) };
  };
  let grip = null;

  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button")) return;
    if (event.pointerType === "mouse" && event.button > 1) return;
    event.preventDefault();
    document.activeElement?.blur?.(); // keys are the canvas's own from here on
    if (pen !== null) return;
    if (event.pointerType === "pen") {
      if (doing === "draw") tool.cancel();
      down.clear();
      doing = "";
      pen = event.pointerId;
      penSeen = event.timeStamp;
    }
    stage.setPointerCapture(event.pointerId);
    down.set(event.pointerId, view.onStage(event));
    if (down.size === 2) {
      if (doing === "draw") tool.cancel();
      doing = "pinch";
      grip = middle();
    } else if (down.size > 2) return;
    // Beside a pen, fingers move the picture.
    else if (event.pointerType === "touch" && event.timeStamp - penSeen < PEN_REMEMBERED) doing = "pan";
    else if (event.button === 1 || moves()) doing = "pan";
    else {
      doing = "draw";
      tool.start(event);
    }
    stage.classList.toggle("easel__stage--moving", doing !== "draw");
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return pen === null ? tool.hover(event.pointerType === "touch" ? null : event) : undefined;
    const now = view.onStage(event);
    down.set(event.pointerId, now);
    if (doing === "draw") {
      const events = event.getCoalescedEvents?.() ?? [];
      tool.move(events.length ? events : [event]);
    } else if (doing === "pan") view.panBy(now.x - before.x, now.y - before.y);
    else if (doing === "pinch" && down.size === 2) {
      const next = middle();
      if (grip.apart > 0) view.zoomBy(next.apart / grip.apart, next);
      view.panBy(next.x - grip.x, next.y - grip.y);
      grip = next;
    }
  });

  const lifted = (event) => {
    if (event.pointerId === pen) pen = null;
    if (!down.delete(event.pointerId)) return;
    if (doing === "draw") event.type === "pointercancel" ? tool.cancel() : tool.end();
    // After a pinch, the finger that is left does nothing until it is lifted too.
    if (doing === "draw" || !down.size) doing = "";
    stage.classList.remove("easel__stage--moving");
  };
  stage.addEventListener("pointerup", lifted);
  stage.addEventListener("pointercancel", lifted);
  stage.addEventListener("lostpointercapture", lifted);
  stage.addEventListener("pointerleave", () => tool.hover(null));
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    view.zoomBy(Math.exp(-Math.max(-120, Math.min(120, pixels)) / 400), view.onStage(event));
  }, { passive: false });
}
