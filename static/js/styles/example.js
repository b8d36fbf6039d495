// The form of a style: what somebody's words become with it, while it is typed. The server shows the same without this.

const PLACE = "{prompt}";

for (const example of document.querySelectorAll("[data-style-example]")) {
  const box = document.getElementById(example.dataset.styleExample);
  const line = example.querySelector(".prompt-text");
  const words = line.querySelector("mark");
  box.addEventListener("input", () => {
    const style = box.value.trim();
    const [before, ...after] = style.includes(PLACE) ? style.split(PLACE) : ["", style && `, ${style}`];
    line.replaceChildren(before, words, after.join(words.textContent));
  });
}
