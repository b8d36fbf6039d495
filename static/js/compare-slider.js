/**
 * <compare-slider> lays its two figures over each other, A at the left of a line and B at its right. The line follows a
 * range input (arrows, Home, End) and a pointer on the picture. Without this script both stand side by side.
 */
class CompareSlider extends HTMLElement {
  connectedCallback() {
    this.figures = [...this.querySelectorAll("[data-picture]")];
    if (this.figures.length !== 2 || this.stage) return;
    this.images = this.figures.map((figure) => figure.querySelector("svg"));
    this.stage = document.createElement("div");
    this.stage.className = "compare__stage";
    const { width, height } = this.images[0].viewBox.baseVal;
    // Properties set by script are no inline style to the content security policy.
    this.style.setProperty("--ratio", width / height);
    this.line = document.createElement("div");
    this.line.className = "compare__line";
    this.line.setAttribute("aria-hidden", "true");
    this.tools = document.createElement("div");
    this.tools.className = "compare__tools";
    this.range = document.createElement("input");
    Object.assign(this.range, { type: "range", min: "0", max: "100", step: "1", value: "50" });
    this.range.setAttribute("aria-label", this.dataset.label);
    this.range.className = "compare__range";
    this.tools.append(this.modes());
    this.prepend(this.tools);
    this.range.addEventListener("input", () => this.move(Number(this.range.value)));
    this.stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      this.stage.setPointerCapture(event.pointerId);
      this.follow(event);
      this.range.focus({ preventScroll: true });
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (this.stage.hasPointerCapture(event.pointerId)) this.follow(event);
    });
    this.show("over");
  }

  modes() {
    const group = document.createElement("div");
    group.className = "segmented";
    group.setAttribute("role", "group");
    this.buttons = ["over", "beside"].map((mode) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.dataset[mode];
      button.dataset.mode = mode;
      button.addEventListener("click", () => this.show(mode));
      return button;
    });
    group.append(...this.buttons);
    return group;
  }

  show(mode) {
    const over = mode === "over";
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.classList.toggle("compare--over", over);
    this.range.hidden = !over;
    if (over) {
      this.stage.append(...this.images, this.line);
      this.tools.after(this.range, this.stage);
      this.move(Number(this.range.value));
    } else {
      this.figures.forEach((figure, place) => figure.prepend(this.images[place]));
      this.stage.remove();
    }
  }

  follow(event) {
    const box = this.stage.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * 100;
    this.range.value = String(Math.min(100, Math.max(0, at)));
    this.move(Number(this.range.value));
  }

  move(at) {
    this.style.setProperty("--at", `${at}%`);
    this.range.setAttribute("aria-valuetext", `A ${at} %, B ${100 - at} %`);
  }
}

customElements.define("compare-slider", CompareSlider);
