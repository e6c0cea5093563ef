// One added picture in the list: its name, its progress, and in the end the picture or the reason.

/** Creates the row of a file in `list`. `announce` speaks to screen readers. */
export function uploadRow(list, file, announce) {
  const item = element("li", "file");
  const thumb = element("span", "thumb nothing");
  const name = element("span", "name", file.name);
  const state = element("span", "detail", "Waiting to be sent");
  const progress = element("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", `Sending ${file.name}`);
  const text = element("span", "about");
  text.append(name, state, progress);
  item.append(thumb, text);
  list.prepend(item);

  const end = (kind, words) => {
    progress.remove();
    item.dataset.state = kind;
    state.textContent = words;
    announce(`${file.name}: ${words}`);
  };

  return {
    sending(share) {
      state.textContent = `Sending, ${Math.round(share * 100)} %`;
      progress.value = share;
    },
    working() {
      state.textContent = "Sent; waiting for its outcome";
      progress.removeAttribute("value");
      progress.setAttribute("aria-label", `Working on ${file.name}`);
    },
    completed({ address, width, height }) {
      end("completed", width === undefined ? "Ready" : `Ready, ${width} × ${height}`);
      if (address === undefined) return;
      const picture = element("img", "thumb");
      picture.src = address;
      picture.alt = "";
      const link = element("a", "name", file.name);
      link.href = address;
      link.target = "_blank";
      link.rel = "noopener";
      thumb.replaceWith(picture);
      name.replaceWith(link);
    },
    refused(reason) {
      end("rejected", `Refused: ${reason}`);
    },
    /** For failures that are not the picture's fault. `again` starts over. */
    failed(reason, again) {
      end("failed", reason);
      const button = element("button", "again", "Try again");
      button.type = "button";
      button.setAttribute("aria-label", `Try ${file.name} again`);
      button.addEventListener("click", () => {
        item.remove();
        again();
      });
      item.append(button);
    },
  };
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}
