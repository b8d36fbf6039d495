// The page "Verify a file": dropped, pasted and chosen files are sent at once, and shown from the reader's own machine.
// Without this file the page is an ordinary form, whose answer shows no picture: the server keeps none.
let address = "";

const pictureOf = (files) => [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? files?.[0];
const holdsFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");

class VerifyDrop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.form.elements.file;
    this.stopped = new AbortController();
    const { signal } = this.stopped;
    this.input.addEventListener("change", () => this.#send(), { signal });
    document.addEventListener("dragover", (event) => this.#over(event), { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget ?? this.removeAttribute("data-over"), { signal });
    document.addEventListener("drop", (event) => this.#drop(event), { signal });
    document.addEventListener("paste", (event) => this.#take(event, event.clipboardData), { signal });
    this.form.addEventListener("submit", () => this.#busy(true), { signal });
    addEventListener("pageshow", () => this.#busy(false), { signal });
    for (const end of ["htmx:after:swap", "htmx:error", "htmx:finally:request"]) document.addEventListener(end, () => this.#busy(false), { signal });
  }

  disconnectedCallback() {
    this.stopped.abort();
  }

  #over(event) {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.setAttribute("data-over", "");
  }

  #drop(event) {
    this.removeAttribute("data-over");
    if (holdsFiles(event.dataTransfer)) this.#take(event, event.dataTransfer);
  }

  #take(event, transfer) {
    const file = pictureOf(transfer?.files);
    if (!file) return;
    event.preventDefault();
    const chosen = new DataTransfer();
    chosen.items.add(file);
    this.input.files = chosen.files;
    this.#send();
  }

  // A file that the server would refuse isn't sent at all: that could take minutes.
  #send() {
    const file = this.input.files[0];
    if (!file) return;
    const problem = file.size > Number(this.input.dataset.most) ? this.input.dataset.tooLarge : "";
    this.input.setCustomValidity(problem);
    if (problem) {
      this.input.reportValidity();
      return;
    }
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(file);
    this.form.requestSubmit();
  }

  #busy(busy) {
    this.querySelector("[data-busy]").hidden = !busy;
    this.form.setAttribute("aria-busy", String(busy));
  }
}

class VerifyAnswer extends HTMLElement {
  connectedCallback() {
    if (!address) return;
    this.querySelector("[data-answer]")?.focus({ preventScroll: true });
    this.scrollIntoView({ block: "start" });
    const place = this.querySelector("[data-picture]");
    if (!place) return;
    const picture = new Image();
    picture.alt = "";
    picture.addEventListener("load", () => (place.hidden = false));
    picture.src = address;
    place.replaceChildren(picture);
  }
}

customElements.define("verify-drop", VerifyDrop);
customElements.define("verify-answer", VerifyAnswer);
