// Accepts dropped or chosen pictures: gets a presigned form for each, sends the file straight to S3, shows its outcome.
import { uploadRow } from "./upload-row.js";

/** How many files are sent at the same time. */
const sentAtOnce = 3;

/** Pauses between requests for outcomes: short at first, longer while nothing ends. */
const pauseMs = { first: 400, most: 2000, factor: 1.4 };

/** How many outcomes one request asks for. */
const askedAtOnce = 100;

/** Connects the page's file input and drop area. */
export function acceptUploads() {
  const [drop, input, list] = ["drop", "files", "uploaded"].map((id) => document.getElementById(id));
  const announcement = document.getElementById("announcement");
  const announce = (words) => {
    announcement.textContent = words;
  };
  const outcomes = watchOutcomes();
  const send = sender(async (file, row, again) => {
    try {
      const { key, url, fields } = await ask("/api/uploads", {
        name: file.name,
        type: file.type,
        size: file.size,
      });
      const versionId = await post(url, fields, file, row.sending);
      row.working();
      outcomes.watch({ key, versionId }, row, again);
    } catch (error) {
      row.failed(error.message, again);
    }
  });
  const add = (file) => send(file, uploadRow(list, file, announce), () => add(file));
  input.addEventListener("change", () => {
    for (const file of input.files) add(file);
    input.value = "";
  });
  acceptDrops(drop, (files) => {
    for (const file of files) add(file);
  });
}

/** Accepts a drop anywhere: beside the area the browser would leave the page and show the file. */
function acceptDrops(area, take) {
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    area.classList.add("over");
  };
  addEventListener("dragover", over);
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) area.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    area.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

/** Returns a function that handles a few files at the same time and queues the others. */
function sender(sendOne) {
  const waiting = [];
  let sending = 0;
  const next = async () => {
    if (sending >= sentAtOnce || waiting.length === 0) return;
    sending += 1;
    await sendOne(...waiting.shift());
    sending -= 1;
    next();
  };
  return (...job) => {
    waiting.push(job);
    next();
  };
}

async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The console does not answer.");
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}

/** Sends a file with the form's fields. Resolves to its version in S3. */
function post(url, fields, file, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("load", () => {
      const version = request.getResponseHeader("x-amz-version-id");
      if (request.status >= 300) reject(new Error(`S3 refused it: ${codeOf(request.responseText)}.`));
      else if (version === null) reject(new Error("S3 did not return a version."));
      else resolve(version);
    });
    request.addEventListener("error", () =>
      reject(new Error("S3 could not be reached, or the file could not be read.")),
    );
    request.open("POST", url);
    request.send(form);
  });
}

function codeOf(xml) {
  return (
    new DOMParser().parseFromString(xml, "text/xml").querySelector("Code")?.textContent ?? "no reason given"
  );
}

/** Asks for the outcomes of all uploads together until every upload has one. */
function watchOutcomes() {
  const watched = new Map();
  let asking = false;
  let pause = pauseMs.first;
  const round = async () => {
    const uploads = [...watched.values()].slice(0, askedAtOnce);
    const { outcomes } = await ask("/api/uploads/outcomes", { uploads: uploads.map(({ upload }) => upload) });
    const ended = uploads.filter((each, index) => settle(each, outcomes[index]));
    for (const { upload } of ended) watched.delete(upload.key);
    // Uploads that have not ended go to the end of the queue.
    for (const each of uploads) if (watched.delete(each.upload.key)) watched.set(each.upload.key, each);
    pause = ended.length > 0 ? pauseMs.first : Math.min(pauseMs.most, pause * pauseMs.factor);
  };
  const run = async () => {
    asking = true;
    while (watched.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      await round().catch(() => {
        pause = pauseMs.most;
      });
    }
    asking = false;
  };
  return {
    watch(upload, row, again) {
      watched.set(upload.key, { upload, row, again });
      pause = pauseMs.first;
      if (!asking) run();
    },
  };
}

/** Shows the outcome, if there is one. */
function settle({ row, again }, found) {
  if (found.outcome === null) return false;
  if (found.outcome === "completed") row.completed(found);
  else if (found.outcome === "rejected") row.refused(found.reason);
  else row.failed(`Failed: ${found.reason}`, again);
  return true;
}
