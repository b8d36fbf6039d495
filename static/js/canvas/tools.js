/** What one pointer does on the canvas with the chosen tool. */
import { fill, inputs, values } from "./fields.js";

const EDGE = 8;
const MOST_EDGE = 2048;

/** The tool as `attend` calls it; `canvas` is the <edit-canvas>. */
export function tools(canvas) {
  const inWork = ({ x, y }) => ({ x: x * canvas.work.scale, y: y * canvas.work.scale });
  let points = [];
  let side = null;
  let before = {}; // the fields that a box or an edge is drawn into
  const erasing = (event) => canvas.tool === "eraser" || event.altKey;
  const widthOf = (event) => {
    const pen = event.pointerType === "pen" && event.pressure > 0 ? 0.25 + 0.75 * event.pressure : 1;
    return Math.max(1, canvas.brushSize * canvas.work.scale * pen);
  };
  const corners = () => {
    const [from, to] = [points[0], points.at(-1)];
    return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
  };
  const painting = () => canvas.tool === "brush" || canvas.tool === "eraser";
  return {
    start: (event) => {
      side = canvas.task === "edges" ? event.target.closest("[data-side]")?.dataset.side ?? null : null;
      points = [canvas.view.inPicture(event)];
      before = Object.fromEntries(["box", "outpaint"].map((name) => [name, values(canvas.form, name)]));
      if (side) return;
      if (painting()) canvas.layer.line(inWork(points[0]), inWork(points[0]), widthOf(event), { erase: erasing(event) });
    },
    move: (events) => {
      for (const event of events) {
        const point = canvas.view.inPicture(event);
        if (side) dragEdge(canvas, side, point);
        else if (painting()) canvas.layer.line(inWork(points.at(-1)), inWork(point), widthOf(event), { erase: erasing(event) });
        points.push(point);
      }
      canvas.erasing = events.at(-1).altKey;
      if (side) return;
      if (canvas.tool === "lasso") canvas.overlay.show({ points });
      if (canvas.tool === "rectangle") canvas.overlay.show({ points: corners() });
      if (canvas.tool === "box") setBox(canvas, points[0], points.at(-1));
      if (painting()) canvas.overlay.show({ pointer: canvas.view.onStage(events.at(-1)), size: canvas.brushSize });
      // With the frame, one pointer beside its handles moves the picture.
      if (canvas.tool === "frame" && points.length > 1) {
        const [before, now] = points.slice(-2);
        canvas.view.panBy((now.x - before.x) * canvas.view.zoom, (now.y - before.y) * canvas.view.zoom);
        points = [canvas.view.inPicture(events.at(-1))];
      }
    },
    end: () => {
      if (!side && points.length > 1 && (canvas.tool === "lasso" || canvas.tool === "rectangle")) {
        const within = canvas.tool === "lasso" ? points : corners();
        canvas.layer.fill(within.map(inWork), { erase: canvas.erasing });
      }
      canvas.overlay.show({ points: [] });
      if (!side && !["box", "frame", "hand"].includes(canvas.tool)) canvas.commit();
      else canvas.changed();
      [points, side, canvas.erasing] = [[], null, false];
    },
    cancel: () => {
      canvas.layer.cancel();
      for (const [name, typed] of Object.entries(before)) fill(canvas.form, name, typed);
      canvas.showShapes();
      canvas.overlay.show({ points: [] });
      [points, side, canvas.erasing] = [[], null, false];
    },
    hover: (event) => {
      const shown = event && ["brush", "eraser"].includes(canvas.tool);
      canvas.overlay.show({ pointer: shown ? canvas.view.onStage(event) : null, size: canvas.brushSize });
    },
  };
}

function setBox(canvas, from, to) {
  const clamp = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  const [x0, x1] = [from.x, to.x].map((x) => clamp(x, canvas.size.width)).sort((one, other) => one - other);
  const [y0, y1] = [from.y, to.y].map((y) => clamp(y, canvas.size.height)).sort((one, other) => one - other);
  inputs(canvas.form, "box").forEach((input, index) => (input.value = [x0, y0, x1 - x0, y1 - y0][index]));
  canvas.showShapes();
}

function dragEdge(canvas, side, { x, y }) {
  const grown = { left: -x, top: -y, right: x - canvas.size.width, bottom: y - canvas.size.height }[side];
  const index = ["left", "top", "right", "bottom"].indexOf(side);
  const margin = Math.max(0, Math.min(MOST_EDGE, Math.round(grown / EDGE) * EDGE));
  inputs(canvas.form, "outpaint")[index].value = margin || "";
  canvas.showShapes();
}
