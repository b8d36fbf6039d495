/**
 * One file to the site. Resolves to its answer: `{id, card}`, or `{error, href, again}` with a sentence; never rejects.
 * `again`: the same file may be taken another time.
 */
export function send(form, task, progress) {
  const { dataset } = form;
  const { file, address } = task.part;
  if (file && file.size > Number(dataset.most) * 2 ** 20) return Promise.resolve({ error: dataset.tooLarge });
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("batch", form.elements.batch.value);
  data.set("position", task.place);
  if (file) data.set("file", file, file.name);
  else data.set("address", address);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const failed = () => resolve({ error: dataset.noAnswer, again: true });
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("error", failed);
    request.addEventListener("abort", failed);
    request.addEventListener("load", () => {
      if (request.status === 413) return resolve({ error: dataset.tooLarge });
      try {
        if (request.status === 429) return resolve({ error: JSON.parse(request.responseText).message, again: true });
        resolve({ ...JSON.parse(request.responseText), again: request.status >= 500 });
      } catch {
        // The page for signing in came instead, or the form is older than the session.
        resolve({ error: request.status < 500 ? dataset.signedOut : dataset.noAnswer, again: true });
      }
    });
    request.open("POST", dataset.upload);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  });
}
